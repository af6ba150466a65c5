"""Whether a binary still has the names of its own functions. Reads ELF section headers; runs nothing."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

SYMBOL_TABLE = 2  #: the type of the section that names all functions, not only the exported ones
LIBRARIES = "libpython3*.so*"


@cache
def has_symbols(binary: Path) -> bool:
    """Whether `binary`, or the libpython that it is linked with, was not stripped.

    A stripped binary still exports some functions, and perf would name each of the others after its neighbour.
    """
    try:
        binary = binary.resolve(strict=True)
        if not _links_libpython(binary):
            return SYMBOL_TABLE in _section_types(binary)
        top = binary.parent.parent
        places = (top / "lib", top / "lib64", *sorted(top.glob("lib/*-linux-gnu*")))
        found = [path for place in places for path in sorted(place.glob(LIBRARIES))]
        return any(SYMBOL_TABLE in _section_types(path) for path in found)
    except (OSError, struct.error):
        return False


def _section_types(path: Path) -> set[int]:
    """Return the types of all sections of a 64-bit little-endian ELF file; empty for any other file."""
    with path.open("rb") as file:
        head = file.read(64)
        if head[:6] != b"\x7fELF\x02\x01":
            return set()
        (start,) = struct.unpack_from("<Q", head, 40)
        size, number = struct.unpack_from("<HH", head, 58)
        file.seek(start)
        table = file.read(size * number)
    return {struct.unpack_from("<I", table, index * size + 4)[0] for index in range(number)}


def _links_libpython(binary: Path) -> bool:
    """Whether the interpreter's code is in a library, and the binary itself is only a few lines."""
    return binary.stat().st_size < 1 << 20 and b"libpython3" in binary.read_bytes()
