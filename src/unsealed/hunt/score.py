"""How far findings together speak for an intruder: a score from 0 to 100 for each session, and from where on it is proposed.

Findings of one actor are those of one session, and those of one account at one address within hours. Each rule counts
once, by its severity; the sum is cut at 100. A session is proposed as the intruder's from `THRESHOLD` on. The weights
are ours, chosen so that

- an indicator of high severity (a listed address, session or application at work) or a line of case.toml is enough; one in a
  letter on its way (medium), or a common one (low), is not;
- one rule of high severity is enough, one of medium severity is not, two are;
- behaviours alone, rules of low severity alone, and both together, never are.

An indicator or a line of case.toml proposes the events that it names; what belongs to them is drawn in by `activity`, and
not because something else is unusual near them.

What looks in all respects like the owner's habit (network, client and application, each on a fair share of the days
before) is not proposed by rules and behaviours, unless one is critical. What servers and services do is never proposed
by them.
"""

import pyarrow as pa

from unsealed.hunt import actor, signins
from unsealed.hunt.actor import DAY, HOUR
from unsealed.hunt.behaviour import LEARN_DAYS, networks
from unsealed.query import Engine

THRESHOLD = 40
INTRUDER = 100
INDICATOR = {"critical": 100, "high": 90, "medium": 10, "low": 3, "informational": 0}
SIGMA = {"critical": 90, "high": 50, "medium": 20, "low": 3, "informational": 0}
BEHAVIOUR = {"critical": 15, "high": 15, "medium": 10, "low": 5, "informational": 0}
MOST_LOW = 9
"""All findings of low severity together, behaviours aside."""
MOST_BEHAVIOUR = 30
"""All behaviours together."""
HOURS = 12
HABIT_DAYS = 3
HABIT_SHARE = 0.2
"""On so many days, and on such a share of the days that the account was active before, must the owner have had it."""
SETTLED_DAYS = 30
"""And so long before, or since the account's first `LEARN_DAYS` days: an intruder of some weeks is no owner."""
_NEAR = HOURS * HOUR


def weigh(db: Engine) -> None:
    """Make the temporary table `weighed`: `event_id`, `score` and `proposed` of every event that has a finding.

    Args:
        db: the case; a relation `found` holds the findings.
    """
    _evidence(db)
    _groups(db)
    _sums(db)
    _owner_like(db)
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE weighed AS
        SELECT g.event_id, max(least(100, s.named + s.rules))::DOUBLE AS score,
               bool_or(g.strong OR (s.rules >= {THRESHOLD} AND NOT g.exempt AND (s.critical OR o.part IS NULL))) AS proposed
        FROM grouped g JOIN sums s USING (part) LEFT JOIN owner_like o USING (part) GROUP BY g.event_id""")
    for name in ("evidence", "grouped", "sums", "owner_like"):
        db.execute(f"DROP TABLE {name}")


def _sums(db: Engine) -> None:
    """Make `sums`: what each group's indicators weigh (`named`) and its rules and behaviours, each rule once."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE sums AS
        WITH once AS (SELECT part, kind, rule_id, max(weight) AS weight, bool_or(strong) AS strong, bool_or(low) AS low
                      FROM grouped GROUP BY ALL)
        SELECT part, bool_or(strong AND kind = 'sigma') AS critical,
               coalesce(sum(weight) FILTER (strong AND kind <> 'sigma'), 0) AS named,
               coalesce(sum(weight) FILTER (kind <> 'behaviour' AND NOT low), 0) - named
               + least({MOST_LOW}, coalesce(sum(weight) FILTER (kind <> 'behaviour' AND low), 0))
               + least({MOST_BEHAVIOUR}, coalesce(sum(weight) FILTER (kind = 'behaviour'), 0)) AS rules
        FROM once GROUP BY part""")


def weight_sql() -> str:
    """Give the SQL expression of a finding's weight, over `found`."""
    cases = " ".join(
        f"WHEN kind = '{kind}' THEN CASE severity "
        + " ".join(f"WHEN '{severity}' THEN {weight}" for severity, weight in weights.items())
        + " ELSE 0 END"
        for kind, weights in (("indicator", INDICATOR), ("sigma", SIGMA), ("behaviour", BEHAVIOUR))
    )
    return f"CASE WHEN kind = 'intruder' THEN {INTRUDER} {cases} ELSE 0 END"


def _evidence(db: Engine) -> None:
    """Make `evidence`: findings that weigh something, with what identifies their actor.

    `strong`: enough whoever it looks like. `exempt`: the service's own doing, or a request of nobody's that was refused,
    which rules and behaviours alone do not propose.
    """
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE evidence AS
        WITH heavy AS (SELECT *, {weight_sql()} AS weight FROM found WHERE event_id IS NOT NULL AND {weight_sql()} > 0)
        SELECT h.event_id, h.kind, h.rule_id, h.weight, h.severity = 'low' AS low,
               {signins.by_service("e")} OR {signins.by_service_type("e")}
                   OR (e."user" IS NULL AND e.source <> 'm365_audit' AND {signins.failed("e")}) AS exempt,
               h.kind = 'intruder' OR (h.kind = 'indicator' AND h.weight >= {THRESHOLD})
                   OR (h.kind = 'sigma' AND h.severity = 'critical' AND NOT exempt) AS strong,
               epoch_us(e.time) AS us, lower(e."user") AS who, e.client_ip AS ip, e.app_id AS app,
               {actor.agent("e.client")} AS agent,
               {actor.session("e.session_id")} AS session
        FROM heavy h JOIN events e USING (event_id)""")


def _groups(db: Engine) -> None:
    """Make `grouped`: each finding under every group (`part`) that it belongs to.

    A session; an account, address and client within hours; and, since records of settings name no client, what rules and
    behaviours say of an account and address within hours. An indicator does not speak against other clients there.
    """
    parts = "\n        ".join(
        _visits(*keys) for keys in (("v", "who, ip, agent", "TRUE"), ("w", "who, ip", "kind IN ('sigma', 'behaviour')"))
    )
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE grouped AS
        SELECT 's ' || session AS part, * FROM evidence WHERE session IS NOT NULL
        {parts}
        UNION ALL BY NAME
        SELECT 'e ' || event_id AS part, * FROM evidence WHERE session IS NULL AND who IS NULL AND ip IS NULL""")


def _visits(mark: str, keys: str, where: str) -> str:
    """Give the SELECT that groups findings by some columns, with no pause of `HOURS` hours within a group."""
    named = ", ".join(f"coalesce({key}, chr(30))" for key in keys.split(", "))
    return f"""UNION ALL BY NAME
        SELECT md5(concat_ws(chr(31), '{mark}', nth, {named})) AS part, * EXCLUDE (apart, nth)
        FROM (SELECT *, count(*) FILTER (apart) OVER (PARTITION BY {keys} ORDER BY us, event_id RANGE UNBOUNDED PRECEDING)
                        AS nth
              FROM (SELECT *, us - lag(us) OVER (PARTITION BY {keys} ORDER BY us, event_id) > {_NEAR} AS apart
                    FROM evidence WHERE (who IS NOT NULL OR ip IS NOT NULL) AND {where}))"""


def _owner_like(db: Engine) -> None:
    """Make `owner_like`: the groups whose every event has a network, a client and an application of the owner's habit."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE asking AS
        SELECT g.* FROM grouped g JOIN sums s USING (part) WHERE s.rules >= {THRESHOLD} AND NOT s.critical""")
    if not db.value("SELECT count(*) FROM asking"):
        db.execute("CREATE OR REPLACE TEMP TABLE owner_like AS SELECT part FROM asking")
        return
    rows = db.rows("SELECT DISTINCT ip FROM asking WHERE ip IS NOT NULL")
    prefixes = {net for row in rows if (net := networks(str(row["ip"]))[0])}
    everywhere = db.rows('SELECT DISTINCT client_ip AS ip FROM events WHERE lower("user") IN (SELECT who FROM asking)')
    db.register("nets", _nets([row["ip"] for row in everywhere if row["ip"]], prefixes))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE owner_like AS
        WITH own AS (SELECT lower(e."user") AS who, epoch_us(e.time) // {DAY} AS day, coalesce(n.net, e.client_ip) AS net,
                            {actor.agent("e.client")} AS agent,
                            e.app_id AS app
                     FROM events e LEFT JOIN nets n ON n.ip = e.client_ip
                     WHERE lower(e."user") IN (SELECT who FROM asking) AND {signins.inside("e")}),
             days AS (SELECT who, day, row_number() OVER (PARTITION BY who ORDER BY day) - 1 AS active
                      FROM (SELECT DISTINCT who, day FROM own)),
             used AS (SELECT who, day, what, value, row_number() OVER same - 1 AS n, min(day) OVER same AS since,
                             min(day) OVER (PARTITION BY who) AS begun
                      FROM (SELECT DISTINCT who, day, unnest(['net', 'agent', 'app']) AS what,
                                            unnest([net, agent, app]) AS value FROM own) WHERE value IS NOT NULL
                      WINDOW same AS (PARTITION BY who, what, value ORDER BY day)),
             begun AS (SELECT part, min(us) // {DAY} AS first FROM asking GROUP BY part),
             asked AS (SELECT DISTINCT g.part, g.who, b.first, unnest(['net', 'agent', 'app']) AS what,
                              unnest([coalesce(n.net, g.ip), g.agent, g.app]) AS value
                       FROM asking g JOIN begun b USING (part) LEFT JOIN nets n ON n.ip = g.ip),
             told AS (SELECT a.part, a.what, coalesce(u.n + 1, 0) AS had, coalesce(d.active + 1, 0) AS active,
                             coalesce(u.since <= greatest(a.first - {SETTLED_DAYS}, u.begun + {LEARN_DAYS}), FALSE) AS settled
                      FROM asked a ASOF LEFT JOIN used u
                          ON u.who = a.who AND u.what = a.what AND u.value = a.value AND u.day < a.first
                      ASOF LEFT JOIN days d ON d.who = a.who AND d.day < a.first
                      WHERE a.value IS NOT NULL)
        SELECT part FROM told GROUP BY part
        HAVING bool_and(settled AND had >= {HABIT_DAYS} AND had >= {HABIT_SHARE} * active)""")


def _nets(ips: list[str], prefixes: set[str]) -> pa.Table:
    pairs = [(ip, net) for ip in ips if (net := networks(ip)[0]) in prefixes and net]
    return pa.table(
        {"ip": pa.array([ip for ip, _ in pairs], pa.string()), "net": pa.array([n for _, n in pairs], pa.string())}
    )
