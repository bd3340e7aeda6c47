"""Thunderbird's profile: which directory is which account's, by `prefs.js`, and what in it is no mail.

http://kb.mozillazine.org/Mail_and_news_settings
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

PREFERENCES = "prefs.js"
MAX_PREFERENCES = 8 << 20
_LINE = re.compile(r'^user_pref\("(mail\.[\w.-]{1,200})",\s*("(?:[^"\\\n]|\\.)*"|[\w-]+)\);', re.MULTILINE)
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_MAIL = ("ImapMail", "Mail")


@dataclass(frozen=True)
class Profile:
    """One profile: where it lies, and the addresses of its accounts by their directories."""

    inner: str
    accounts: tuple[tuple[str, str], ...]

    def account(self, inner: str) -> tuple[str, str] | None:
        """Give the directory and address of the account that a file belongs to."""
        return next((pair for pair in self.accounts if inner.startswith(f"{pair[0]}/")), None)

    def own(self, inner: str) -> bool:
        """Tell whether a file is the program's own: not in a directory of mail."""
        rest = inner.removeprefix(f"{self.inner}/")
        return rest.split("/")[0] not in _MAIL and not self.account(inner)


def load(path: Path, inner: str) -> Profile | None:
    """Read `prefs.js`; None where it is not that of a mail program, or can't be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            told = dict(_LINE.findall(stream.read(MAX_PREFERENCES)))
    except OSError:
        return None
    known = {name: _text(value) for name, value in told.items()}
    accounts = []
    for number in filter(None, (word.strip() for word in known.get("mail.accountmanager.accounts", "").split(","))):
        server = known.get(f"mail.account.{number}.server", "")
        identities = known.get(f"mail.account.{number}.identities", "").split(",")
        addresses = [known.get(f"mail.identity.{identity.strip()}.useremail", "") for identity in identities]
        addresses.append(known.get(f"mail.server.{server}.userName", ""))
        address = next((found for found in addresses if _ADDRESS.fullmatch(found)), None)
        directory = _directory(known, server)
        if address and directory:
            accounts.append((f"{inner}/{directory}", address.lower()))
    return Profile(inner, tuple(accounts)) if any(name.startswith("mail.server.") for name in known) else None


def _directory(known: dict[str, str], server: str) -> str | None:
    """Give a server's directory below the profile: as the profile tells it, else the last two names of its full path."""
    relative = known.get(f"mail.server.{server}.directory-rel", "")
    if relative.startswith("[ProfD]"):
        parts = [part for part in relative.removeprefix("[ProfD]").split("/") if part]
    else:
        parts = re.split(r"[\\/]+", known.get(f"mail.server.{server}.directory", ""))[-2:]
    return "/".join(parts) if parts and all(part not in {"", ".", ".."} for part in parts) else None


def _text(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value[1:-1]
