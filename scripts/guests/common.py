"""What all of it shares: places, digests, messages."""

import hashlib
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "pwbench"
PREBUILT = ROOT / "workloads" / "prebuilt"
# Where pwbench looks for the modules that are not committed.
BUILT = CACHE / "workloads"


class Failure(Exception):
    """A check that failed or a build that broke; its text names the remedy."""


class Absent(Exception):
    """A tool that is not installed; its text says which and how to get it."""


def say(text):
    print(f"build-workloads: {text}", flush=True)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def shown(path):
    """A path as the manifest and the messages write it."""
    path = pathlib.Path(path).resolve()
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix()
    return f"~/{path.relative_to(pathlib.Path.home())}" if path.is_relative_to(pathlib.Path.home()) else str(path)


def commit_of(files):
    """The commit that changed these source files last; `dirty` where they differ from it, `none`
    where no repository has them."""

    def git(*arguments):
        line = ["git", "-C", str(files[0].parent), *arguments, "--", *map(str, files)]
        try:
            return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return None

    commit = git("log", "-1", "--format=%H")
    if not commit:
        return "none"
    return "dirty" if git("status", "--porcelain", "--untracked-files=all") else commit
