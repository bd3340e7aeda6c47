"""Mapping files: how a responder tells what the columns of an unknown log mean."""

from unsealed.read import csv_rows, json_rows
from unsealed.read.encodings import sniff
from unsealed.read.mapping.files import Mapping, load

__all__ = ["Mapping", "hint", "load"]
_COLUMNS = 3


def hint(head: bytes) -> str:
    """Give what to say of a file that no reader knows: a table or JSON can be read with a mapping file."""
    plain = b"\x00" not in head[:4096] or sniff(head)[0] != "utf-8"
    if json_rows.opens(head) or (plain and csv_rows.header(head, lambda names: len(names) >= _COLUMNS)):
        return (
            "a table or JSON that no reader knows; it was left unread. If it is a log, tell its columns in a mapping "
            "file and read it again with --mapping FILE.toml (docs/how-to/map-a-log.md)"
        )
    return "not mail or a log that is known; it was left unread"
