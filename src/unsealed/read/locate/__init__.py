"""Opens evidence at a place that a table names: the bytes, or the item, that stand there now."""

from unsealed.read.locate.opener import Opener
from unsealed.read.locate.spot import Record, Wanted

__all__ = ["Opener", "Record", "Wanted"]
