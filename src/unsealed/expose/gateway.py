"""Letters that passed a mail gateway, in or out: by their Received hops, or by what the gateway's own logs name.

Received hops are written by whoever received (https://www.rfc-editor.org/rfc/rfc5321#section-4.4); a log that stands on
the gateway names each letter's Message-ID when it is queued (https://www.postfix.org/cleanup.8.html,
https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html,
https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking).
"""

import ipaddress
import re

from unsealed.config import Reach
from unsealed.expose.copies import bare
from unsealed.expose.told import bounds, field, note
from unsealed.query import Engine, literal

_QUEUES = ("postfix", "exim", "sendmail", "opensmtpd", "qmail", "amavis", "rspamd", "opendkim", "exchange_smtp_receive")
"""Logs that a mail server writes of the letters in its own queue; `raw` holds the host that wrote the line."""
_SHARE = 0.2
"""An address is the gateway's where so many of the hops from its name came from there: a name alone is anybody's claim."""
_OWN = 0.5
"""And where more than so many of the hops from there bear its name: many hosts may stand behind one address."""


def gateway(db: Engine, reach: Reach) -> None:
    """Every letter that passed a host, in or out, while the host was open to the intruder."""
    name = _plain(reach.name)
    _hops(db, reach, name)
    _logged(db, reach, name)


def _hops(db: Engine, reach: Reach, name: str) -> None:
    """By Received hops: the host's name on either side, with or without its domain, or an address of its own."""
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE hops AS
        SELECT message_id, hop.time AS time, hop.ip AS ip, date, arrived, {_host("hop.by", name)} AS got,
               {_host('hop."from"', name)} AS gave
        FROM (SELECT message_id, unnest(received) AS hop, date, arrived FROM messages)""")
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE gateway_ips AS
        SELECT ip FROM hops WHERE ip IS NOT NULL GROUP BY ip
        HAVING count(*) FILTER (gave) >= {_SHARE} * (SELECT count(*) FROM hops WHERE gave AND ip IS NOT NULL)
           AND count(*) FILTER (gave) > {_OWN} * count(*)
        UNION SELECT {literal(name)}""")
    db.execute(
        """
        INSERT INTO grounds
        SELECT c.n, 'in_reach', 'gateway', NULL, ?, NULL, min(coalesce(epoch_us(h.time), epoch_us(h.date)))
        FROM hops h JOIN copies c USING (message_id)
        WHERE (h.got OR h.gave OR h.ip IN (SELECT ip FROM gateway_ips))
          AND coalesce(epoch_us(h.time), epoch_us(h.date), c.arrived) BETWEEN ? AND ?
        GROUP BY c.n""",
        [note(reach, f"it passed {reach.name}"), *bounds(reach)],
    )


def _logged(db: Engine, reach: Reach, name: str) -> None:
    """By logs: letters whose Message-ID the gateway's own log names, and that need not carry its hop any more.

    A copy whose mailbox stands in the log as sender or recipient passed. One that does not came another way, where it has
    hops of its own, or where the log names mailboxes of the evidence alone; else it may have come by an alias or a list.
    """
    queues = ", ".join(map(literal, _QUEUES))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE passed AS
        WITH theirs AS (
                SELECT e.event_id, e.time, e.source, e.queue_id, {bare("e.internet_message_id")} AS mid,
                       e.sender, e.recipients
                FROM events e LEFT JOIN (SELECT evidence_id, any_value(path) AS path FROM evidence GROUP BY ALL) f
                     USING (evidence_id)
                WHERE (e.source IN ({queues}) AND {_wrote(name)})
                   OR (e.source = 'exchange_tracking' AND {_tracked(name)})
                   OR (e.source = 'message_trace' AND {_traced()})),
             queued AS (SELECT source, queue_id, list_distinct(flatten(list(coalesce(recipients, [])))) AS recipients,
                               list(DISTINCT sender) AS senders
                        FROM theirs WHERE queue_id IS NOT NULL GROUP BY source, queue_id)
        SELECT t.mid, t.event_id, epoch_us(t.time) AS us,
               list_concat(coalesce(t.recipients, []), [t.sender], coalesce(q.recipients, []), coalesce(q.senders, []))
                   AS people,
               list_concat(coalesce(t.recipients, []), coalesce(q.recipients, [])) AS recipients
        FROM theirs t LEFT JOIN queued q ON q.source = t.source AND q.queue_id = t.queue_id
        WHERE t.mid IS NOT NULL""")
    db.execute(
        """
        INSERT INTO grounds
        WITH boxes AS (SELECT DISTINCT mailbox FROM copies WHERE mailbox IS NOT NULL),
             lists AS (
                SELECT DISTINCT event_id, split_part(address, '@', -1) AS domain
                FROM (SELECT event_id, unnest(recipients) AS address FROM passed) r
                WHERE address NOT IN (SELECT mailbox FROM boxes))
        SELECT c.n, 'in_reach', 'gateway', arg_min(p.event_id, (p.us, p.event_id)), ?, NULL, min(p.us)
        FROM passed p JOIN copies c USING (mid) LEFT JOIN messages m ON m.message_id = c.message_id
        LEFT JOIN lists l ON l.event_id = p.event_id AND l.domain = split_part(c.mailbox, '@', -1)
        WHERE p.us BETWEEN ? AND ?
          AND (list_contains(p.people, c.mailbox) OR c.mailbox IS NULL
               OR (coalesce(len(m.received), 0) = 0
                   AND (len(p.recipients) = 0 OR m.from_address = c.mailbox OR l.event_id IS NOT NULL)))
        GROUP BY c.n""",
        [note(reach, f"the log of {reach.name} names it: it passed there"), *bounds(reach)],
    )


def _plain(name: str) -> str:
    return name.strip().strip("[]").rstrip(".").lower()


def _short(name: str) -> str | None:
    """Give a host's name without its domain; None for an address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.split(".", 1)[0]
    return None


def _host(column: str, name: str) -> str:
    """Give the condition that a host is the gateway: the same name, or one of the two without a domain."""
    plain = f"rtrim(lower(trim({column}, ' []')), '.')"
    short = _short(name)
    also = ""
    if short and "." in name:
        also = f" OR {plain} = {literal(short)}"
    elif short:
        also = f" OR starts_with({plain}, {literal(short + '.')})"
    return f"coalesce({plain} = {literal(name)}{also}, FALSE)"


def _wrote(name: str) -> str:
    """Give the condition that a line was written on the gateway: by the host in it, else by the path of its file."""
    host = field("host")
    words = [re.escape(name), *([re.escape(short) + r"(?:[._-][^/]*)?"] if (short := _short(name)) else [])]
    anywhere = literal("(?:^|[/!])(?:" + "|".join(words) + ")(?:[/!.]|$)")
    path = f"regexp_matches(lower(f.path), {anywhere})"
    return f"CASE WHEN {host} IS NOT NULL THEN {_host(host, name)} ELSE coalesce({path}, FALSE) END"


def _tracked(name: str) -> str:
    """Give the condition that Exchange took a letter from the gateway, gave it to it, or is it."""
    parts = []
    for side in ("client", "server"):
        host = f"coalesce({field(f'{side}-hostname')}, {field(f'{side.title()}Hostname')})"
        ip = f"coalesce({field(f'{side}-ip')}, {field(f'{side.title()}Ip')})"
        parts += [_host(host, name), f"coalesce({ip} IN (SELECT ip FROM gateway_ips), FALSE)"]
    return f"({' OR '.join(parts)})"


def _traced() -> str:
    """Give the condition that Exchange Online took a letter from the gateway's address, or gave it there."""
    told = 'regexp_extract_all(e.raw, \'"(?:FromIP|ToIP|fromIP|toIP|from_ip|to_ip)" *: *"([^"]+)"\', 1)'
    return f"(e.client_ip IN (SELECT ip FROM gateway_ips) OR list_has_any({told}, (SELECT list(ip) FROM gateway_ips)))"
