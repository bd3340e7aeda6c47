"""Indicators against links: in what a letter shows, in what it hides, in what its HTML leads to, and in log records.

One pass of the engine takes every link out of the texts and keeps those whose host is listed or that carry another link;
only the distinct ones of these are looked at more closely: unwrapped, brought to one form, compared.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from unsealed import schema
from unsealed.hunt.indicators import Indicator, urls
from unsealed.hunt.match.networks import listed
from unsealed.query import Engine

CLICKS = ("TIUrlClickData", "TIMailData", "UrlClickEvents", "UrlClick")
"""Records of Microsoft Defender that tell which link somebody followed."""
MAX_LINKS = 2_000
"""Links of one letter that are looked at."""
_LINK = r"(?:[hH][tT][tT][pP][sS]?://|[wW][wW][wW]\.)[A-Za-z0-9._~:/?#\[\]@!$&''()*+,;=%|-]+"
_HOST = r"^(?:[a-z]+://)?(?:[^/?#@]*@)?\[?([0-9a-z._:-]+)"
_NESTED = r"https?(://|%(25)*3a|-3a)"
_FOUR = r"[0-9]{1,3}(\.[0-9]{1,3}){3}"
_ENDS = """list_transform(range(1, len(string_split(host, '.')) + 1),
                                              lambda i: array_to_string(string_split(host, '.')[i:], '.'))"""
_TARGET_HOST = "lower(left(split_part(target, '/', 3), 255))"
_KINDS = {"url", "domain", "ip", "network"}


def look(db: Engine, indicators: Sequence[Indicator], kinds: set[str]) -> None:
    """Add to `hits` every letter and record with a link that an indicator is of."""
    if not kinds & _KINDS:
        return
    _candidates(db, indicators, kinds)
    reached = _Reached(indicators)
    found: list[tuple[str, int, str]] = []
    for batch in db.batches("SELECT DISTINCT link FROM links WHERE link IS NOT NULL ORDER BY link"):
        found += reached.hits(batch.column(0).to_pylist())
    found += reached.at_addresses(db)
    columns = {
        "link": pa.array([link for link, _, _ in found], pa.string()),
        "number": pa.array([number for _, number, _ in found], pa.int64()),
        "said": pa.array([said for _, _, said in found], pa.string()),
    }
    db.register("listed_links", pa.table(columns))
    db.execute("""
        INSERT INTO hits
        SELECT l.number, t.event_id, t.message_id, t.us, t.place || ' ' || l.said, FALSE
        FROM links t JOIN listed_links l USING (link)
        WHERE l.number NOT IN (SELECT number FROM ours)""")


def _candidates(db: Engine, indicators: Sequence[Indicator], kinds: set[str]) -> None:
    """Make `links`: each link that may be listed, with the letter or record that holds it."""
    hosts = {"*"} | {item.value for item in indicators if item.kind == "domain"}
    hosts |= {urls.host_of(item.value) for item in indicators if item.kind == "url"}
    db.register("watched", pa.table({"value": pa.array(sorted(hosts), pa.string())}))
    tails = {".".join(host.rsplit(".", 2)[-2:]) for host in hosts}
    db.register("tails", pa.table({"tail": pa.array(sorted(tails), pa.string())}))
    names = schema.TABLES["messages"].schema.names
    texts = ["text", "hidden_text"]
    sources = [
        f"""SELECT message_id, NULL AS event_id, epoch_us(date) AS us, 'link' AS place,
                   unnest(regexp_extract_all({column}, '{_LINK}')[:{MAX_LINKS}]) AS link
            FROM messages WHERE contains({column}, '://') OR contains({column}, 'www.')"""
        for column in texts
    ]
    if "links" in names:
        sources.append(f"""
            SELECT message_id, NULL, epoch_us(date), 'link', unnest(links[:{MAX_LINKS}]) FROM messages""")
    clicks = ", ".join(f"'{name}'" for name in CLICKS)
    (seen,) = db.rows(f"""
        SELECT count(*) FILTER (starts_with(target, 'http')) AS plain, count(*) FILTER (operation IN ({clicks})) AS clicks,
               count(*) FILTER (contains(target, '://') AND NOT starts_with(target, 'http')) AS within FROM events""")
    if seen["plain"] and _near_targets(db, hosts, kinds):
        sources.append(f"""
            SELECT NULL, event_id, epoch_us(time), 'link in ' || operation, target FROM events
            WHERE {_TARGET_HOST} IN (SELECT host FROM target_hosts)""")
    if seen["within"]:
        sources.append(f"""
            SELECT NULL, event_id, epoch_us(time), 'link in ' || operation,
                   unnest(regexp_extract_all(target, '{_LINK}')[:{MAX_LINKS}]) FROM events
            WHERE contains(target, '://') AND NOT starts_with(target, 'http')""")
    if seen["clicks"]:
        sources.append(f"""
            SELECT NULL, event_id, epoch_us(time), 'link in ' || operation,
                   unnest(regexp_extract_all(raw, '{_LINK}')[:{MAX_LINKS}])
            FROM events WHERE operation IN ({clicks})""")
    addresses = f"regexp_full_match(host, '{_FOUR}') OR contains(host, ':')" if kinds & {"ip", "network"} else "FALSE"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE links AS
        WITH taken AS ({" UNION ALL ".join(sources)}),
             short AS (SELECT * REPLACE (left(link, {urls.MAX_URL}) AS link) FROM taken WHERE link IS NOT NULL),
             named AS (SELECT *, regexp_extract(lower(left(link, 300)), '{_HOST}', 1) AS name FROM short),
             hosted AS (SELECT *, rtrim(CASE WHEN contains(left(link, 12), '[') THEN name ELSE split_part(name, ':', 1) END, '.')
                                      AS host FROM named),
             told AS (SELECT *, (contains(lower(substr(link, 9)), 'http') AND regexp_matches(lower(substr(link, 9)), '{_NESTED}'))
                                OR {addresses} AS other FROM hosted),
             near AS (SELECT * FROM told
                      WHERE other OR regexp_extract(host, '[^.]+[.][^.]+$') IN (SELECT tail FROM tails)),
             ends AS (SELECT *, CASE WHEN other THEN ['*'] ELSE {_ENDS} END AS domains FROM near),
             apart AS (SELECT message_id, event_id, us, place, link, unnest(domains) AS value FROM ends)
        SELECT DISTINCT message_id, event_id, us, place, link FROM apart SEMI JOIN watched USING (value)""")


def _near_targets(db: Engine, hosts: set[str], kinds: set[str]) -> bool:
    """Make `target_hosts`: the few hosts of what records were about that may be listed; tell whether there are any."""
    found = []
    for row in db.rows(f"SELECT DISTINCT {_TARGET_HOST} AS host FROM events WHERE starts_with(target, 'http')"):
        host = urls.host_of(row["host"] or "")
        labels = host.split(".")
        ends = {".".join(labels[place:]) for place in range(min(len(labels), 20))}
        if ends & hosts or (kinds & {"ip", "network"} and (":" in host or labels[-1].isdecimal())):
            found.append(row["host"])
    db.register("target_hosts", pa.table({"host": pa.array(found, pa.string())}))
    return bool(found)


class _Reached:
    """Tells of a link which indicators it leads to."""

    def __init__(self, indicators: Sequence[Indicator]) -> None:
        self.whole: dict[str, list[int]] = {}
        self.hosts: dict[str, list[int]] = {}
        self.domains: dict[str, list[int]] = {}
        self.networks = [(item, number) for number, item in enumerate(indicators) if item.kind in {"ip", "network"}]
        self.seen: dict[str, list[str]] = {}
        for number, item in enumerate(indicators):
            if item.kind == "domain":
                self.domains.setdefault(item.value, []).append(number)
            elif item.kind == "url":
                bare = urls.whole_host(item.value)
                into = self.hosts if bare else self.whole
                into.setdefault(urls.host_of(item.value) if bare else item.value, []).append(number)

    def hits(self, links: Iterable[str]) -> Iterator[tuple[str, int, str]]:
        """Give (link, number of an indicator, what is said of it)."""
        for link in links:
            said: dict[int, str] = {}
            for depth, form in enumerate(urls.reached(link)):
                host = urls.host_of(form)
                words = f"to {form}" if depth == 0 or form in link else f"wrapped, to {form}"
                for number in self._of(form, host):
                    said.setdefault(number, words[:500])
                if self.networks and (":" in host or host.rpartition(".")[2].isdecimal()):
                    self.seen.setdefault(host, []).append(link)
            yield from ((link, number, words) for number, words in said.items())

    def _of(self, form: str, host: str) -> Iterator[int]:
        yield from self.whole.get(form, ())
        path = form.partition("?")[0]
        if path != form:
            yield from self.whole.get(path, ())
        yield from self.hosts.get(host, ())
        labels = host.split(".")
        for place in range(min(len(labels), 20)):
            yield from self.domains.get(".".join(labels[place:]), ())

    def at_addresses(self, db: Engine) -> Iterator[tuple[str, int, str]]:
        """Give the same for links whose host is an address."""
        if not self.seen:
            return
        db.register("link_hosts", pa.table({"client_ip": pa.array(sorted(self.seen), pa.string())}))
        networks = ((ipaddress.ip_network(item.value), number) for item, number in self.networks)
        listed(db, networks, "SELECT client_ip FROM link_hosts")
        for row in db.rows("SELECT client_ip, number FROM listed_addresses ORDER BY ALL"):
            for link in dict.fromkeys(self.seen[row["client_ip"]]):
                yield link, row["number"], f"to {row['client_ip']}"
