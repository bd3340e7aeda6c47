"""What a mail program notes on a message beside it: Gmail's labels, and that it was deleted but is still there.

https://support.google.com/accounts/answer/3024190 (Takeout writes `X-Gmail-Labels` above all other headers),
https://cr.yp.to/proto/maildir.html (the flag T), Thunderbird's nsMsgMessageFlags.idl (`X-Mozilla-Status`, bit 8).
"""

import csv
import re

from unsealed.folders import well_known
from unsealed.read.mail import headers

MAX_LABELS = 500
"""Of one message; Gmail itself allows 10,000 in an account."""
_MAIN = ("deleted items", "junk email", "inbox", "drafts", "sent items")
"""Folders in the order in which they say most about where a message lies: what is in the bin is nowhere else."""
_STATES = frozenset(
    [
        "unread",
        "opened",
        "important",
        "starred",
        "archived",
        "muted",
        "snoozed",
        "scheduled",
        "chat",
        "未読",
        "開封済み",
        "開封",
        "重要",
        "スター付き",
        "アーカイブ済み",
        "ミュート",
        "スヌーズ中",
        "チャット",
        "ungelesen",
        "geöffnet",
        "wichtig",
        "markiert",
        "archiviert",
        "stummgeschaltet",
        "importants",
        "suivis",
        "archivé",
        "archivés",
        "ouvert",
        "ouverts",
        "importante",
        "importantes",
        "destacado",
        "destacados",
        "archivado",
        "archivados",
        "abierto",
        "abiertos",
        "읽지않음",
        "중요",
        "별표",
        "보관됨",
        "未读",
        "已加星标",
        "重要邮件",
        "已归档",
        "已打开",
        "未讀",
        "已加星號",
    ]
) | {"non lu", "non lus", "no leído", "no leídos", "mit stern", "읽지 않음", "category", "mail", "all mail"}
"""Labels that tell a message's state, not its place."""
_CATEGORY = re.compile(
    r"(?:category|kategorie|catégorie|categoría|categoria|カテゴリ|카테고리|类别|類別)\b|\^", re.IGNORECASE
)
_MAILDIR_FLAGS = re.compile(r"[:;!]2,[A-Za-z]*T[A-Za-z]*$")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_EXPUNGED = 0x0008


def labels(found: dict[bytes, list[bytes]]) -> list[str]:
    """Give Gmail's labels; only where the header stands above all others, since a sender may write one further down."""
    if b"x-gmail-labels" not in found or next(iter(found)) != b"x-gmail-labels":
        return []
    value = headers.decoded(headers.text(found[b"x-gmail-labels"][0]))
    try:
        row = next(csv.reader([value.replace("\n", " ").replace("\r", " ")], skipinitialspace=True), [])
    except csv.Error:
        row = value.split(",")
    return list(dict.fromkeys(cleaned for label in row if (cleaned := " ".join(label.split()))))[:MAX_LABELS]


def folder(labelled: list[str], named: str | None) -> str | None:
    """Tell the folder of a labelled message: the one that the file is named for if it is a label, else the main label."""
    if named:
        for label in labelled:
            if _plain(label) == _plain(named):
                return label
    known = {place: label for label in reversed(labelled) if (place := well_known(label))}
    main = next((known[place] for place in _MAIN if place in known), None)
    if main:
        return main
    users = [label for label in labelled if label.casefold() not in _STATES and not _CATEGORY.match(label)]
    return users[0] if users else "Archive"


def _plain(name: str) -> str:
    """Give what is left of a name when it has been made a file's: letters and digits."""
    return "".join(char for char in name.casefold() if char.isalnum()) or name


def deleted(found: dict[bytes, list[bytes]], shown: str) -> bool:
    """Tell whether its owner had deleted the message, though its bytes are still there."""
    if _MAILDIR_FLAGS.search(shown):
        return True
    status = found.get(b"x-mozilla-status", [b""])[0].decode("ascii", "replace")
    return bool(_HEX.fullmatch(status)) and bool(int(status, 16) & _EXPUNGED)
