"""The register: one row a person whose data was in the letters, with what of theirs, how badly exposed, and where it stands.

Out of the temporary tables of persons and the tables `mentions`, `exposures` and `messages` come `persons`, `appearances` and
`shared_mailboxes`. Only letters that are to be told about count, and a letter's copies count once: copies are of one letter
where they have the same Message-ID, else the same content.

The address to reach a person at is one of their own, from the first of these that there is: one whose mailbox the intruder was
not seen in; one that a letter was sent from, the latest first, letters that the intruder sent not counted; one that a letter
was sent to, the latest first; the one most used. Never an address of which every letter matches an indicator or a rule: the
intruder may have made it up to look like theirs.
"""

import pyarrow as pa

from unsealed.identify.harm import FALLBACK, harm
from unsealed.query import Engine, literal
from unsealed.schema import TOLD

_RANK = f"list_position([{', '.join(map(literal, TOLD))}], {{}})"
_VERDICT = f"[{', '.join(map(literal, TOLD))}][{{}}]"
_LETTER = (
    "coalesce(nullif(lower(trim(m.internet_message_id, ' <>' || chr(9) || chr(10) || chr(13))), ''),"
    " m.content_hash, m.message_id)"
)


def register(db: Engine) -> int:
    """Write `persons`, `appearances` and `shared_mailboxes`; give the number of persons.

    Args:
        db: the case, with `mentions` written, and the temporary tables `people` (`person_id`, `names`, `addresses`, `phones`,
            `organisation`, `internal`, `language`, `country`, `partner`, `merges`, `minor`, `vulnerable`), `stands`
            (`person_id`, `message_id`, `attachment_id`, `role`) and `shared` (`address`, `names`, `organisation`, `internal`,
            `partner`, `reason`).
    """
    _told(db)
    _appearances(db)
    _data(db)
    _tiers(db)
    _reach(db)
    found = _persons(db)
    _shared(db)
    return found


def _told(db: Engine) -> None:
    """Make `told`: the copies of letters that are to be told about, `letter` numbered the same for all copies of one."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT m.message_id, dense_rank() OVER (ORDER BY {_LETTER}) AS letter, x.rank, coalesce(m.date, m.arrived) AS date
        FROM messages m JOIN (
            SELECT message_id, min({_RANK.format("content_verdict")}) AS rank FROM exposures
            WHERE content_verdict IN ({", ".join(map(literal, TOLD))}) GROUP BY message_id) x USING (message_id)""")


def _appearances(db: Engine) -> None:
    """Write `appearances`: where persons stand in headers and texts, and where data of theirs does."""
    db.write(
        "appearances",
        f"""
        WITH stood AS (
            SELECT person_id, message_id, attachment_id, role FROM stands
            UNION
            SELECT person_id, message_id, attachment_id, CASE WHEN kind = 'person_name' THEN 'named' ELSE 'data' END
            FROM mentions WHERE person_id IS NOT NULL)
        SELECT o.person_id, o.message_id, o.attachment_id, o.role, {_VERDICT.format("t.rank")} AS verdict
        FROM stood o JOIN told t USING (message_id) SEMI JOIN people USING (person_id)
        ORDER BY o.person_id, o.message_id, o.attachment_id NULLS FIRST, o.role""",
    )
    db.refresh("appearances")


def _data(db: Engine) -> None:
    """Make `data`: a row a person and kind, with the mentions and letters of it and the best rank of their verdicts."""
    known = [(kind, one.name, place) for place, one in enumerate(harm().sensitivities) for kind in one.kinds]
    columns = list(zip(*known, strict=True))
    db.register(
        "weights",
        pa.table({name: list(column) for name, column in zip(("kind", "sensitivity", "place"), columns, strict=True)}),
    )
    fallback = next(place for place, one in enumerate(harm().sensitivities) if one.name == FALLBACK)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE data AS
        WITH copy AS (
            SELECT n.person_id, n.kind, t.letter, t.rank, count(*) AS mentions
            FROM mentions n JOIN told t USING (message_id) SEMI JOIN people p ON p.person_id = n.person_id
            GROUP BY n.person_id, n.kind, t.letter, t.rank, n.message_id),
        held AS (
            SELECT person_id, kind, letter, min(rank) AS rank, max(mentions) AS mentions
            FROM copy GROUP BY person_id, kind, letter)
        SELECT h.person_id, h.kind, coalesce(any_value(w.sensitivity), '{FALLBACK}') AS sensitivity,
               coalesce(any_value(w.place), {fallback}) AS place, sum(h.mentions)::BIGINT AS mentions, count(*) AS letters,
               min(h.rank) AS rank
        FROM held h LEFT JOIN weights w USING (kind) GROUP BY h.person_id, h.kind""")


def _tiers(db: Engine) -> None:
    """Make `tiers`: for each person the number of the first rule that fits them."""
    cases = " ".join(
        f"WHEN {rule.condition('d.sensitivity', 'd.rank', 'p.minor OR p.vulnerable')} THEN {number}"
        for number, rule in enumerate(harm().rules)
    )
    db.register(
        "rules",
        pa.table(
            {
                "number": list(range(len(harm().rules))),
                "tier": [rule.tier for rule in harm().rules],
                "words": [rule.words for rule in harm().rules],
            }
        ),
    )
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE tiers AS
        SELECT p.person_id, CASE {cases} END AS number
        FROM people p LEFT JOIN data d USING (person_id) GROUP BY p.person_id""")


def _reach(db: Engine) -> None:
    """Make `reached`: for each person the address that most likely reaches them."""
    db.execute("""
        CREATE OR REPLACE TEMP TABLE own AS
        SELECT person_id, unnest(addresses) AS address, generate_subscripts(addresses, 1) AS place FROM people""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE used AS
        WITH mine AS (SELECT DISTINCT address FROM own),
        theirs AS (
            SELECT DISTINCT message_id FROM exposures
            WHERE message_id IS NOT NULL AND len(list_filter(grounds, lambda g: g.how = 'sent_by_intruder')) > 0),
        bad AS (SELECT DISTINCT message_id FROM findings WHERE message_id IS NOT NULL),
        sent AS (
            SELECT m.from_address AS address, max(coalesce(m.arrived, m.date)) AS sent, bool_and(b.message_id IS NOT NULL) AS bad
            FROM messages m SEMI JOIN mine ON mine.address = m.from_address
            ANTI JOIN theirs ON theirs.message_id = m.message_id
            LEFT JOIN bad b ON b.message_id = m.message_id GROUP BY m.from_address),
        got AS (
            SELECT g.address, max(g.date) AS got FROM (
                SELECT lower(unnest(list_concat(coalesce("to", []), coalesce(cc, []), coalesce(bcc, []))).address) AS address,
                       coalesce(arrived, date) AS date FROM messages) g
            SEMI JOIN mine ON mine.address = g.address GROUP BY g.address),
        entered AS (
            SELECT DISTINCT lower(box) AS address FROM (
                SELECT mailbox AS box FROM activity WHERE inside AND state <> 'rejected'
                UNION ALL SELECT "user" FROM activity WHERE inside AND state <> 'rejected') WHERE box IS NOT NULL)
        SELECT mine.address, sent.sent, got.got, coalesce(sent.bad, FALSE) AS bad, e.address IS NOT NULL AS entered
        FROM mine LEFT JOIN sent USING (address) LEFT JOIN got USING (address) LEFT JOIN entered e USING (address)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE reached AS
        SELECT o.person_id, first(o.address ORDER BY u.entered, u.sent DESC NULLS LAST, u.got DESC NULLS LAST, o.place, o.address)
               AS address
        FROM own o JOIN used u USING (address) WHERE NOT u.bad AND o.address NOT IN (SELECT address FROM shared)
        GROUP BY o.person_id""")


def _persons(db: Engine) -> int:
    """Write `persons`: the worst exposed first."""
    found = db.write(
        "persons",
        f"""
        WITH stood AS (
            SELECT a.person_id, count(DISTINCT t.letter) AS letters, min(t.rank) AS rank, min(t.date) AS first, max(t.date) AS last
            FROM appearances a JOIN told t USING (message_id) GROUP BY a.person_id),
        kinds AS (
            SELECT person_id, list(struct_pack(kind, sensitivity, mentions, letters) ORDER BY place, kind) AS kinds
            FROM data GROUP BY person_id)
        SELECT p.person_id, p.names, p.addresses, p.phones, p.organisation, p.internal, p.language, p.country, p.partner,
               s.letters AS messages_exposed, {_VERDICT.format("s.rank")} AS worst_verdict, s.first AS first_time,
               s.last AS last_time, coalesce(k.kinds, []) AS kinds, r.tier AS risk, r.words AS risk_rule,
               b.address AS best_address, p.minor, p.vulnerable, p.merges
        FROM people p JOIN stood s USING (person_id) JOIN tiers USING (person_id) JOIN rules r USING (number)
        LEFT JOIN kinds k USING (person_id) LEFT JOIN reached b USING (person_id)
        ORDER BY r.number, s.rank, s.letters DESC, p.person_id""",
    )
    db.refresh("persons")
    return found


def _shared(db: Engine) -> None:
    """Write `shared_mailboxes`: those that stand in the headers of letters to be told about."""
    db.write(
        "shared_mailboxes",
        f"""
        WITH heads AS (
            SELECT from_address AS address, message_id FROM messages
            UNION SELECT reply_to, message_id FROM messages
            UNION SELECT lower(unnest(list_concat(coalesce("to", []), coalesce(cc, []), coalesce(bcc, []))).address), message_id
            FROM messages),
        stood AS (
            SELECT o.address, count(DISTINCT t.letter) AS letters, min(t.rank) AS rank
            FROM heads o JOIN told t USING (message_id) SEMI JOIN shared h ON h.address = o.address GROUP BY o.address)
        SELECT h.address, h.names, h.organisation, h.internal, h.partner, h.reason, s.letters AS messages_exposed,
               {_VERDICT.format("s.rank")} AS worst_verdict
        FROM shared h JOIN stood s USING (address) ORDER BY s.rank, s.letters DESC, h.address""",
    )
    db.refresh("shared_mailboxes")
