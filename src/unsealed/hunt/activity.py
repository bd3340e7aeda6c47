"""From seeds to sessions of one actor: what is drawn in, why, and what of it is the owner's own and stays out.

Seeds are events that an indicator, a line of case.toml or a person names. They grow along what identifies one actor:
the session id; else address, client and application together, within hours, and only where the owner has no habit
of that combination. An address alone never draws anything in.
"""

from typing import Any

import pyarrow as pa

from unsealed import schema
from unsealed.query import Engine

HOURS = 12
"""How far apart two events of one address, client and application may lie to be one actor's."""
ROUNDS = 12
HABIT_DAYS = 3
"""On so many days a client or address must be seen away from listed ones to be the owner's habit."""


def grow(db: Engine, decisions: list[dict[str, Any]]) -> pa.Table:
    """Give the rows of `activity`, from the `findings` that are registered and what people decided.

    Args:
        db: the case; a relation `found` holds the findings.
        decisions: people's decisions, oldest first.
    """
    _events_of_the_concerned(db, decisions)
    _seeds(db)
    _owners_own(db)
    for _ in range(ROUNDS):
        before = db.value("SELECT count(*) FROM drawn")
        _by_session(db)
        _by_client(db)
        if db.value("SELECT count(*) FROM drawn") == before:
            break
    return _rows(db, decisions)


def _events_of_the_concerned(db: Engine, decisions: list[dict[str, Any]]) -> None:
    """Narrow the events to users that a seed concerns, and bring clients to one form.

    A sign-in names the browser, a mailbox record "Client=OWA;" and the browser: both become the browser alone.
    """
    for name, state in (("by_hand", "confirmed"), ("rejected", "rejected")):
        db.register(name, pa.table({"subject": pa.array(sorted(_latest(decisions, state)), pa.string())}))
    db.execute("""
        CREATE OR REPLACE TEMP TABLE ev AS
        WITH seed AS (SELECT event_id FROM found WHERE event_id IS NOT NULL UNION SELECT subject FROM by_hand),
             who AS (SELECT DISTINCT "user" FROM events SEMI JOIN seed USING (event_id)),
             sessions AS (SELECT DISTINCT session_id FROM events SEMI JOIN seed USING (event_id) WHERE length(session_id) > 7)
        SELECT event_id, epoch_us(time) AS us, "user" AS who, client_ip AS ip, app_id AS app,
               CASE WHEN length(session_id) > 7 THEN lower(session_id) END AS session,
               coalesce(nullif(regexp_extract(lower(client), 'mozilla/[^;]*(?:;[^;)]*)*[^;]*'), ''), lower(client)) AS agent,
               coalesce(session, 's-' || left(md5(concat_ws('|', who, ip, agent, app)), 12)) AS label,
               regexp_matches(lower(client), 'mozilla/|[0-9]+\\.[0-9]+') AS specific,
               operation IN ('UserLoggedIn', 'UserLoginFailed') AS sign_in,
               operation IN ('UserLoginFailed') OR outcome = 'failure' AS failed
        FROM events WHERE "user" IN (SELECT "user" FROM who) OR session_id IN (SELECT session_id FROM sessions)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE gone AS
        SELECT event_id FROM ev WHERE event_id IN (SELECT subject FROM rejected)
           OR (label IN (SELECT subject FROM rejected) AND event_id NOT IN (SELECT subject FROM by_hand))""")


def _seeds(db: Engine) -> None:
    db.execute("""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT ev.event_id, min(coalesce(f.title || ' (' || f.source || ')', 'confirmed by a person')) AS reason,
               coalesce(list(DISTINCT f.finding_id ORDER BY f.finding_id) FILTER (f.finding_id IS NOT NULL), []) AS findings,
               bool_or(f.kind = 'intruder') AS known,
               NOT coalesce(bool_or(f.kind = 'intruder' OR NOT (f.rule_id LIKE 'ip:%' OR f.rule_id LIKE 'network:%')), TRUE)
                   AS address_only
        FROM ev LEFT JOIN found f USING (event_id)
        WHERE (f.event_id IS NOT NULL OR event_id IN (SELECT subject FROM by_hand))
          AND event_id NOT IN (SELECT event_id FROM gone)
        GROUP BY event_id""")


def _owners_own(db: Engine) -> None:
    """Let go of seeds that only share an address with the intruder and otherwise look like the owner.

    The owner's habit: clients and addresses seen outside any seeded session and away from seeded addresses, on
    several days or before the first seed. At an address where another client is the intruder's, events by a client
    of the owner's habit are the owner's, and so are sessions that also run over an address of the owner's habit.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE base AS
        WITH s AS (SELECT ev.* FROM ev SEMI JOIN drawn USING (event_id)),
             first AS (SELECT who, min(us) AS us FROM s GROUP BY who),
             plain AS (SELECT ev.* FROM ev
                       WHERE (session IS NULL OR session NOT IN (SELECT session FROM s WHERE session IS NOT NULL))
                         AND (who, ip) NOT IN (SELECT who, ip FROM s WHERE ip IS NOT NULL AND who IS NOT NULL)
                         AND NOT EXISTS (SELECT 1 FROM ev o JOIN s ON o.session = s.session
                                         WHERE o.who = ev.who AND o.ip = ev.ip AND o.agent = ev.agent))
        SELECT plain.who, ip, agent, bool_or(specific) AS specific, count(DISTINCT plain.us // 86400000000) AS days,
               min(plain.us) < any_value(first.us) AS before
        FROM plain LEFT JOIN first ON first.who = plain.who WHERE agent IS NOT NULL GROUP BY plain.who, ip, agent""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE own AS
        WITH clients AS (SELECT who, agent FROM base WHERE specific GROUP BY ALL
                         HAVING sum(days) >= {HABIT_DAYS} OR bool_or(before)),
             places AS (SELECT who, ip FROM base GROUP BY ALL HAVING sum(days) >= {HABIT_DAYS} OR bool_or(before)),
             hits AS (SELECT ev.*, (who, agent) IN (SELECT who, agent FROM clients) AS usual
                      FROM ev JOIN drawn USING (event_id) WHERE address_only),
             strange AS (SELECT DISTINCT session FROM hits WHERE specific AND NOT usual AND session IS NOT NULL),
             contrast AS (SELECT DISTINCT ip FROM hits WHERE specific AND NOT usual),
             home AS (SELECT DISTINCT session FROM ev WHERE session IS NOT NULL AND (who, ip) IN (SELECT who, ip FROM places))
        SELECT event_id FROM hits
        WHERE usual AND coalesce(session NOT IN (SELECT session FROM strange), TRUE)
          AND (ip IN (SELECT ip FROM contrast) OR session IN (SELECT session FROM home))""")
    db.execute("DELETE FROM drawn WHERE event_id IN (SELECT event_id FROM own)")


def _by_session(db: Engine) -> None:
    db.execute("""
        INSERT INTO drawn
        SELECT ev.event_id, 'same session as other activity of the intruder: ' || ev.session, [], FALSE, FALSE
        FROM ev ANTI JOIN drawn USING (event_id)
        WHERE ev.session IN (SELECT session FROM ev SEMI JOIN drawn USING (event_id))
          AND ev.event_id NOT IN (SELECT event_id FROM gone)""")


def _by_client(db: Engine) -> None:
    """Draw in events of the same user, address, client and application near in time, unless that is a habit."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE near AS
        WITH actor AS (SELECT DISTINCT who, ip, agent, app, specific, us FROM ev SEMI JOIN drawn USING (event_id)
                       WHERE ip IS NOT NULL AND agent IS NOT NULL),
             rest AS (SELECT ev.* FROM ev ANTI JOIN drawn USING (event_id)
                      WHERE ip IS NOT NULL AND agent IS NOT NULL AND event_id NOT IN (SELECT event_id FROM gone)
                        AND event_id NOT IN (SELECT event_id FROM own)),
             pairs AS (SELECT rest.event_id, min(abs(rest.us - actor.us)) AS gap
                       FROM rest JOIN actor ON rest.who = actor.who AND rest.ip = actor.ip AND rest.agent = actor.agent
                        AND (rest.app IS NOT DISTINCT FROM actor.app OR (rest.specific AND (rest.sign_in OR actor.app IS NULL)))
                       GROUP BY rest.event_id)
        SELECT rest.*, pairs.gap <= {HOURS} * 3600000000 AS close FROM rest JOIN pairs USING (event_id)""")
    db.execute("""
        INSERT INTO drawn
        WITH habit AS (SELECT DISTINCT who, ip, agent FROM near WHERE NOT close),
             elsewhere AS (SELECT DISTINCT ev.session FROM ev JOIN near ON near.session = ev.session
                           WHERE ev.ip IS DISTINCT FROM near.ip OR NOT near.close)
        SELECT event_id, 'same address, client and application within hours of other activity of the intruder: '
               || ip || ', ' || left(agent, 80), [], FALSE, FALSE
        FROM near WHERE close AND (who, ip, agent) NOT IN (SELECT who, ip, agent FROM habit)
          AND (session IS NULL OR session NOT IN (SELECT session FROM elsewhere))""")


def _rows(db: Engine, decisions: list[dict[str, Any]]) -> pa.Table:
    latest = sorted((subject, state) for state in ("confirmed", "rejected") for subject in _latest(decisions, state))
    db.register(
        "decided",
        pa.table(
            {
                "subject": pa.array([s for s, _ in latest], pa.string()),
                "state": pa.array([s for _, s in latest], pa.string()),
            }
        ),
    )
    wanted = ", ".join(f'"{name}"' for name in schema.TABLES["activity"].schema.names)
    return db.table(f"""
        WITH kept AS (
            SELECT d.event_id, ev.label, d.reason, d.findings, d.known FROM drawn d JOIN ev USING (event_id)
            UNION ALL
            SELECT event_id, label, 'rejected by a person', [], FALSE FROM ev JOIN gone USING (event_id))
        SELECT {wanted} FROM (
            SELECT k.event_id, k.label AS session, k.reason, k.findings AS finding_ids,
                   coalesce(by_event.state, by_session.state, CASE WHEN k.known THEN 'confirmed' ELSE 'proposed' END) AS state,
                   e.time, e."user", e.mailbox, NOT (e.operation = 'UserLoginFailed' OR e.outcome = 'failure') AS inside
            FROM kept k JOIN events e USING (event_id)
            LEFT JOIN decided by_event ON by_event.subject = k.event_id
            LEFT JOIN decided by_session ON by_session.subject = k.label)
        ORDER BY time, event_id""")


def _latest(decisions: list[dict[str, Any]], state: str) -> set[str]:
    """Give the subjects whose newest decision is `state`, and the events that such a session stood for."""
    last: dict[str, str] = {}
    for decision in decisions:
        for subject in (decision["subject"], *decision["events"]):
            last[subject] = decision["state"]
    return {subject for subject, decided in last.items() if decided == state}


def left_out(db: Engine) -> int:
    """Tell how many events at listed addresses were left out because they look like the owner's own."""
    return int(db.value("SELECT count(*) FROM own") or 0)
