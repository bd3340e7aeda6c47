"""The notes, reasons and details that stages write into tables, as templates, so that they can be told in other languages.

A test runs the demo and scenes of every kind, and fails for a note that no template knows.
"""


def N_(text: str) -> str:  # noqa: N802 - the name by which extraction finds what is to be translated
    """Mark a text for translation."""
    return text


TEMPLATES = (
    # -- grounds of exposures
    N_("no trace of the intruder in this mailbox"),
    N_("it came after the intruder was last seen in this mailbox"),
    N_("it was deleted before the intruder was first seen in this mailbox"),
    N_("it was not there while the intruder was"),
    N_("the item log of this mailbox is whole while the intruder was in it, and does not name the letter"),
    N_("the item log was throttled for 24 hours from {start}"),
    N_("no item log from {start} to {end}: {why}"),
    N_("folder {folder} was synchronised"),
    N_("{share} of its words stand in {message}"),
    N_("{operation} from {address}"),
)
