"""The encoding of a text file: by its mark, or by the zeros that UTF-16 leaves in plain text."""


def sniff(head: bytes) -> tuple[str, int]:
    """Give the encoding (`utf-8`, `utf-16-le`, `utf-16-be`) and the length of its mark."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8", 3
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le", 2
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be", 2
    sample = head[:64]
    if len(sample) >= 4 and sample[1::2].count(0) > len(sample) * 0.4 and not sample[0::2].count(0):
        return "utf-16-le", 0
    if len(sample) >= 4 and sample[0::2].count(0) > len(sample) * 0.4 and not sample[1::2].count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def head_text(head: bytes) -> str:
    """Give the first bytes of a file as text, whatever its encoding; never raises."""
    encoding, mark = sniff(head)
    return head[mark:].decode(encoding, "replace")
