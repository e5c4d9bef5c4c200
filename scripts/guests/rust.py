"""Guests in Rust: a crate and a toolchain that scripts/toolchains makes ready."""

import os
import pathlib
import subprocess
import tempfile

from . import manifest
from .common import CACHE, PREBUILT, ROOT, Absent, Failure, shown
from .guest import Guest

ROUTES = ("rustup", "debian")
# What the profile of every module is made up of, whatever its own Cargo.toml says.
PROFILE = ("opt-level", "lto", "codegen-units", "panic", "strip", "debug")
FLAGS = "opt-level=3 lto=fat codegen-units=1 panic=abort strip=symbols"


class RustGuest(Guest):
    """A guest crate (crate-type cdylib). Its flags are the profile, `features=` of the crate and
    `target-feature=` beyond the target's own."""

    def __init__(self, workload, variant, source, out, flags=FLAGS, optimise="", target="wasm32-wasip1"):
        super().__init__(workload, variant, source, out, flags, optimise)
        self.target = target
        self.environment = None

    @property
    def route(self):
        return self.environment["GUEST_ROUTE"]

    def source_files(self):
        files = [self.source / "Cargo.toml", self.source / "Cargo.lock"]
        files += [path for path in (self.source / "src").rglob("*") if path.is_file()]
        missing = [path for path in files if not path.is_file()]
        if missing:
            raise Failure(f"{shown(missing[0])} is missing: a guest crate has Cargo.toml, Cargo.lock and src/")
        return files

    def toolchain(self, route=None):
        """Installs the toolchain of the route, by default that of the modules around."""
        for folder in (self.out.parent, PREBUILT):
            route = route or route_of(manifest.read(folder))
        self.environment = install(route or "auto")
        return self.environment["GUEST_TOOLCHAIN"]

    def use_installed(self, toolchain):
        """Takes the toolchain of this name; False where it is not installed."""
        self.environment = installed(toolchain)
        return self.environment is not None

    def settings(self):
        pairs = dict(flag.split("=", 1) for flag in self.flags.split())
        unknown = set(pairs) - {*PROFILE, "features", "target-feature"}
        if unknown:
            raise Failure(f"{self.name()}: flags: {sorted(unknown)[0]} is unknown; use {', '.join(PROFILE)}, features, target-feature")
        return pairs

    def compile(self):
        """The bytes of the module, built in a folder of their own."""
        settings = self.settings()
        environment = dict(self.environment)
        profile = {"debug": "false", "incremental": "false"} | {key: settings[key] for key in PROFILE if key in settings}
        for key, value in profile.items():
            environment["CARGO_PROFILE_RELEASE_" + key.upper().replace("-", "_")] = value
        flags = path_remaps(environment)
        if "target-feature" in settings:
            flags.append(f"-Ctarget-feature={settings['target-feature']}")
        with tempfile.TemporaryDirectory(prefix="guest-build-") as folder:
            self.cargo("fetch", environment, "--target", self.target)
            environment["CARGO_TARGET_DIR"] = folder
            environment["CARGO_ENCODED_RUSTFLAGS"] = "\x1f".join(flags)
            # The oldest compiler a dependency promises to build with is one it was tried
            # with; that the route's compiler does as well is what this build shows.
            how = ("--release", "--ignore-rust-version", "--target", self.target)
            self.cargo("build", environment, *how, "--features", settings.get("features", ""))
            modules = list((pathlib.Path(folder) / self.target / "release").glob("*.wasm"))
            if len(modules) != 1:
                raise Failure(f"{shown(self.source)} gave {len(modules)} modules: it needs crate-type cdylib, once")
            return modules[0].read_bytes()

    def cargo(self, command, environment, *arguments):
        crate = str(self.source / "Cargo.toml")
        line = ["cargo", command, "--quiet", "--locked", "--manifest-path", crate, *arguments]
        if subprocess.run(line, env=environment, cwd=self.source).returncode != 0:
            raise Failure(f"cargo {command} failed for {shown(self.source)}")


def route_of(entries):
    """The route the Rust modules of a manifest were built with, if there are any."""
    return next((entry["route"] for entry in entries.values() if entry["route"] in ROUTES), None)


def path_remaps(environment):
    """Panic messages and debug information carry source paths: keep this machine's out of the
    module."""
    home = pathlib.Path(environment.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    registries = sorted((home / "registry" / "src").glob("*"))
    return [f"--remap-path-prefix={registry}=/registry" for registry in registries] + [
        f"--remap-path-prefix={ROOT}=/pwbench"
    ]


def environment_of(file):
    """This process's environment as the toolchain's file changes it."""
    listing = subprocess.run(
        ["bash", "-c", 'set -a; . "$1"; env -0', "bash", str(file)], check=True, capture_output=True
    ).stdout.decode()
    environment = dict(pair.split("=", 1) for pair in listing.split("\0") if "=" in pair)
    # Settings of whoever calls must not change the module.
    for name in list(environment):
        if name in ("RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTFLAGS"):
            del environment[name]
        elif name.startswith(("CARGO_ENCODED_", "CARGO_PROFILE_")):
            del environment[name]
    return environment


# Routes that this process has made ready.
READY = {}


def install(route):
    """The environment of a toolchain that scripts/toolchains makes ready."""
    if route not in READY:
        command = [str(ROOT / "scripts" / "toolchains"), "--route", route]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if result.returncode != 0:
            raise Absent("no guest toolchain; see scripts/toolchains --help")
        READY[route] = environment_of(result.stdout.strip())
    return READY[route]


def installed(name):
    """The environment of an installed toolchain of this name, or None."""
    for route in ROUTES:
        file = CACHE / "guest-toolchain" / route / "env"
        if file.is_file():
            environment = environment_of(file)
            if environment["GUEST_TOOLCHAIN"] == name:
                return environment
    return None
