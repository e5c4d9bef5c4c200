"""A guest: its sources, its flags and the module it becomes."""

from .common import Failure, commit_of, sha256, shown
from . import wasm_opt


class Guest:
    """What every guest has, whatever its language. `out` is the module's file."""

    # What the manifest calls the way it is built.
    route = None
    # A workload.toml to try its module with, where there is one.
    scratch = None

    def __init__(self, workload, variant, source, out, flags, optimise=""):
        self.workload, self.variant = workload, variant
        self.source, self.out = source, out
        # The compiler's flags, and what wasm-opt is asked for afterwards; both as written.
        self.flags, self.optimise = flags, optimise

    def name(self):
        return " ".join(part for part in (self.workload, self.variant) if part)

    def source_files(self):
        """The files the module is built from: all that are there."""
        files = [path for path in self.source.rglob("*") if path.is_file()]
        if not files:
            raise Failure(f"{shown(self.source)} is empty: restore the guest's sources")
        return files

    def source_sha256(self):
        """sha256 of the lines `sha256sum` prints for the source files, sorted by their names."""
        names = {path.relative_to(self.source).as_posix(): path for path in self.source_files()}
        ordered = sorted(names, key=str.encode)
        return sha256("".join(f"{sha256(names[name].read_bytes())}  {name}\n" for name in ordered).encode())

    def toolchain(self, route=None):
        """Compilers and their versions; raises Absent where one is not installed."""
        raise NotImplementedError

    def compile(self):
        """The bytes that the compiler makes."""
        raise NotImplementedError

    def build(self, route=None):
        """The module and the compilers that made it."""
        toolchain = self.toolchain(route)
        if not self.optimise:
            return self.compile(), toolchain
        optimiser = wasm_opt.version()
        return wasm_opt.run(self.compile(), self.optimise, self.name()), f"{toolchain}, {optimiser}"

    def entry(self, module, toolchain):
        """What the manifest says of it."""
        return {
            "file": self.out.name,
            "source": shown(self.source),
            "source_sha256": self.source_sha256(),
            "source_commit": commit_of(self.source_files()),
            "route": self.route,
            "toolchain": toolchain,
            "target": self.target,
            "flags": self.flags,
            "wasm_opt": self.optimise or "none",
            "bytes": len(module),
            "sha256": sha256(module),
        }
