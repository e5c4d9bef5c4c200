"""As much of ELF as it takes to see what a shared library needs of others.

Layout: the System V ABI's generic part, and the GNU symbol versioning sections described in
the Linux Standard Base.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

SHT_STRTAB, SHT_DYNAMIC, SHT_DYNSYM = 3, 6, 11
SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED = 1
# A requirement with this flag that is not met is no error of the dynamic linker.
VER_FLG_WEAK = 2


@dataclass
class Requirement:
    """A symbol version that a library wants of another one."""

    library: str
    version: str
    index: int
    flags_at: int


class SharedLibrary:
    """A 64-bit little-endian shared library, in memory."""

    def __init__(self, path):
        self.path = Path(path)
        self.bytes = bytearray(self.path.read_bytes())
        if self.bytes[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not a 64-bit little-endian ELF file")
        (offset,) = struct.unpack_from("<Q", self.bytes, 0x28)
        size, count = struct.unpack_from("<HH", self.bytes, 0x3A)
        # Of each: type, offset, size, link.
        self._sections = []
        for number in range(count):
            fields = struct.unpack_from("<IIQQQQII", self.bytes, offset + number * size)
            self._sections.append((fields[1], fields[4], fields[5], fields[6]))

    def _of_type(self, wanted):
        return [section for section in self._sections if section[0] == wanted]

    def _text(self, link, at):
        start = self._sections[link][1] + at
        return self.bytes[start:self.bytes.index(0, start)].decode()

    def needed(self):
        """Names of the libraries that it is linked with."""
        names = []
        for _, offset, size, link in self._of_type(SHT_DYNAMIC):
            for at in range(offset, offset + size, 16):
                tag, value = struct.unpack_from("<QQ", self.bytes, at)
                if tag == DT_NEEDED:
                    names.append(self._text(link, value))
        return names

    def versions(self):
        """Names of the symbol versions that it defines."""
        found = set()
        for _, offset, _, link in self._of_type(SHT_GNU_VERDEF):
            at = offset
            while True:
                aux, following = struct.unpack_from("<II", self.bytes, at + 12)
                found.add(self._text(link, struct.unpack_from("<I", self.bytes, at + aux)[0]))
                if not following:
                    break
                at += following
        return found

    def requirements(self):
        """The symbol versions that it wants of others."""
        found = []
        for _, offset, _, link in self._of_type(SHT_GNU_VERNEED):
            at = offset
            while True:
                _, count, library, aux, following = struct.unpack_from("<HHIII", self.bytes, at)
                entry = at + aux
                for _ in range(count):
                    _, _, index, name, step = struct.unpack_from("<IHHII", self.bytes, entry)
                    found.append(Requirement(
                        self._text(link, library), self._text(link, name), index, entry + 4))
                    entry += step
                if not following:
                    break
                at += following
        return found

    def symbols_of(self, index):
        """Names of the undefined symbols with the version of this index."""
        names = []
        for (_, offset, size, link), (_, versions, _, _) in zip(
                self._of_type(SHT_DYNSYM), self._of_type(SHT_GNU_VERSYM)):
            for number in range(size // 24):
                name, _, _, section = struct.unpack_from("<IBBH", self.bytes, offset + number * 24)
                (version,) = struct.unpack_from("<H", self.bytes, versions + number * 2)
                if section == 0 and version & 0x7FFF == index:
                    names.append(self._text(link, name))
        return names

    def weaken(self, requirement):
        """Lets the library load where the requirement is not met."""
        (flags,) = struct.unpack_from("<H", self.bytes, requirement.flags_at)
        struct.pack_into("<H", self.bytes, requirement.flags_at, flags | VER_FLG_WEAK)
