"""How guests in languages other than Rust are built: one recipe for each language.

A recipe finds its compiler, says which it is, and turns a source folder into a module.
scripts/language-toolchains installs what is missing.
"""

import os
import shlex
import shutil
import subprocess

from .common import CACHE

TOOLS = CACHE / "language-toolchains"


class Recipe:
    """One language. A variant's flags are what the manifest says and what the compiler is given."""

    def __init__(self, installer, find, version, command, environment=None):
        # What scripts/language-toolchains calls it.
        self.installer = installer
        self.find, self.version, self.command = find, version, command
        self.environment = environment or {}

    def toolchain(self):
        """The compiler's name and version, or None where it is not installed."""
        tool = self.find()
        if tool is None:
            return None
        result = subprocess.run([*tool, *self.version], capture_output=True, text=True)
        return result.stdout.splitlines()[0].strip() if result.returncode == 0 and result.stdout else None

    def build(self, folder, out, flags):
        """Builds `folder` into the file `out`; raises CalledProcessError with the compiler's words shown."""
        line = self.command(self.find(), shlex.split(flags), folder, out)
        subprocess.run(line, check=True, cwd=folder, env=os.environ | self.environment)


def program(*names):
    """Finds the first of these programs, in PATH."""

    def find():
        found = next((path for path in map(shutil.which, names) if path), None)
        return [found] if found else None

    return find


def find_zig():
    python = TOOLS / "zig" / "bin" / "python"
    if python.is_file():
        return [str(python), "-m", "ziglang"]
    return program("zig")()


def find_asc():
    script = TOOLS / "assemblyscript" / "node_modules" / "assemblyscript" / "bin" / "asc.js"
    node = shutil.which("node")
    return [node, str(script)] if script.is_file() and node else None


def entry(folder, suffixes):
    """The file a compiler is pointed at: the one named filter."""
    return next(str(folder / f"filter{suffix}") for suffix in suffixes if (folder / f"filter{suffix}").is_file())


RECIPES = {
    "C": Recipe(
        "c",
        program("clang-19"),
        ["--version"],
        lambda tool, flags, folder, out: [*tool, *flags, entry(folder, [".c"]), "-o", str(out)],
    ),
    "C++": Recipe(
        "c",
        program("clang++-19"),
        ["--version"],
        lambda tool, flags, folder, out: [*tool, *flags, entry(folder, [".cc"]), "-o", str(out)],
    ),
    "Zig": Recipe(
        "zig",
        find_zig,
        ["version"],
        lambda tool, flags, folder, out: [
            *tool, "build-exe", entry(folder, [".zig"]), *flags, f"-femit-bin={out}",
            "--cache-dir", f"{out}.zig-cache", "--global-cache-dir", f"{out}.zig-cache",
        ],
    ),
    "AssemblyScript": Recipe(
        "assemblyscript",
        find_asc,
        ["--version"],
        lambda tool, flags, folder, out: [*tool, "filter.ts", *flags, "-o", os.path.relpath(out, folder)],
    ),
    "Go": Recipe(
        "go",
        program("go"),
        ["version"],
        lambda tool, flags, folder, out: [*tool, "build", *flags, "-o", str(out), "."],
        {"GOOS": "wasip1", "GOARCH": "wasm", "GOFLAGS": "-buildvcs=false -mod=readonly", "CGO_ENABLED": "0", "GOWORK": "off"},
    ),
}
