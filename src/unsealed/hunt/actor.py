"""What tells one actor from another in a record, as SQL over a log's own words: the session, and the client."""

HOUR = 3_600_000_000
DAY = 24 * HOUR
"""In microseconds."""
_BROWSER = r"mozilla/[^;]*(?:;[^;)]*)*[^;]*"
_SHORTEST_SESSION = 8
"""Characters; shorter ones are numbers that a log gives out again and again."""


def agent(client: str = "client") -> str:
    """Give the client in one form for all logs, lower case.

    A sign-in names the browser, a mailbox record "Client=OWA;" and the browser: both become the browser alone.
    """
    return f"coalesce(nullif(regexp_extract(lower({client}), '{_BROWSER}'), ''), lower({client}))"


def session(column: str = "session_id") -> str:
    """Give the session, lower case; null where what stands there names none."""
    return f"CASE WHEN length({column}) >= {_SHORTEST_SESSION} THEN lower({column}) END"
