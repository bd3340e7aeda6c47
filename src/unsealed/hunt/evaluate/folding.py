"""The case in which texts are compared: Unicode's simple mapping to lower case, character by character, as DuckDB has it."""

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Bring a text to the case in which texts are compared."""
    return text.lower() if text.isascii() else str(pc.utf8_lower(pa.scalar(text)).as_py())


def folded(texts: pa.Array) -> pa.Array:
    """Bring many texts to the case in which they are compared."""
    return pc.ascii_lower(texts) if pc.all(pc.string_is_ascii(texts)).as_py() else pc.utf8_lower(texts)
