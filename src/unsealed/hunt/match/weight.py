"""How much a find weighs: an indicator past its dates, doubted by its author, or common in the victim's own traffic is no verdict.

An address is common where accounts live at it: on several days each and on a good part of all their days, at least five
accounts and a quarter of all; or where very many use it with clients of many kinds. An intruder who visits many accounts,
on few of their days, with one client, does not make his address common, and failed attempts do not count. A log that was cut to
the indicators' addresses before it was handed over tells nothing of what is common; nor does one of an office that goes out by
a single listed address, which looks the same.
"""

from dataclasses import dataclass

from unsealed.hunt import signins
from unsealed.hunt.actor import DAY
from unsealed.query import Engine, literal

REGULAR_DAYS = 3
REGULAR_SHARE = 3
"""An account lives at an address that it uses on so many days, and on one in so many of its own days."""
ACCOUNTS = 5
SHARE = 4
"""Common: so many accounts live there, and one in so many of all."""
MANY = 50
"""Common whatever the share: so many accounts live there."""
PASSING, PASSING_DAYS, PASSING_CLIENTS = 20, 20, 3
"""Common too: so many accounts and a quarter of all, on so many days, with so many different clients."""
LETTER_DAYS, LETTER_SHARE, LETTER_MAILBOXES, LETTER_SENDERS = 20, 100, 3, 10
"""Common in mail: letters on so many days, one in so many of all, in so many mailboxes or from so many senders."""
CUT = 0.95
"""A log of whose records with an address so much lies at listed ones was cut to them."""
EARLY_DAYS = 365
"""So long before its validity begins an indicator that also has an end still counts: traces are older than reports of them."""
WIDE_V4, WIDE_V6 = 16, 32
"""A network wider than this is a provider's, not a person's."""


@dataclass(frozen=True, slots=True)
class Prevalence:
    """How common one indicator is in the victim's own traffic."""

    rule_id: str
    source: str
    events: int
    accounts: int
    """Accounts with a record there that is no failure."""
    regular: int
    """Accounts that live there."""
    all_accounts: int
    mailboxes: int
    days: int
    letters: int
    letter_mailboxes: int
    common: bool


def weigh(db: Engine) -> list[Prevalence]:
    """Make the temporary table `doubts`: what speaks against each hit, and whether that makes it no verdict."""
    _in_records(db)
    _in_letters(db)
    _uncut(db)
    _common(db)
    _doubts(db)
    rows = db.rows("""
        SELECT k.kind || ':' || k.value AS rule_id, k.source, coalesce(events, 0) AS events, coalesce(accounts, 0) AS accounts,
               coalesce(regular, 0) AS regular, coalesce(all_accounts, 0) AS all_accounts,
               coalesce(mailboxes, 0) AS mailboxes, coalesce(r.days, 0) AS days, coalesce(letters, 0) AS letters,
               coalesce(letter_mailboxes, 0) AS letter_mailboxes, c.number IS NOT NULL AS common
        FROM known k LEFT JOIN in_records r USING (number) LEFT JOIN in_letters l USING (number)
        LEFT JOIN (SELECT DISTINCT number FROM common) c USING (number)
        WHERE k.class = 'indicator' AND (r.number IS NOT NULL OR l.number IS NOT NULL) ORDER BY k.number""")
    return [Prevalence(**row) for row in rows]


def _in_records(db: Engine) -> None:
    """Make `in_records`: for each indicator that was found in records, who uses it, and how."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE used AS
        WITH found AS (SELECT number, event_id, bool_or(kind IN ('ip', 'network')) AS placed
                       FROM hits JOIN known USING (number)
                       WHERE event_id IS NOT NULL AND class = 'indicator' GROUP BY ALL)
        SELECT f.number, e.event_id, e.source, "user" AS who, mailbox, client, epoch_us(time) // {DAY} AS day,
               NOT {signins.failed("e")} AS inside, f.placed AND client_ip IS NOT NULL AS at_address
        FROM events e JOIN found f USING (event_id)""")
    _measured(db, "in_records", "TRUE")


def _measured(db: Engine, name: str, of: str) -> None:
    """Count of each indicator in `used` who uses it, and how; `of` is the condition of the records that count."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE lives AS
        WITH there AS (SELECT number, who, count(DISTINCT day) AS days FROM used WHERE inside AND who IS NOT NULL AND {of}
                       GROUP BY ALL HAVING count(DISTINCT day) >= {REGULAR_DAYS}),
             crowded AS (SELECT number FROM there GROUP BY number HAVING count(*) >= {ACCOUNTS}),
             people AS (SELECT DISTINCT who FROM there SEMI JOIN crowded USING (number)),
             life AS (SELECT "user" AS who, count(DISTINCT epoch_us(time) // {DAY}) AS days
                      FROM events WHERE "user" IN (SELECT who FROM people) AND NOT {signins.failed()} AND {of} GROUP BY ALL)
        SELECT there.number, count(*) AS regular FROM there JOIN life USING (who)
        WHERE there.days * {REGULAR_SHARE} >= life.days GROUP BY ALL""")
    everyone = "0"
    if db.value("SELECT count(*) FROM used"):
        everyone = f"""SELECT count(DISTINCT "user") FROM events
                       WHERE client_ip IS NOT NULL AND NOT {signins.failed()} AND {of}"""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        SELECT number, count(*) AS events, count(DISTINCT who) FILTER (inside) AS accounts,
               coalesce(any_value(lives.regular), 0) AS regular, ({everyone}) AS all_accounts,
               count(DISTINCT mailbox) FILTER (inside) AS mailboxes, count(DISTINCT day) FILTER (inside) AS days,
               count(DISTINCT client) FILTER (inside) AS clients
        FROM used LEFT JOIN lives USING (number) WHERE {of} GROUP BY number""")


def _uncut(db: Engine) -> None:
    """Make `uncut`: `in_records`, but of the logs that were not cut to listed addresses; it costs only where something may be common."""
    told = "in_records"
    if db.value(f"SELECT count(*) FROM in_records JOIN known USING (number) WHERE {_CROWDED}"):
        cut = db.rows(f"""
            WITH listed AS (SELECT source, count(DISTINCT event_id) AS n FROM used WHERE inside AND at_address GROUP BY source)
            SELECT e.source FROM events e JOIN listed l ON l.source = e.source
            WHERE client_ip IS NOT NULL AND NOT {signins.failed("e")} GROUP BY e.source
            HAVING any_value(l.n) >= {CUT} * count(*)""")
        if cut:
            told = "of_others"
            names = ", ".join(literal(row["source"]) for row in cut)
            _measured(db, told, f"coalesce(source NOT IN ({names}), TRUE)")
    db.execute(f"CREATE OR REPLACE TEMP TABLE uncut AS SELECT * FROM {told}")


_CROWDED = f"""kind NOT IN ('email', 'session_id')
    AND ((regular >= {ACCOUNTS} AND regular * {SHARE} >= all_accounts) OR regular >= {MANY}
         OR (accounts >= {PASSING} AND accounts * {SHARE} >= all_accounts AND days >= {PASSING_DAYS}
             AND clients >= {PASSING_CLIENTS}))"""


def _in_letters(db: Engine) -> None:
    """Make `in_letters`: for each indicator that was found in letters, in how many, whose, on how many days."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE in_letters AS
        WITH found AS (SELECT DISTINCT number, message_id FROM hits WHERE message_id IS NOT NULL)
        SELECT number, count(*) AS letters, count(DISTINCT mailbox) AS letter_mailboxes,
               count(DISTINCT from_address) AS senders, count(DISTINCT epoch_us(date) // {DAY}) AS letter_days
        FROM messages JOIN found USING (message_id) GROUP BY number""")


def _common(db: Engine) -> None:
    """Make `common`: which indicators are, where (`record` or `letter`), and the numbers that say so."""
    letters = "0"
    if db.value("SELECT count(*) FROM in_letters"):
        letters = "SELECT count(*) FROM messages"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE common AS
        SELECT number, 'record' AS place,
               format('common here: {{:,}} of {{:,}} accounts, {{:,}} of them regularly, on {{:,}} days',
                      accounts, all_accounts, regular, days) AS words
        FROM uncut JOIN known USING (number) WHERE {_CROWDED}
        UNION ALL
        SELECT number, 'letter',
               format('common here: {{:,}} letters of {{:,}} senders on {{:,}} days', letters, senders, letter_days)
        FROM in_letters JOIN known USING (number)
        WHERE kind <> 'email' AND letter_days >= {LETTER_DAYS} AND letters * {LETTER_SHARE} >= ({letters})
          AND (letter_mailboxes >= {LETTER_MAILBOXES} OR senders >= {LETTER_SENDERS})""")


def _doubts(db: Engine) -> None:
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE doubts AS
        WITH places AS (SELECT number, coalesce(event_id, message_id) AS place, min(us) AS us,
                               CASE WHEN any_value(event_id) IS NULL THEN 'letter' ELSE 'record' END AS side
                        FROM hits GROUP BY ALL),
             dated AS (SELECT p.*, epoch_us(valid_from) AS start, epoch_us(valid_until) AS stop
                       FROM places p JOIN known USING (number) WHERE valid_from IS NOT NULL OR valid_until IS NOT NULL),
             words AS (
                SELECT number, place, doubt AS words, TRUE AS weak FROM places JOIN known USING (number) WHERE doubt IS NOT NULL
                UNION ALL
                SELECT number, place, 'a network this wide is a provider''s', TRUE FROM places JOIN known USING (number)
                WHERE kind = 'network' AND try_cast(split_part(value, '/', 2) AS INTEGER)
                                           < CASE WHEN contains(value, ':') THEN {WIDE_V6} ELSE {WIDE_V4} END
                UNION ALL
                SELECT p.number, p.place, c.words, TRUE FROM places p JOIN common c ON c.number = p.number AND c.place = p.side
                UNION ALL
                SELECT number, place, 'after its validity ended on ' || strftime(make_timestamp(stop), '%Y-%m-%d'), TRUE
                FROM dated WHERE us > stop
                UNION ALL
                SELECT number, place, 'before its validity begins on ' || strftime(make_timestamp(start), '%Y-%m-%d'),
                       stop IS NOT NULL AND us < start - {EARLY_DAYS} * {DAY}
                FROM dated WHERE us < start)
        SELECT number, place, string_agg(DISTINCT words, '; ' ORDER BY words) AS doubt, bool_or(weak) AS weak
        FROM words GROUP BY number, place""")
