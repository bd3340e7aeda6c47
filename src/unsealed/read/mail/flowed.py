"""Text that was wrapped for the journey, put together again: `format=flowed` and `DelSp` (RFC 3676)."""

import re

_FLOWED = re.compile(r"format\s*=\s*\"?flowed", re.IGNORECASE)
_DELSP = re.compile(r"delsp\s*=\s*\"?yes", re.IGNORECASE)


def is_flowed(content_type: str) -> bool:
    """Tell whether a Content-Type says that lines flow."""
    return "=" in content_type and bool(_FLOWED.search(content_type))


def unwrap(text: str, content_type: str) -> str:
    """Join the lines that flow, of one depth of quoting each; a signature's `-- ` stays a line."""
    delete = bool(_DELSP.search(content_type))
    done: list[str] = []
    held, held_depth = "", -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if held_depth >= 0 and depth != held_depth:
            done.append(_quoted(held, held_depth))
            held, held_depth = "", -1
        flows = bare.endswith(" ") and bare != "-- "
        if bare == "-- " and held_depth >= 0:
            done.append(_quoted(held, held_depth))
            held = ""
        held += bare[:-1] if flows and delete else bare
        held_depth = depth
        if not flows:
            done.append(_quoted(held, depth))
            held, held_depth = "", -1
    if held_depth >= 0:
        done.append(_quoted(held, held_depth))
    return "\n".join(done)


def _quoted(text: str, depth: int) -> str:
    return f"{'>' * depth} {text}" if depth else text
