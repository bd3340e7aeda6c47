"""From seeds to sessions of one actor: what is drawn in, why, and what of it is the owner's own and stays out.

Seeds are events that an indicator, a line of case.toml or a person names, and those whose findings together weigh enough
(`score`). They grow along what identifies one actor: the session id; else address, client and application together,
within hours, and only where the owner has no habit of that combination. An address alone never draws anything in.
"""

from typing import Any

import pyarrow as pa

from unsealed.hunt import actor, score, signins
from unsealed.hunt.actor import DAY, HOUR
from unsealed.query import Engine

HOURS = 12
"""How far apart two events of one address, client and application may lie to be one actor's."""
ROUNDS = 100
"""A bound on growing; each round must draw something in to be followed by another."""
HABIT_DAYS = 3
"""On so many days a client or address must be seen away from the intruder's to be the owner's habit."""
_NEAR = HOURS * HOUR


def grow(db: Engine, decisions: list[dict[str, Any]]) -> None:
    """Make the temporary table `act`: the rows of `activity`, from findings and from what people decided.

    Args:
        db: the case; a relation `found` holds the findings.
        decisions: people's decisions, oldest first.
    """
    _decided(db, decisions)
    score.weigh(db)
    _events_of_the_concerned(db)
    _seeds(db)
    _owners_own(db)
    _owners_habit(db)
    for _ in range(ROUNDS):
        before = db.value("SELECT count(*) FROM drawn")
        _by_session(db)
        _by_client(db)
        if db.value("SELECT count(*) FROM drawn") == before:
            break
    _rows(db)


def left_out(db: Engine) -> int:
    """Tell how many events at listed addresses were left out because they look like the owner's own."""
    return int(db.value("SELECT count(*) FROM own") or 0)


def _decided(db: Engine, decisions: list[dict[str, Any]]) -> None:
    """Make `decided`: the newest word on each session and event, and on the events that a session stood for."""
    last: dict[str, str] = {}
    for decision in decisions:
        for subject in (decision["subject"], *decision["events"]):
            last[subject.lower()] = decision["state"]
    subjects = sorted(last)
    states = [last[subject] for subject in subjects]
    table = pa.table({"subject": pa.array(subjects, pa.string()), "state": pa.array(states, pa.string())})
    db.register("decided", table)


def _events_of_the_concerned(db: Engine) -> None:
    """Narrow the events to users that a seed concerns, and bring clients to one form."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE ev AS
        WITH named AS (
                SELECT event_id FROM weighed WHERE proposed
                UNION SELECT event_id FROM events WHERE event_id IN (SELECT subject FROM decided)
                   OR lower(session_id) IN (SELECT subject FROM decided)),
             who AS (SELECT DISTINCT "user" FROM events SEMI JOIN named USING (event_id) WHERE "user" IS NOT NULL),
             sessions AS (SELECT DISTINCT {actor.session()} AS id FROM events SEMI JOIN named USING (event_id)
                          WHERE id IS NOT NULL)
        SELECT event_id, epoch_us(time) AS us, "user" AS who, client_ip AS ip, app_id AS app,
               {actor.session()} AS session,
               {actor.agent()} AS agent,
               coalesce(session, 's-' || left(md5(concat_ws('|', who, ip, agent, app)), 12)) AS label,
               regexp_matches(lower(client), 'mozilla/|[0-9]+\\.[0-9]+') AS specific,
               source = 'entra_signin' AND NOT coalesce(contains(lower(client), 'mozilla/'), FALSE) AS coarse,
               {signins.trying()} AS sign_in, {signins.failed()} AS failed
        FROM events
        WHERE "user" IN (SELECT "user" FROM who) OR lower(session_id) IN (SELECT id FROM sessions)
           OR event_id IN (SELECT event_id FROM named)""")
    db.execute("""
        CREATE OR REPLACE TEMP TABLE gone AS
        SELECT event_id FROM ev LEFT JOIN decided e ON e.subject = ev.event_id LEFT JOIN decided s ON s.subject = ev.label
        WHERE coalesce(e.state, s.state) = 'rejected'""")


def _seeds(db: Engine) -> None:
    """Make `drawn` of the events that a finding or a person names; `address_only`: by nothing but their address.

    A behaviour beside an indicator does not speak against the owner: it, too, may be there for the address alone.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        WITH by_hand AS (
                SELECT event_id FROM ev LEFT JOIN decided e ON e.subject = ev.event_id
                LEFT JOIN decided s ON s.subject = ev.session WHERE coalesce(e.state, s.state) = 'confirmed'),
             told AS (SELECT f.*, {score.weight_sql()} AS weight, w.score FROM found f JOIN weighed w USING (event_id)
                      WHERE w.proposed)
        SELECT ev.event_id,
               coalesce(arg_min(f.title || ' (' || f.source || ')', (-f.weight, f.title, f.source)), 'confirmed by a person')
                   AS reason,
               coalesce(list(DISTINCT f.finding_id ORDER BY f.finding_id) FILTER (f.finding_id IS NOT NULL), [])
                   AS findings,
               coalesce(bool_or(f.kind = 'intruder'), FALSE) AS known,
               coalesce(bool_and(f.rule_id LIKE 'ip:%' OR f.rule_id LIKE 'network:%')
                        FILTER (f.kind <> 'behaviour'), FALSE)
                   AND ev.event_id NOT IN (SELECT event_id FROM by_hand) AS address_only,
               FALSE AS by_session,
               CASE WHEN ev.event_id IN (SELECT event_id FROM by_hand) THEN 100 ELSE max(f.score) END::DOUBLE AS score
        FROM ev LEFT JOIN told f USING (event_id)
        WHERE f.event_id IS NOT NULL OR ev.event_id IN (SELECT event_id FROM by_hand)
        GROUP BY ev.event_id""")


def _owners_own(db: Engine) -> None:
    """Let go of seeds that only share an address with the intruder and otherwise look like the owner.

    The owner's habit: clients and addresses seen outside any seeded session and away from seeded addresses, on
    several days or before the first seed. At an address where another client is the intruder's, events by a client
    of the owner's habit are the owner's, and so are sessions that also run over an address of the owner's habit;
    of such a session all that only the address spoke against is let go. Entra tells of a browser no more than its
    kind, version and system, which owner and intruder may share: there, other clients in Entra's own log are the
    contrast. What a seeded session did elsewhere is no habit, unless it was one before. What a person rejected still
    counts here: that an address is used by somebody else, too, makes it speak less against the owner, not more.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE base AS
        WITH s AS (SELECT ev.* FROM ev SEMI JOIN drawn USING (event_id)),
             first AS (SELECT who, min(us) AS us FROM s WHERE NOT failed GROUP BY who),
             sessions AS (SELECT DISTINCT session FROM s WHERE session IS NOT NULL),
             listed AS (SELECT DISTINCT who, ip FROM s),
             lived AS (SELECT who, ip, agent FROM ev JOIN first USING (who) ANTI JOIN sessions USING (session)
                       WHERE ev.us < first.us - {_NEAR} GROUP BY who, ip, agent
                       HAVING count(DISTINCT ev.us // {DAY}) >= {HABIT_DAYS}),
             carried AS (SELECT DISTINCT who, ip, agent FROM ev SEMI JOIN sessions USING (session)
                         ANTI JOIN lived USING (who, ip, agent)),
             plain AS (SELECT ev.* FROM ev ANTI JOIN sessions USING (session) ANTI JOIN listed USING (who, ip)
                       ANTI JOIN carried USING (who, ip, agent)
                       WHERE who IS NOT NULL AND ip IS NOT NULL AND agent IS NOT NULL)
        SELECT plain.who, ip, agent, bool_or(specific) AS specific, count(DISTINCT plain.us // {DAY}) AS days,
               coalesce(min(plain.us) < any_value(first.us), FALSE) AS before
        FROM plain LEFT JOIN first ON first.who = plain.who GROUP BY plain.who, ip, agent""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE own AS
        WITH clients AS (SELECT who, agent FROM base WHERE specific GROUP BY ALL
                         HAVING sum(days) >= {HABIT_DAYS} OR bool_or(before)),
             places AS (SELECT who, ip FROM base GROUP BY ALL HAVING sum(days) >= {HABIT_DAYS} OR bool_or(before)),
             hits AS (SELECT ev.*, clients.who IS NOT NULL AS usual FROM ev JOIN drawn USING (event_id)
                      LEFT JOIN clients ON clients.who = ev.who AND clients.agent = ev.agent WHERE address_only),
             strange AS (SELECT session FROM hits WHERE specific AND NOT usual AND session IS NOT NULL
                         UNION SELECT session FROM ev JOIN drawn USING (event_id)
                               WHERE NOT address_only AND session IS NOT NULL),
             contrast AS (SELECT DISTINCT ip, coarse FROM hits WHERE specific AND NOT usual),
             home AS (SELECT DISTINCT session FROM ev SEMI JOIN places USING (who, ip) WHERE session IS NOT NULL),
             theirs AS (
                SELECT event_id, session FROM hits
                WHERE usual AND coalesce(session NOT IN (SELECT session FROM strange), TRUE)
                  AND ((ip, coarse) IN (FROM contrast) OR session IN (SELECT session FROM home)))
        SELECT event_id FROM theirs
        UNION SELECT event_id FROM hits WHERE session IN (SELECT session FROM theirs)""")
    db.execute("DELETE FROM drawn WHERE event_id IN (SELECT event_id FROM own UNION SELECT event_id FROM gone)")


def _owners_habit(db: Engine) -> None:
    """Make `habit`: address and client together that a user had on several days before the first seed.

    An intruder who replays the owner's session from elsewhere, with another client, shares its id with the owner.
    """
    db.execute("""
        CREATE OR REPLACE TEMP TABLE first_seed AS
        SELECT who, min(us) AS us FROM ev SEMI JOIN drawn USING (event_id)
        WHERE NOT failed AND who IS NOT NULL GROUP BY who""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE habit AS
        SELECT who, ip, agent FROM ev JOIN first_seed f USING (who)
        WHERE ev.us < f.us - {_NEAR} AND ip IS NOT NULL AND agent IS NOT NULL
          AND event_id NOT IN (SELECT event_id FROM drawn)
        GROUP BY who, ip, agent HAVING count(DISTINCT ev.us // {DAY}) >= {HABIT_DAYS}""")


def _by_session(db: Engine) -> None:
    """Draw in the rest of a session, but for the owner's habit in it where the intruder's client is another."""
    db.execute("""
        INSERT INTO drawn
        WITH hands AS (SELECT DISTINCT session, agent FROM ev JOIN drawn USING (event_id)
                       WHERE session IS NOT NULL AND NOT by_session),
             rest AS (SELECT ev.* FROM ev ANTI JOIN drawn USING (event_id) ANTI JOIN gone USING (event_id)
                      ANTI JOIN own USING (event_id) WHERE session IN (SELECT session FROM hands)),
             theirs AS (SELECT event_id FROM rest SEMI JOIN habit USING (who, ip, agent)
                        ANTI JOIN hands ON hands.session = rest.session AND hands.agent = rest.agent)
        SELECT event_id, 'same session as other activity of the intruder: ' || session, [], FALSE, FALSE, TRUE, NULL
        FROM rest ANTI JOIN theirs USING (event_id)""")


def _by_client(db: Engine) -> None:
    """Draw in events of the same user, address, client and application near in time, unless that is a habit.

    It is one where it was there before the intruder, or on several days away from the intruder's.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE near AS
        WITH keys AS (SELECT DISTINCT who, ip, agent FROM ev SEMI JOIN drawn USING (event_id)
                      WHERE who IS NOT NULL AND ip IS NOT NULL AND agent IS NOT NULL),
             here AS (SELECT ev.*, drawn.event_id IS NOT NULL AS theirs, CASE WHEN theirs THEN us END AS mark,
                             CASE WHEN theirs AND app IS NULL THEN us END AS bare
                      FROM ev SEMI JOIN keys USING (who, ip, agent) ANTI JOIN gone USING (event_id)
                      ANTI JOIN own USING (event_id) LEFT JOIN drawn USING (event_id)),
             gaps AS (
                SELECT *, least(us - max(mark) OVER same_before, min(mark) OVER same_after - us) AS same,
                       least(us - max(mark) OVER any_before, min(mark) OVER any_after - us) AS any_app,
                       least(us - max(bare) OVER any_before, min(bare) OVER any_after - us) AS no_app
                FROM here
                WINDOW same_before AS (PARTITION BY who, ip, agent, app ORDER BY us),
                       same_after AS (PARTITION BY who, ip, agent, app ORDER BY us DESC),
                       any_before AS (PARTITION BY who, ip, agent ORDER BY us),
                       any_after AS (PARTITION BY who, ip, agent ORDER BY us DESC))
        SELECT * EXCLUDE (theirs, mark, bare, same, any_app, no_app),
               least(same, CASE WHEN specific AND sign_in THEN any_app WHEN specific THEN no_app END) AS gap,
               gap <= {_NEAR} AS close
        FROM gaps WHERE NOT theirs AND gap IS NOT NULL""")
    db.execute(f"""
        INSERT INTO drawn
        WITH usual AS (SELECT who, ip, agent FROM near JOIN first_seed f USING (who) WHERE NOT close GROUP BY who, ip, agent
                       HAVING min(near.us) < any_value(f.us) OR count(DISTINCT near.us // {DAY}) >= {HABIT_DAYS}
                       UNION SELECT who, ip, agent FROM habit),
             elsewhere AS (SELECT session FROM ev WHERE session IN (SELECT session FROM near WHERE close)
                           GROUP BY session HAVING count(DISTINCT ip) > 1),
             far AS (SELECT DISTINCT session, who, ip, agent FROM near WHERE NOT close AND session IS NOT NULL)
        SELECT event_id, 'same address, client and application within hours of other activity of the intruder: '
               || ip || ', ' || left(agent, 80), [], FALSE, FALSE, FALSE, NULL
        FROM near ANTI JOIN usual USING (who, ip, agent) ANTI JOIN elsewhere USING (session)
        ANTI JOIN far USING (session, who, ip, agent) WHERE close""")


def _rows(db: Engine) -> None:
    """Make `act`; an event that was drawn in has the score of the session that drew it, or of the client's."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE act AS
        WITH kept AS (
            SELECT d.event_id, ev.label, d.reason, d.findings, d.known,
                   coalesce(d.score, max(d.score) OVER (PARTITION BY ev.label),
                            max(d.score) OVER (PARTITION BY ev.who, ev.ip, ev.agent)) AS score
            FROM drawn d JOIN ev USING (event_id)
            UNION ALL
            SELECT event_id, label, 'rejected by a person', [], FALSE, 0 FROM ev JOIN gone USING (event_id))
        SELECT k.event_id, k.label AS session, k.reason, k.findings AS finding_ids,
               coalesce(by_event.state, by_session.state, CASE WHEN k.known THEN 'confirmed' ELSE 'proposed' END) AS state,
               e.time, e."user", e.mailbox, {signins.inside("e")} AS inside, k.score
        FROM kept k JOIN events e USING (event_id)
        LEFT JOIN decided by_event ON by_event.subject = k.event_id
        LEFT JOIN decided by_session ON by_session.subject = k.label""")
