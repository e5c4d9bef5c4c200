"""Tries a module on every runtime that pwbench has here, before it counts as built."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from .common import ROOT, Failure


def program():
    """The pwbench to ask, or None."""
    given = os.environ.get("PWBENCH")
    if given:
        return given
    own = ROOT / "target" / "release" / "pwbench"
    return str(own) if own.is_file() else shutil.which("pwbench")


def answer(*arguments):
    """What pwbench prints as JSON; raises Failure when it prints nothing of use."""
    result = subprocess.run([program(), *arguments, "--format", "json"], capture_output=True, text=True)
    try:
        return json.loads(result.stdout)
    except json.JSONDecodeError:
        raise Failure(f"pwbench {arguments[0]}: {result.stderr.strip() or 'no answer'}") from None


def taken(file):
    """Which runtimes compile and instantiate a module, in words. Raises Failure when none does."""
    if program() is None:
        return "not tried on any runtime: build pwbench (cargo build --release) or set PWBENCH"
    rows = [row for row in answer("inspect", str(file))["runtimes"] if "not available here" not in (row["reason"] or "")]
    refusals = [f"{row['runtime']}: {row['reason'].splitlines()[0]}" for row in rows if not row["takes"]]
    if len(refusals) == len(rows):
        raise Failure(f"no runtime takes the module: {'; '.join(refusals[:3])}")
    words = f"taken by {len(rows) - len(refusals)} of {len(rows)} runtimes"
    return f"{words}; refused by {'; '.join(refusals)}" if refusals else words


def right_on(*selection):
    """On how many runtimes all outcomes of a workload are right, in words. Raises Failure when
    some are wrong."""
    checks = answer("verify", "--no-conformance", "--trial-timeout", "600", *selection)["checks"]
    wrong = [f"{check['runtime']}: {check['reason']}" for check in checks if check["matched"] not in (None, check["exchanges"])]
    if wrong or not any(check["passed"] for check in checks):
        raise Failure(f"{' '.join(selection)}: {'; '.join(wrong[:3]) or 'no runtime ran it'}")
    return f"all outcomes right on {sum(check['passed'] for check in checks)} runtimes"


def behaves(workload, variant):
    """How a variant that is in the cache behaves, in words."""
    if program() is None:
        return ""
    return ", " + right_on("--workload", workload, "--variant", variant)


def in_place(guest, module):
    """How a module that is to be committed behaves, in words."""
    behaviour = rebuild_behaves(guest, module)
    return f", {behaviour}" if behaviour else ""


def rebuild_behaves(guest, module):
    """How a rebuilt module behaves in the place of the committed one, in words; None where there
    is nothing to run it with."""
    if program() is None or guest.scratch is None:
        return None
    with tempfile.TemporaryDirectory(prefix="rebuilt-") as folder:
        (pathlib.Path(folder) / "workload.toml").write_text(guest.scratch)
        (pathlib.Path(folder) / "rebuilt.wasm").write_bytes(module)
        return right_on("--workload-dir", folder)
