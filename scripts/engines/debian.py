"""Debian packages of this machine's release and of another one, without installing them.

apt does the work, signatures and checksums included, in a state folder of its own: neither
the machine's package lists nor its packages change, and no root is needed. The mirror is the
one in the machine's own apt configuration.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

# Parts of a system that must be the machine's own, or the machine's own compiler's.
NEVER = re.compile(r"libc6|libstdc\+\+6|libgcc-s1|gcc-[0-9]+-base|libc-gconv-modules-extra")


class Unobtainable(Exception):
    """What is missing, and what to do about it."""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Unobtainable(f"`{command[0]}` failed: {last}")
    return done.stdout


def os_release():
    text = Path("/etc/os-release").read_text(encoding="utf-8")
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))


class Packages:
    """The packages of this machine's release and of `suite`."""

    def __init__(self, suite):
        release = os_release()
        if release.get("ID") != "debian":
            raise Unobtainable(f"this is {release.get('PRETTY_NAME')}, not Debian")
        self.suite = suite
        self.own = release.get("VERSION_CODENAME") or suite
        self._folder = tempfile.TemporaryDirectory(prefix="pwbench-apt-")
        self.folder = Path(self._folder.name)
        for name in ["lists/partial", "cache/archives/partial", "packages"]:
            (self.folder / name).mkdir(parents=True)
        if os.geteuid() == 0:
            # apt downloads as a user of its own when root calls it.
            self.folder.chmod(0o755)
            (self.folder / "packages").chmod(0o777)
        sources = "".join(
            f"Types: deb\nURIs: {mirror()}\nSuites: {name}\nComponents: main\n{signed_by()}\n"
            for name in dict.fromkeys([self.own, suite]))
        (self.folder / "pwbench.sources").write_text(sources, encoding="utf-8")
        self._options = [
            f"-oDir::Etc::sourcelist={self.folder}/pwbench.sources",
            "-oDir::Etc::sourceparts=-",
            "-oDir::Etc::preferencesparts=-",
            f"-oDir::State::lists={self.folder}/lists",
            f"-oDir::Cache={self.folder}/cache",
            "-oAcquire::Languages=none",
            "-oAcquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
        ]
        self._apt("apt-get", "update")

    def _apt(self, tool, *arguments, **options):
        return run(tool, *self._options, *arguments, **options)

    def version(self, package):
        """The version of `package` in the suite."""
        for line in self._apt("apt-cache", "madison", package).splitlines():
            _, version, place = (field.strip() for field in line.split("|"))
            if f" {self.suite}/" in place:
                return version
        raise Unobtainable(f"{self.suite} has no package {package}")

    def dependencies(self, package):
        """Names of all that `package` of the suite stands on and this machine lacks."""
        listed = self._apt(
            "apt-cache", "-oDir::State::status=/dev/null", f"-oAPT::Default-Release={self.suite}",
            "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
            "--no-breaks", "--no-replaces", "--no-enhances", package)
        names = {line for line in listed.splitlines() if re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", line)}
        return sorted(name for name in names - {package}
                      if not NEVER.fullmatch(name) and not installed(name))

    def unpack(self, package, into):
        """Unpacks `package`, of this machine's release where that has it."""
        places = self._apt("apt-cache", "madison", package)
        release = self.own if f" {self.own}/" in places else self.suite
        if package == "libwasmedge0":
            release = self.suite
        folder = self.folder / "packages"
        self._apt("apt-get", "download", f"{package}/{release}", cwd=folder)
        for archive in folder.glob("*.deb"):
            run("dpkg-deb", "-x", str(archive), str(into))
            archive.unlink()


def installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
                          capture_output=True, text=True, check=False)
    return done.stdout == "installed"


def mirror():
    """The Debian mirror of this machine's apt configuration."""
    listed = run("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
                 "Created-By: Packages")
    for line in listed.splitlines():
        origin, label, uri = line.split("|")
        if (origin, label) == ("Debian", "Debian"):
            return uri
    # Before the first `apt-get update` nothing is known of a repository but its address.
    listed = run("apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)",
                 "Created-By: Packages")
    own = os_release().get("VERSION_CODENAME")
    for line in listed.splitlines():
        uri, _, release = line.partition("|")
        if release == own:
            return uri
    raise Unobtainable("apt's configuration names no Debian mirror")


def signed_by():
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    return f"Signed-By: {keyring}\n" if keyring.exists() else ""
