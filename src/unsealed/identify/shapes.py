"""Pieces of patterns that many identifiers share. All hold on normalised text."""

LEFT = r"(?<![0-9A-Za-z_])(?<![0-9][-./:])(?!(?<=[0-9],)[0-9]{3}(?![0-9]))"
"""No number begins in the middle of another one, nor in a word. A comma before three digits parts thousands; any other one
parts cells."""
RIGHT = r"(?![0-9A-Za-z_])(?![-./:][0-9])(?!(?<![0-9]{10}),[0-9])"
"""Nor does one end there. Behind ten digits in a row a comma parts cells, neither thousands nor decimals."""
SEP = r"[ -]?\n?"
"""Between groups of digits: nothing, a space, a hyphen, the end of a line."""
EXTENSION = r"(?:[ ,]{0,2}(?:x|ext\.?|#) ?[0-9]{1,6})?"
"""Of a phone number."""
NO_SPACE = r"[^\s\"'<>,;`]"
"""What a password or a key may be made of, where nothing else tells where it ends."""
