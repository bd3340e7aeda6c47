"""Which mailbox an account is that a log names: `DOMAIN/alice` with a backslash, `alice`, `alice@corp.local`, `alice+x@example.org`.

Only where one mailbox of the evidence can be meant; a name that could be two people's is nobody's, and the table `accounts`
says which of those that the intruder used these are.

Names of accounts: https://learn.microsoft.com/windows/win32/secauthn/user-name-formats; a user principal name need not be the
mail address: https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname; Dovecot's master users:
https://doc.dovecot.org/latest/core/config/auth/master_users.html.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa

from unsealed.query import Engine

_SERVICE = re.compile(
    r"(?:system|health|discoverysearch|migration|federatedemail|extest_|exchange online-application|monitoring)mailbox"
    r"|^(?:systemmailbox|healthmailbox|discoverysearchmailbox|federatedemail|migration|extest_)[.{_0-9a-f]|\$(?:@|$)"
)
_INSIDE = ("local", "lan", "internal", "intranet", "corp", "private", "home", "ad", "localdomain")
"""Domains of directories that no mail comes to from outside."""
_TENANT = ".onmicrosoft.com"
_SEEN, _MOSTLY = 3, 0.8
"""An account is the owner of the mailbox that it was seen in so many times, and in so large a part of all its visits."""

_KINDS = pa.schema(
    [("name", pa.string()), ("mailbox", pa.string()), ("reason", pa.string()), ("may_be", pa.list_(pa.string()))]
)


class Account(NamedTuple):
    """A name that a log uses, and whose mailbox it is; where it is nobody's, `reason` and `may_be` as in the table `accounts`."""

    name: str
    mailbox: str | None
    reason: str | None = None
    may_be: tuple[str, ...] = ()


def came(db: Engine) -> None:
    """Make `resolved` and `came`, and the views `seats` and (where it tells more) `accesses`.

    `seats` is `act` with the column `box`: the mailbox that the record names, else the one of who acted. `came` is as
    `copies.prepare` says. From here on `accesses` names mailboxes by their addresses.
    """
    found = resolve(db)
    db.register("resolved", pa.Table.from_pylist([one._asdict() for one in found], _KINDS))
    if any(one.mailbox for one in found):
        db.execute("""
            CREATE OR REPLACE TEMP VIEW accesses AS
            SELECT a.* REPLACE (coalesce(x.mailbox, a.mailbox) AS mailbox)
            FROM memory.main.accesses a LEFT JOIN resolved x ON x.name = a.mailbox""")
    db.execute("""
        CREATE OR REPLACE TEMP VIEW seats AS
        SELECT act.*, coalesce(m.mailbox, CASE WHEN act.mailbox LIKE '%@%' THEN act.mailbox END, u.mailbox,
                               CASE WHEN act."user" LIKE '%@%' THEN act."user" END) AS box
        FROM act LEFT JOIN resolved m ON m.name = act.mailbox LEFT JOIN resolved u ON u.name = act."user" """)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE came AS
        WITH told AS (
            SELECT mailbox, way, source, us, event_id FROM act WHERE inside
            UNION SELECT "user", way, source, us, event_id FROM act WHERE inside)
        SELECT DISTINCT coalesce(x.mailbox, t.mailbox) AS mailbox, t.way, t.source, t.us, t.event_id
        FROM told t LEFT JOIN resolved x ON x.name = t.mailbox WHERE coalesce(x.mailbox, t.mailbox) LIKE '%@%'""")


def resolve(db: Engine) -> list[Account]:
    """Give every account that the intruder's records or item records name and that is no mailbox itself."""
    boxes = {row["box"] for row in db.rows("SELECT DISTINCT mailbox AS box FROM messages WHERE mailbox LIKE '%@%'")}
    boxes |= {
        row["box"]
        for row in db.rows("SELECT DISTINCT mailbox AS box FROM memory.main.accesses WHERE mailbox LIKE '%@%'")
    }
    names = db.rows("""
        SELECT mailbox AS name FROM act WHERE mailbox IS NOT NULL UNION SELECT "user" FROM act WHERE "user" IS NOT NULL
        UNION SELECT mailbox FROM memory.main.accesses WHERE mailbox IS NOT NULL ORDER BY name""")
    wanted = [row["name"] for row in names if row["name"] not in boxes]
    learned = _learned(db) if wanted else {}
    strangers = _strangers(db) if any(_TENANT in name for name in wanted) else set[str]()
    index: dict[str, list[str]] = {}
    for box in sorted(boxes):
        index.setdefault(box.partition("@")[0], []).append(box)
    domains = db.case.config.domains
    return [
        Account(name, None, "other_tenant")
        if name.lower().rpartition("@")[2] in strangers
        else _account(name, boxes, index, learned, domains)
        for name in wanted
    ]


def _strangers(db: Engine) -> set[str]:
    """Give the `onmicrosoft.com` domains of other tenants: where guests of a log (`#EXT#@`) are all of one, all but that.

    https://learn.microsoft.com/entra/external-id/user-properties; `example.mail.onmicrosoft.com` is `example`'s own
    (https://learn.microsoft.com/exchange/exchange-hybrid). Where no guest tells, none is known to be a stranger.
    """
    rows = db.rows(f"""
        WITH named AS (SELECT DISTINCT "user" AS who FROM events UNION SELECT DISTINCT mailbox FROM events)
        SELECT lower(split_part(who, '@', -1)) AS domain, bool_or(contains(upper(who), '#EXT#')) AS guests FROM named
        WHERE ends_with(lower(who), '{_TENANT}') GROUP BY 1 ORDER BY 1""")
    hosts = {_first(row["domain"]) for row in rows if row["guests"]}
    return {row["domain"] for row in rows if _first(row["domain"]) not in hosts} if len(hosts) == 1 else set()


def _first(domain: str) -> str:
    return domain.removesuffix(_TENANT).removesuffix(".mail")


def write(db: Engine) -> int:
    """Write `accounts`: the names that the intruder's records have instead of mail addresses; give their number."""
    return db.write(
        "accounts",
        """
        WITH used AS (
            SELECT "user" AS name, event_id, us FROM act WHERE inside UNION SELECT mailbox, event_id, us FROM act WHERE inside)
        SELECT r.name AS account, r.mailbox, r.reason, r.may_be, count(*) AS records,
               make_timestamptz(min(us)) AS first_time, make_timestamptz(max(us)) AS last_time
        FROM resolved r JOIN used USING (name) GROUP BY ALL ORDER BY r.name""",
    )


def _learned(db: Engine) -> dict[str, str]:
    """Give the mailbox that each account was nearly always seen in, where Exchange's logs name both."""
    rows = db.rows(f"""
        WITH seen AS (
            SELECT "user" AS name, mailbox, count(*) AS n FROM events
            WHERE (source LIKE 'exchange_%' OR source = 'iis') AND mailbox LIKE '%@%' AND "user" IS NOT NULL
              AND mailbox <> "user" AND outcome IS DISTINCT FROM 'failure'
            GROUP BY ALL)
        SELECT name, arg_max(mailbox, (n, mailbox)) AS box FROM seen GROUP BY name
        HAVING max(n) >= {_SEEN} AND max(n) >= {_MOSTLY} * sum(n)""")
    return {row["name"]: row["box"] for row in rows}


def _account(
    name: str, boxes: set[str], index: Mapping[str, list[str]], learned: Mapping[str, str], domains: Iterable[str]
) -> Account:
    plain = name.strip().lower().rpartition("\\")[2]
    if _SERVICE.search(plain):
        return Account(name, None, "server")
    local, at, domain = plain.partition("@")
    local = re.split(r"[*%+]", local, maxsplit=1)[0] if local[:1] not in "*%+" else local
    if at and f"{local}@{domain}" in boxes:
        return Account(name, f"{local}@{domain}")
    meant = index.get(local, [])
    if len(meant) != 1 and (seen := learned.get(name)) in boxes:  # a shared mailbox may be all that a log names
        return Account(name, seen)
    if at:
        if not _related(domain, (box.partition("@")[2] for box in meant), domains):
            return Account(name, None, "outside")
    elif len(meant) > 1:
        meant = [box for box in meant if box.partition("@")[2] in set(domains)] or meant
    if len(meant) == 1:
        return Account(name, meant[0])
    return Account(name, None, "ambiguous" if meant else "unknown", tuple(meant))


def _related(domain: str, others: Iterable[str], own: Iterable[str]) -> bool:
    """Tell whether accounts of a domain can be those of mailboxes elsewhere: a directory's, or above or below a mail domain."""
    if domain in set(own) or domain.rpartition(".")[2] in _INSIDE or "." not in domain or domain.endswith(_TENANT):
        return True
    return any(domain.endswith("." + other) or other.endswith("." + domain) for other in others)
