"""Lists of words as they are read best: in lines."""


def words(lines: str) -> frozenset[str]:
    """Give the words of some lines."""
    return frozenset(lines.split())
