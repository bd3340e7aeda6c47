"""People who stand only in texts: a row of a table, a block of fields, an address that nobody here wrote to.

A name in a text is kept apart from others of the same name by what identifies it in its group; where nothing does, by the
one in the letter's headers who has the name, else by who sent the text. So the same row in two letters is one person, and two
people of one name in two lists are two.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unsealed.identify.identifiers import identifiers
from unsealed.identify.normalise import normalise
from unsealed.identify.persons.addresses import take_apart
from unsealed.identify.persons.headers import Domains, Seen
from unsealed.identify.persons.names import parse
from unsealed.identify.persons.places import region
from unsealed.identify.persons.record import ADDRESS, TEXT, Record
from unsealed.identify.persons.roles import looks_shared, shared_because
from unsealed.identify.persons.signatures import numbers
from unsealed.identify.persons.wordlist import words
from unsealed.query import Engine

HEADS = ("row", "field")
"""How a name stands that heads data of its own."""
MOST = 40
"""Values of one group that are looked at."""
MOST_TEXT = 2_000
"""Characters of one group that are looked at."""
TEXTS = 64
"""Texts that are taken at a time."""
_PHONES, _MAIL, _POST = "phone_number", "email_address", "postal_address"
_LOOSE = words("""
    person_name ip_address mac_address classification_marking health_term salary_term postal_address password api_key
    session_cookie private_key connection_string json_web_token phone_number email_address date_of_birth""")
"""Kinds of which the same value may be several people's, or is compared in the clear."""
_COUNTRY = {"address_jp": "JP", "address_de": "DE", "address_uk": "GB", "address_us": "US"}
_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9.-]{1,190}\.[a-z0-9-]{2,}")
_CHILD = re.compile(
    r"(?i)\b(?:age[ds]?|aged)[ :]{1,2}(?:1[0-7]|[0-9])\b|\b(?:1[0-7]|[1-9])[ -]years?[ -]old\b|\b(?:1[0-7]|[1-9]) ?y/?o\b"
    r"|\bminor(?: child)?\b(?! (?:issue|change|point|update|version))|\b(?:pupil|schoolchild|kindergart\w+|toddler|infant)\b"
    r"|未成年|小学生|中学生|高校生|児童(?!相談|福祉司|手当)|園児|幼児|生徒|小学校|中学校|(?<![0-9])(?:1[0-7]|[0-9])(?:歳|才)(?!以上)"
)
_GUARDED = re.compile(r"(?i)\b(?:guardian|parent|mother|father)s? of[ :]+$|の(?:保護者|親権者)")
_PROTECTED = re.compile(
    r"(?i)\b(?:vulnerable (?:adult|person|child)|safeguarding|domestic (?:violence|abuse)|victim of|restraining order|protected witness"
    r"|witness protection|asylum seeker|refugee|in foster care|under guardianship|disabled)\b"
    r"|DV被害|配偶者暴力|要配慮|要支援|要介護|障害者手帳|生活保護|ストーカー被害|被虐待|里親|成年後見|被後見人|支援措置"
)


@dataclass
class Entry:
    """One name that heads a group, in one or more texts."""

    name: str
    key: str
    scope: str
    others: frozenset[str]
    phones: frozenset[str]
    mail: frozenset[str]
    countries: frozenset[str]
    minor: bool
    vulnerable: bool
    places: list[tuple[str, str | None, str, int | None]] = field(default_factory=list)
    """Message, attachment, part, group."""


def there(db: Engine) -> bool:
    """Tell whether names in texts were looked for."""
    return (
        int(db.value("SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('spotted', 'groups') AND temporary"))
        == 2
    )


def entries(db: Engine, people: Iterable[Seen] = ()) -> list[Entry]:
    """Give the names that head groups of data, the same name with the same data once.

    Args:
        db: the case, with `stood`, `spotted` and `groups`.
        people: who stands in headers: a name in a text is that of the one in the letter's headers who alone has it.
    """
    heads = ", ".join(f"'{how}'" for how in HEADS)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE heading AS
        SELECT DISTINCT s.message_id, s.attachment_id, s.part, s.grp, s.name, g.start, g."end" AS stop
        FROM spotted s
        JOIN groups g ON g.message_id = s.message_id AND g.attachment_id IS NOT DISTINCT FROM s.attachment_id
             AND g.part = s.part AND g.grp = s.grp
        WHERE s.how IN ({heads}) AND s.grp IS NOT NULL""")
    present, made = _present(db, people), list[Entry]()
    for place, text, spots in _places(db, _IN_GROUPS):
        for spot in spots:
            part = text[spot["start"] : min(spot["stop"], spot["start"] + MOST_TEXT)]
            if entry := _entry({**place, **spot, "text": part}, present):
                made.append(entry)
    found: dict[tuple[Any, ...], Entry] = {}
    for entry in sorted(made, key=_where):
        kept = found.setdefault((entry.key, entry.mail, entry.phones), entry)
        if kept is not entry:
            kept.minor |= entry.minor
            kept.vulnerable |= entry.vulnerable
            kept.places += entry.places
    return list(found.values())


def _where(entry: Entry) -> tuple[str, str, str, int, str]:
    ((message, attachment, part, group),) = entry.places
    return message, attachment or "", part, group or 0, entry.name


def _places(db: Engine, query: str) -> Iterator[tuple[dict[str, Any], str, list[dict[str, Any]]]]:
    """Give the texts that hold something, each once: what it is part of, the text, and `spots` in it."""
    asked = f"""
        WITH h AS ({query})
        SELECT h.message_id, h.attachment_id, h.part, lower(coalesce(m.from_address, '')) AS sender, h.spots, {_TEXT} AS text
        FROM h JOIN messages m ON m.message_id = h.message_id
        LEFT JOIN attachments a ON a.attachment_id = h.attachment_id AND a.message_id = h.message_id"""
    for batch in db.batches(asked, rows=TEXTS):
        for row in batch.to_pylist():
            text, spots = row.pop("text") or "", row.pop("spots")
            yield row, text, spots


def _present(db: Engine, people: Iterable[Seen]) -> dict[tuple[str, str], set[str]]:
    """Give the addresses in the headers of letters whose texts name people, by letter and by name."""
    names = {one.address: {name.key for written in one.names if (name := parse(written))} for one in people}
    found: dict[tuple[str, str], set[str]] = {}
    for batch in db.batches("SELECT DISTINCT message_id, address FROM stood SEMI JOIN heading USING (message_id)"):
        for message, address in zip(
            *(batch.column(name).to_pylist() for name in ("message_id", "address")), strict=True
        ):
            for key in names.get(address, ()):
                found.setdefault((message, key), set()).add(address)
    return found


_TEXT = """CASE h.part WHEN 'attachment' THEN a.text WHEN 'filename' THEN a.filename WHEN 'subject' THEN m.subject ELSE m.text END"""
_IN_GROUPS = f"""
    WITH spans AS (
        SELECT DISTINCT message_id, coalesce(attachment_id, '') AS attachment, part, grp, start, stop FROM heading),
    held AS (
        SELECT s.message_id, s.attachment, s.part, s.grp,
               list(struct_pack(kind := n.kind, hash := n.value_hash, identifier := n.identifier, a := n.start, z := n."end")
                    ORDER BY n.start, n.kind, n.identifier)[1:{MOST}] AS inside
        FROM (SELECT *, coalesce(attachment_id, '') AS attachment FROM mentions SEMI JOIN (SELECT DISTINCT message_id FROM heading)
              USING (message_id)) n
        ASOF JOIN spans s ON n.message_id = s.message_id AND n.attachment = s.attachment AND n.part = s.part AND n.start >= s.start
        WHERE n."end" <= s.stop GROUP BY ALL)
    SELECT g.message_id, g.attachment_id, g.part,
           list(struct_pack(grp := g.grp, name := g.name, start := g.start, stop := g.stop, inside := i.inside)) AS spots
    FROM heading g LEFT JOIN held i ON i.message_id = g.message_id AND i.attachment = coalesce(g.attachment_id, '')
         AND i.part = g.part AND i.grp = g.grp
    GROUP BY g.message_id, g.attachment_id, g.part"""


def _entry(row: Mapping[str, Any], present: Mapping[tuple[str, str], set[str]]) -> Entry | None:
    name = parse(row["name"])
    if name is None or not name.full or looks_shared(row["name"]):
        return None
    inside, text = row["inside"] or [], row["text"] or ""

    def value(one: Mapping[str, Any]) -> str:
        return text[one["a"] - row["start"] : one["z"] - row["start"]]

    others = frozenset(f"{one['kind']}:{one['hash']}" for one in inside if one["kind"] not in _LOOSE)
    single = frozenset(f"{one['kind']}:{one['hash']}" for one in inside if one["kind"] == "date_of_birth")
    mail = frozenset(
        clear for one in inside if one["kind"] == _MAIL and (clear := plain(value(one), one["identifier"]))
    )
    where = region(row["sender"].rpartition("@")[2]) or "US"
    phones = {phone for one in inside if one["kind"] == _PHONES for phone in numbers(normalise(value(one)).text, where)}
    theirs = present.get((row["message_id"], name.key), set())
    scope = min(theirs) if len(theirs) == 1 and mail <= theirs else row["sender"]
    apart = min(others, default="") or min(mail, default="") or min(single, default="") or scope
    return Entry(
        row["name"],
        f"{TEXT}{name.key}|{apart}",
        scope,
        others | single,
        frozenset(phones),
        mail if len(mail) == 1 else frozenset(),
        frozenset(_COUNTRY[one["identifier"]] for one in inside if one["identifier"] in _COUNTRY),
        bool(_CHILD.search(text)) and not _guarded(text, row["name"]),
        bool(_PROTECTED.search(text)),
        [(row["message_id"], row["attachment_id"], row["part"], row["grp"])],
    )


def _guarded(text: str, name: str) -> bool:
    """Tell whether a name is that of a child's guardian: the child is somebody else."""
    at = text.find(name)
    return at >= 0 and bool(re.match(r"(?i)[ ,(]{0,3}(?:guardian|parent|mother|father)s? of\b", text[at + len(name) :]))


def plain(written: str, identifier: str) -> str:
    """Give a mail address as it stands in a text in its plain form, lower case; empty where it is none."""
    known = identifiers().get(identifier)
    clear = normalise(written).text.strip()
    clear = (known.canonical(clear) if known else clear).lower()
    return clear if _ADDRESS.fullmatch(clear) else ""


def records(found: Sequence[Entry], domains: Domains) -> list[Record]:
    """Give a record for each name with data in texts; entries of one key are one."""
    by_key: dict[str, list[Entry]] = {}
    for entry in found:
        by_key.setdefault(entry.key, []).append(entry)
    made = []
    for key, some in by_key.items():
        names: dict[str, int] = {}
        for entry in some:
            names[entry.name] = names.get(entry.name, 0) + len({place[0] for place in entry.places})
        sender = take_apart(some[0].scope)
        made.append(
            Record(
                key,
                names,
                phones=frozenset(phone for entry in some for phone in entry.phones),
                others=frozenset(other for entry in some for other in entry.others),
                letters=len({place[0] for entry in some for place in entry.places}),
                scope=some[0].scope,
                owner=domains.owner(sender) or ("" if sender.free else sender.organisation),
                mail=frozenset(one for entry in some for one in entry.mail),
            )
        )
    return made


def written(db: Engine, known: Iterable[str]) -> dict[str, list[tuple[str, str | None]]]:
    """Give the mail addresses in texts that are no correspondent's and no shared mailbox, with (message, attachment)."""
    left = set(known)
    clear: dict[str, str] = {}
    query = f"""
        SELECT first.message_id, nullif(first.attachment_id, '') AS attachment_id, first.part,
               list(struct_pack(hash := value_hash, start := first.start, stop := first.stop, identifier := first.identifier)) AS spots
        FROM (SELECT value_hash, min(struct_pack(message_id, attachment_id := coalesce(attachment_id, ''), part, start, stop := "end",
                                                 identifier)) AS first
              FROM mentions WHERE kind = '{_MAIL}' GROUP BY value_hash)
        GROUP BY ALL"""
    for _, text, spots in _places(db, query):
        for spot in spots:
            address = plain(text[spot["start"] : spot["stop"]], spot["identifier"])
            if address and address not in left and shared_because(take_apart(address), {}) is None:
                clear[spot["hash"]] = address
    found: dict[str, list[tuple[str, str | None]]] = {}
    if clear:
        for row in db.rows(
            f"SELECT DISTINCT value_hash, message_id, attachment_id FROM mentions WHERE kind = '{_MAIL}' ORDER BY ALL"
        ):
            if row["value_hash"] in clear:
                found.setdefault(clear[row["value_hash"]], []).append((row["message_id"], row["attachment_id"]))
    return found


def of_addresses(found: Mapping[str, Sequence[tuple[str, str | None]]], domains: Domains) -> list[Record]:
    """Give a record for each address that only stands in texts."""
    return [
        Record(
            ADDRESS + address,
            address=address,
            letters=len({message for message, _ in places}),
            owner=domains.owner(take_apart(address)),
        )
        for address, places in found.items()
    ]
