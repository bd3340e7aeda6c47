"""The streams and properties of a `.msg` file: a compound file whose storages are items, recipients and attachments.

https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg
"""

import io
import re
import struct
from functools import partial
from typing import Any

from unsealed.errors import BadRecord
from unsealed.read.outlook.item import (
    MAX_ATTACHMENTS,
    MAX_DEPTH,
    MAX_RECIPIENTS,
    Attached,
    Item,
    Value,
    Values,
    decode,
)
from unsealed.read.outlook.wanted import ANY

_STREAM = re.compile(r"__substg1\.0_([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})$")
_HEADS = {"message": 32, "embedded": 24, "part": 8}
_TEXT = {0x1E, 0x1F, 0x102}
MINI_SECTOR, SECTORS = 64, (512, 4096)
"""The sizes of sectors that there are (MS-CFB 2.2)."""
MAX_SPENT = 16
"""Times the file's size that may be read from it: streams of a hostile file may lie over each other."""


class Compound:
    """One compound file, open for reading."""

    def __init__(self, data: bytes) -> None:
        import olefile

        try:
            self.ole: Any = olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_FATAL)
        except (OSError, ValueError, IndexError, struct.error, RecursionError) as error:
            raise BadRecord("damaged_item", f"the file's directory can't be read: {error}") from error
        if self.ole.mini_sector_size != MINI_SECTOR or self.ole.sector_size not in SECTORS:
            raise BadRecord("damaged_item", "the sizes of its sectors are none that a compound file has")
        self.left = max(len(data) * MAX_SPENT, 1 << 20)
        self.names: dict[int, int] = {}
        names = _child(self.ole.root, "__nameid_version1.0")
        if names is not None:
            self.names = self._names(names)

    def _names(self, storage: Any) -> dict[int, int]:  # noqa: ANN401 - olefile has no types
        """Give the numbers of named properties in their own sets (MS-OXMSG 2.2.3.1.2)."""
        data = self.stream(_child(storage, "__substg1.0_00030102"))
        found = (struct.unpack_from("<IHH", data, at) for at in range(0, len(data) - 7, 8))
        return {0x8000 + place: number for number, kind, place in found if not kind & 1}

    def stream(self, entry: Any) -> bytes:  # noqa: ANN401 - as above
        """Give a stream's bytes; empty where it is missing.

        Raises:
            BadRecord: if it is broken, or the file gives more than it can hold.
        """
        if entry is None:
            return b""
        if entry.size > self.left:
            raise BadRecord("expands_too_much", "its streams lie over each other: more than the file can hold")
        try:
            data: bytes = self.ole._open(entry.isectStart, entry.size).read()  # noqa: SLF001 - by path is a search
        except (OSError, ValueError, IndexError, struct.error, AttributeError) as error:
            raise BadRecord("damaged_item", f"a stream of it can't be read: {error}") from error
        self.left -= len(data)
        return data

    def values(self, storage: Any, kind: str, trouble: list[str]) -> Values:  # noqa: ANN401 - as above
        """Give the properties of a storage; a broken one is told and costs only itself."""
        found: Values = {}
        try:
            fixed = self.stream(_child(storage, "__properties_version1.0"))
        except BadRecord as error:
            fixed = b""
            trouble.append(error.detail)
        for at in range(_HEADS[kind], len(fixed) - 15, 16):
            tag, raw = struct.unpack_from("<HH", fixed, at), fixed[at + 8 : at + 16]
            if tag[0] not in _TEXT:
                self._set(found, tag[1], decode(tag[0], raw))
        for child in storage.kids:
            match = _STREAM.match(child.name)
            if match and child.entry_type == 2 and int(match.group(2), 16) in _TEXT:
                number, form = int(match.group(1), 16), int(match.group(2), 16)
                if self._named(number) not in ANY:
                    continue
                try:
                    self._set(found, number, decode(form, self.stream(child)))
                except BadRecord as error:
                    trouble.append(f"property {number:#06x}: {error.detail}")
        return found

    def _named(self, number: int) -> int:
        return self.names.get(number, 0) if number >= 0x8000 else number

    def _set(self, values: Values, number: int, value: Value) -> None:
        named = self._named(number)
        if named in ANY and value is not None and not (isinstance(value, bytes) and isinstance(values.get(named), str)):
            values[named] = value

    def item(self, storage: Any = None, kind: str = "message", depth: int = 0) -> Item:  # noqa: ANN401 - as above
        """Read an item: its properties, its recipients, its attachments."""
        if depth > MAX_DEPTH + 1:
            raise BadRecord("mime_too_deep", f"messages attached more than {MAX_DEPTH} deep are not read")
        storage = self.ole.root if storage is None else storage
        broken: list[str] = []
        item = Item(self.values(storage, kind, broken))
        parts = sorted((each for each in storage.kids if each.entry_type == 1), key=lambda each: str(each.name).lower())
        people = [each for each in parts if each.name.lower().startswith("__recip_version1.0_")]
        item.recipients = [self.values(each, "part", broken) for each in people[:MAX_RECIPIENTS]]
        files = [each for each in parts if each.name.lower().startswith("__attach_version1.0_")]
        for each in files[:MAX_ATTACHMENTS]:
            item.attachments.append(self._attached(each, item.page, depth))
        item.trouble += [("damaged_item", f"a part of it can't be read: {detail}") for detail in broken[:20]]
        return item

    def _attached(self, storage: Any, page: int, depth: int) -> Attached:  # noqa: ANN401 - as above
        broken: list[str] = []
        values = self.values(storage, "part", broken)
        data = values.pop(0x3701, None)
        inner = _child(storage, "__substg1.0_3701000D")
        if inner is not None and inner.entry_type == 1:
            if _child(inner, "__properties_version1.0") is not None:
                return Attached(values, bytes, partial(self.item, inner, "embedded", depth + 1), page)
            values.setdefault(0x3705, 6)
            return Attached(values, partial(self._object, inner), None, page)
        if broken:
            return Attached(values, partial(_fail, broken[0]), None, page)
        return Attached(values, partial(_same, data if isinstance(data, bytes) else b""), None, page)

    def _object(self, storage: Any) -> bytes:  # noqa: ANN401 - as above
        """Give the contents of an embedded object: its longest stream."""
        streams = [each for each in storage.kids if each.entry_type == 2]
        return self.stream(max(streams, key=lambda each: (each.size, each.name), default=None))


def _child(storage: Any, name: str) -> Any:  # noqa: ANN401 - olefile has no types
    return storage.kids_dict.get(name.lower())


def _same(data: bytes) -> bytes:
    return data


def _fail(detail: str) -> bytes:
    raise BadRecord("damaged_item", detail)
