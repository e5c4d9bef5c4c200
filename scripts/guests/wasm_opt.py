"""wasm-opt of binaryen: optimises what a compiler made."""

import pathlib
import shlex
import shutil
import subprocess
import tempfile

from .common import Absent, CACHE, Failure

# What modules may use. Everything that wasm-opt knows (--all-features) includes encodings that
# no engine reads.
FEATURES = ("bulk-memory", "bulk-memory-opt", "mutable-globals", "multivalue", "nontrapping-float-to-int", "reference-types", "sign-ext", "simd")
INSTALL = "scripts/language-toolchains wasm-opt"


def tool():
    """The command line of wasm-opt: npm's where it is installed, so that versions agree."""
    script = CACHE / "language-toolchains" / "binaryen" / "node_modules" / "binaryen" / "bin" / "wasm-opt"
    node = shutil.which("node")
    if script.is_file() and node:
        # Large modules take more memory than node allows itself.
        return [node, "--max-old-space-size=8192", str(script)]
    found = shutil.which("wasm-opt")
    return [found] if found else None


def version():
    """`wasm-opt version 132`; raises Absent without it."""
    line = tool()
    if line is None:
        raise Absent(f"no wasm-opt ({INSTALL})")
    answer = subprocess.run([*line, "--version"], capture_output=True, text=True)
    if answer.returncode != 0:
        raise Absent(f"wasm-opt does not start ({INSTALL})")
    return answer.stdout.split("(")[0].strip()


def run(module, options, name):
    """The module after wasm-opt with these options."""
    with tempfile.TemporaryDirectory(prefix="wasm-opt-") as folder:
        before, after = pathlib.Path(folder) / "in.wasm", pathlib.Path(folder) / "out.wasm"
        before.write_bytes(module)
        features = ["--mvp-features", *(f"--enable-{feature}" for feature in FEATURES)]
        line = [*tool(), str(before), "-o", str(after), *features, *shlex.split(options)]
        if subprocess.run(line).returncode != 0:
            raise Failure(f"wasm-opt {options} failed for {name}")
        return after.read_bytes()
