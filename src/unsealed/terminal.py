"""Text of evidence as a terminal may show it: nothing in it moves the cursor, forges a line or turns the direction of writing."""

import re

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but line end and tab; halves of characters; separators of lines; what turns the direction of writing.

Unicode's bidirectional controls: https://www.unicode.org/reports/tr9/ section 2; control characters: ECMA-48.
"""
_BREAKS = str.maketrans("\n\t", "??")


def harmless(text: str, *, breaks: bool = False) -> str:
    """Give text in which each character that would steer a terminal is `?`; spaces of all widths and joined emoji stay.

    Args:
        text: anything.
        breaks: whether line ends and tabs may stay; a value that is shown within a line has none.
    """
    told = _STEERS.sub("?", text)
    return told if breaks else told.translate(_BREAKS)
