"""Files that belong to a mail program or an export, and hold no mail: indexes, lists of subscriptions, reports.

https://doc.dovecot.org/configuration_manual/mail_location/Maildir/, https://support.google.com/vault/answer/6099459,
https://learn.microsoft.com/purview/ediscovery-export-search-results
"""

import re
from pathlib import PurePosixPath

_NAMES = frozenset(
    (
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        "subscriptions",
        "maildirfolder",
        "maildirsize",
        "popstate.dat",
        "msgfilterrules.dat",
        "filterlog.html",
        "table_of_contents",
        "archive_browser.html",
        "folders.db",
        ".mboxcache.plist",
        ".cmeta",
        "..cmeta",
        ".uidvalidity",
        "fetched.jsonl",
    )
)
_STARTS = (
    "dovecot.index",
    "dovecot.list",
    "dovecot.mailbox.log",
    "dovecot-",
    "._",
    "courierimap",
    "courierpop3",
    "envelope index",
)
_ENDS = (".msf", ".lock", ".cmeta", ".ibex.index", ".ibex.index.data", ".ev-summary", ".ev-summary-meta")
_REPORT = re.compile(
    r"(?:.*-(?:metadata\.xml|results-count\.csv|group-membership\.csv|account-exceptions\.csv)|file checksums.*|.*\.md5|"
    r"(?:export_load_file|export summary|export warnings|results|"
    r"unindexed items|skipped items)\b.*\.csv|manifest(?:_\d+)?\.xml|trace\.log)",
    re.IGNORECASE,
)
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe)?\s*<\x00?(?:\?|[A-Za-z])")
_BUNDLE = re.compile(r"(?i)\.(?:mbox|imapmbox)/[^/]+\.plist$")


def is_companion(inner: str, head: bytes) -> bool:
    """Tell by name and first bytes; a file that a reader recognises is read all the same."""
    name = PurePosixPath(inner).name
    lowered = name.lower()
    if lowered in _NAMES or lowered.startswith(_STARTS) or lowered.endswith(_ENDS):
        return True
    if _BUNDLE.search(inner):
        return True
    if not _REPORT.fullmatch(name) or b"\x00\x00\x00" in head[:512]:
        return False
    return not lowered.endswith(".xml") or bool(_XML.match(head))
