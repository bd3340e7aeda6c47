"""What is kept beside mail in a mailbox: contacts, appointments, tasks, notes. Their personal data were exposed, too.

MS-OXOCNTC, MS-OXOCAL, MS-OXOTASK, MS-OXONOTE, MS-OXOJRNL
"""

from datetime import UTC, datetime, timedelta

from unsealed.read.outlook.item import Item

_KINDS = {
    "ipm.contact": "contact",
    "ipm.abchperson": "contact",
    "ipm.distlist": "contact",
    "ipm.appointment": "appointment",
    "ipm.ole.class": "appointment",
    "ipm.task": "task",
    "ipm.stickynote": "note",
    "ipm.activity": "journal",
}
_WORDS = {
    "contact": (
        (0x3001, "Name"),
        (0x3A45, "Title"),
        (0x3A06, "Given name"),
        (0x3A44, "Middle name"),
        (0x3A11, "Surname"),
        (0x3A4F, "Nickname"),
        (0x802C, "Name reading"),
        (0x802D, "Surname reading"),
        (0x3A16, "Company"),
        (0x3A18, "Department"),
        (0x3A17, "Job title"),
        (0x3A46, "Profession"),
        (0x3A4E, "Manager"),
        (0x3A30, "Assistant"),
        (0x8083, "E-mail"),
        (0x8093, "E-mail"),
        (0x80A3, "E-mail"),
        (0x8062, "Messenger"),
        (0x3A08, "Business telephone"),
        (0x3A1B, "Business telephone"),
        (0x3A09, "Home telephone"),
        (0x3A2F, "Home telephone"),
        (0x3A1C, "Mobile telephone"),
        (0x3A1A, "Primary telephone"),
        (0x3A1F, "Other telephone"),
        (0x3A1E, "Car telephone"),
        (0x3A21, "Pager"),
        (0x3A2E, "Assistant's telephone"),
        (0x3A24, "Business fax"),
        (0x3A25, "Home fax"),
        (0x801B, "Work address"),
        (0x801A, "Home address"),
        (0x801C, "Other address"),
        (0x3A15, "Postal address"),
        (0x3A48, "Spouse"),
        (0x3A07, "Government id"),
        (0x3A4A, "Customer id"),
        (0x3A0D, "Location"),
        (0x802B, "Web page"),
    ),
    "appointment": ((0x8208, "Location"), (0x8238, "Attendees")),
    "task": ((0x811F, "Owner"),),
    "journal": ((0x8700, "Kind"),),
    "note": (),
}
_TIMES = {
    "contact": ((0x3A42, "Birthday"), (0x3A41, "Anniversary")),
    "appointment": ((0x820D, "Start"), (0x820E, "End")),
    "task": ((0x8104, "Start"), (0x8105, "Due")),
    "journal": ((0x8706, "Start"), (0x8708, "End")),
    "note": (),
}
NUMBERS = frozenset(number for table in (_WORDS, _TIMES) for pairs in table.values() for number, _ in pairs)
"""The properties that are looked at here."""


def kind(item: Item) -> str:
    """Say what an item is that is no mail; empty for mail."""
    told = item.message_class
    return next((name for start, name in _KINDS.items() if told == start or told.startswith(f"{start}.")), "")


def moment(item: Item) -> int | None:
    """Give the time that stands for a date: when it was made, else when it was last changed."""
    return item.number(0x3007) or item.number(0x3008)


def describe(item: Item) -> str:
    """Write down what is known of a person, a meeting or a task, a line each."""
    told = kind(item)
    lines = [(label, " ".join(item.text(number).split())) for number, label in _WORDS.get(told, ())]
    for number, label in _TIMES.get(told, ()):
        value = item.number(number)
        if value is not None:
            time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
            lines.append((label, f"{time:%Y-%m-%d}" if told == "contact" else f"{time:%Y-%m-%d %H:%M} UTC"))
    return "\n".join(f"{label}: {value}" for label, value in dict.fromkeys(lines) if value)
