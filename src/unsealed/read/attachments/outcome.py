"""What came of one attachment, and the bounds that hold for all of them."""

from dataclasses import dataclass, field

MAX_BYTES = 64 << 20
"""Bytes of one attachment, and of all that is unpacked from it."""
MAX_TEXT = 4 << 20
"""Characters of text kept of one message or attachment."""
SECONDS = 20
"""Time for one attachment; less than the engine gives to the letter that it hangs on."""
MESSAGE_SECONDS = 60
"""Time for all the attachments of one letter."""
MEMORY = 2 << 30
"""Address space of the process that extracts; a document that wants more costs itself."""


@dataclass
class Outcome:
    """The text of an attachment and how it was come by."""

    status: str
    """As `attachments.text_status` in `unsealed.schema`."""
    text: str | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    """What could not be read in it: a reason for `skipped`, and a sentence."""

    def cut(self) -> "Outcome":
        """Keep the text within `MAX_TEXT`."""
        if self.text is not None and len(self.text) > MAX_TEXT:
            told = f"text is cut after {MAX_TEXT:,} characters"
            return Outcome("too_large", self.text[:MAX_TEXT], [*self.problems, ("attachment_too_large", told)])
        return self


class EncryptedError(Exception):
    """It has a password, and none of those given opens it."""


class NotReadError(Exception):
    """It is damaged, or its form is not known; the message says how."""


class TooLargeError(Exception):
    """It unpacks to more than `MAX_BYTES`."""
