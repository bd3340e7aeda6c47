"""Which logs would have shown the intruder, had they been whole: each as a stretch of time with its dark parts.

Three kinds of log can show somebody inside. The sign-ins of each way into the mailboxes (`signins.DOORS`), for an intruder
who signs in; the item log of a mailbox, for one who was seen there with no sign-in of theirs near, and so may come with a
stolen session; and any other log in which they were seen so. A way in that is in the evidence counts even if they
were never seen on it: they may have taken it before.
"""

from dataclasses import dataclass, field, replace

from unsealed.hunt import rhythm, signins
from unsealed.hunt.actor import DAY, HOUR
from unsealed.hunt.coverage import ITEMS, LOG, SIGN_IN_LOG
from unsealed.query import Engine, literal

NEAR = DAY
"""A sign-in of the intruder's so long before, or shortly after, accounts for what they did as that user."""
AFTER = HOUR
OTHERS = 5
"""On so many days must others have signed in for a log of sign-ins to tell when it was on."""
UNLIKELY = 0.01
"""Sign-ins on so many days that, by the mailbox's usual share of days with item records, none is this unlikely."""


@dataclass(frozen=True)
class Dark:
    """A part of a log that may have lost records, in microseconds; `state` as in `coverage`."""

    low: int
    high: int
    state: str = "gap"


@dataclass(frozen=True)
class Stream:
    """A log, from its first to its last record in microseconds, and what of it is dark."""

    source: str
    scope: str
    low: int
    high: int
    dark: tuple[Dark, ...] = ()
    usual: int = field(default=0, compare=False)
    """The longest silence that is none of them."""
    where: str = field(default="TRUE", compare=False)
    """The SQL condition of its records in `brief`."""


def required(db: Engine) -> list[Stream]:
    """Give the logs that must be whole for a clean stretch to say that nobody was there.

    Args:
        db: the case; relations `act` and `cov` hold the activity and what the logs can see.
    """
    _brief(db)
    _traces(db)
    streams = [stream for door in signins.DOORS for stream in _door(db, door)]
    doors = {source for sources in signins.DOORS.values() for source in sources} | {"iis"}
    # What is written into the log of Entra stands in the audit log of Microsoft 365, too.
    whole = db.value(f"SELECT count(*) FROM brief WHERE source = '{LOG}'")
    for row in db.rows("SELECT source, bool_and(near) AS near FROM traces GROUP BY source ORDER BY source"):
        source = LOG if whole and row["source"].startswith("entra_") else row["source"]
        accounted = row["near"] and source in doors
        alike = source in signins.DOORS["exchange"] or source == "iis"
        if not accounted and not alike and source != "entra_signin":
            streams += _stream(db, source, "*", f"source = {literal(source)}")
    streams += _item_logs(db)
    return list(dict.fromkeys(streams))


def last_before(db: Engine, logs: list[Stream], bound: int) -> int | None:
    """Give the moment of the last record of any of these logs up to a bound, in microseconds."""
    some = " OR ".join(sorted({f"({log.where})" for log in logs}))
    moment: int | None = db.value(f"SELECT max(us) FROM brief WHERE us <= ? AND ({some})", [bound])
    return moment


def _brief(db: Engine) -> None:
    """Make `brief` of what the logs of all sources say of who came when: the few columns that are asked again and again."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE brief AS
        SELECT event_id, epoch_us(time) AS us, source, lower("user") AS who, mailbox, {signins.trying()} AS trying,
               {signins.signed_in()} AS sign_in, {signins.of_items()} AS item FROM events WHERE time IS NOT NULL""")


def _traces(db: Engine) -> None:
    """Make `traces`: where the intruder was seen inside; `near`: a sign-in of theirs accounts for it."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE traces AS
        WITH inside AS (SELECT b.* FROM brief b SEMI JOIN (FROM act WHERE inside AND state <> 'rejected') USING (event_id)),
             doors AS (SELECT who, us FROM inside WHERE sign_in)
        SELECT i.source, i.mailbox, i.item, i.us, i.sign_in OR coalesce(d.us >= i.us - {NEAR}, FALSE) AS near
        FROM inside i ASOF LEFT JOIN doors d ON d.who = i.who AND d.us <= i.us + {AFTER}""")


def _door(db: Engine, door: str) -> list[Stream]:
    """Give the sign-ins of a way in; all its records, where its logs write no sign-ins."""
    sources = signins.DOORS[door] + (("iis",) if door == "exchange" else ())
    among = ", ".join(map(literal, sources))
    where = f"source IN ({among}) AND who IS NOT NULL"
    whole = _stream(db, LOG if door == "m365" else door, "*", where)
    days = f"""SELECT count(DISTINCT us // {DAY}) FROM brief ANTI JOIN act USING (event_id) WHERE {where} AND trying"""
    if not whole or db.value(days) < OTHERS:
        return whole  # it cannot be told when this log of sign-ins was on
    name = SIGN_IN_LOG if door == "m365" else door
    return [_eased(stream, *whole) for stream in _stream(db, name, "*", f"{where} AND trying")]


def _stream(db: Engine, source: str, scope: str, where: str) -> list[Stream]:
    active = rhythm.hours(db, f"SELECT us FROM brief WHERE {where}")
    if not active:
        return []
    found = rhythm.rhythm(active)
    doubt = set(found.doubtful())
    usual = max((silence.high - silence.low for silence in found.silences if silence not in doubt), default=0)
    dark = tuple(Dark(silence.low, silence.high) for silence in sorted(doubt))
    return [Stream(source, scope, active[0].low, active[-1].high, dark, usual, where)]


def _eased(stream: Stream, whole: Stream) -> Stream:
    """Let the sign-ins begin and end with the log that they stand in, where they lie no further apart than usual."""
    low = whole.low if stream.low - whole.low <= stream.usual else stream.low
    high = whole.high if whole.high - stream.high <= stream.usual else stream.high
    return replace(stream, low=low, high=high)


def _item_logs(db: Engine) -> list[Stream]:
    """Give the item log of each mailbox in which the intruder was seen to read.

    Before its first record and after its last, it is dark for an intruder who comes without signing in; for others only
    where its owner signed in meanwhile, since nobody need have read anything in it.
    """
    rows = db.rows(f"""
        WITH boxes AS (SELECT mailbox, bool_and(near) AS near FROM traces WHERE item AND source = '{LOG}' GROUP BY mailbox)
        SELECT c.scope, b.near, epoch_us(min(c."from")) AS low, epoch_us(max(c."to")) AS high,
               list(struct_pack(low := epoch_us(c."from"), high := epoch_us(c."to"), state := c.state) ORDER BY c."from")
                   FILTER (c.state <> 'whole') AS dark
        FROM cov c JOIN boxes b ON b.mailbox = c.scope WHERE c.source = '{ITEMS}' GROUP BY ALL ORDER BY c.scope""")
    unread, streams = _unaccompanied(db), []
    for row in rows:
        dark = [Dark(**dark) for dark in row["dark"] or []]
        if row["near"]:
            dark = [d for d in dark if d.state != "gap" or row["low"] < d.low <= d.high < row["high"]]
        dark += unread.get(row["scope"], [])
        where = f"source = '{LOG}'"
        streams.append(Stream(ITEMS, row["scope"], row["low"], row["high"], tuple(dark), where=where))
    return streams


def _unaccompanied(db: Engine) -> dict[str, list[Dark]]:
    """Give the silences of item logs, by mailbox, in which its owner signed in on more days than can be chance."""
    rows = db.rows(f"""
        WITH boxes AS (SELECT DISTINCT mailbox AS box FROM traces WHERE item AND source = '{LOG}'),
             whole AS (SELECT min(us) AS low, max(us) AS high FROM brief WHERE source = '{LOG}'),
             read AS (SELECT DISTINCT mailbox AS box, us FROM brief WHERE item AND mailbox IN (SELECT box FROM boxes)),
             ends AS (SELECT box, min(us) AS first, max(us) AS last FROM read GROUP BY box),
             edges AS (FROM read UNION SELECT box, unnest([low, high]) FROM boxes, whole),
             steps AS (SELECT box, lag(us) OVER (PARTITION BY box ORDER BY us) AS low, us AS high FROM edges),
             quiet AS (FROM steps WHERE high - low > {DAY}),
             came AS (SELECT who AS box, us // {DAY} AS day, min(us) AS us FROM brief
                      WHERE sign_in AND who IN (SELECT box FROM boxes) GROUP BY box, day),
             share AS (SELECT c.box, avg(CASE WHEN r.day IS NULL THEN 0 ELSE 1 END) AS p FROM came c JOIN ends e USING (box)
                       LEFT JOIN (SELECT DISTINCT box, us // {DAY} AS day FROM read) r ON r.box = c.box AND r.day = c.day
                       WHERE c.us BETWEEN e.first AND e.last GROUP BY c.box)
        SELECT q.box, q.low, q.high, count(*) AS days, coalesce(any_value(s.p), 1) AS p
        FROM quiet q JOIN came c ON c.box = q.box AND c.us > q.low AND c.us < q.high - {DAY} LEFT JOIN share s ON s.box = q.box
        GROUP BY q.box, q.low, q.high ORDER BY q.box, q.low""")
    found: dict[str, list[Dark]] = {}
    for row in rows:
        if (1 - min(row["p"], 0.99)) ** row["days"] <= UNLIKELY:
            found.setdefault(row["box"], []).append(Dark(row["low"], row["high"]))
    return found
