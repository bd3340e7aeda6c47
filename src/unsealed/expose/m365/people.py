"""Who is meant by a name in an administration record, and which mailboxes are the organisation's."""

from unsealed.query import Engine

SOURCES = "('m365_audit', 'entra_audit')"
"""The logs that hold Microsoft 365's administration records."""


def names(db: Engine) -> dict[str, tuple[str, ...]]:
    """Give the known mailboxes by alias, and by the name under which their owners write."""
    rows = db.rows("""
        WITH boxes AS (
            SELECT DISTINCT mailbox FROM messages WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT mailbox FROM events WHERE mailbox LIKE '%@%'
            UNION SELECT DISTINCT "user" FROM events WHERE "user" LIKE '%@%'),
        names AS (
            SELECT split_part(mailbox, '@', 1) AS name, mailbox FROM boxes
            UNION SELECT DISTINCT lower(trim(from_name)), from_address FROM messages
            WHERE length(trim(from_name)) > 2 AND from_address IN (SELECT mailbox FROM boxes))
        SELECT name, list(DISTINCT mailbox ORDER BY mailbox) AS boxes FROM names GROUP BY name ORDER BY name""")
    return {row["name"].casefold(): tuple(row["boxes"]) for row in rows}


def domains(db: Engine) -> tuple[str, ...]:
    """Give the organisation's domains: those that responders name, and those of the mailboxes in the audit log."""
    rows = db.rows("""
        SELECT DISTINCT split_part(mailbox, '@', -1) AS domain FROM events
        WHERE source = 'm365_audit' AND mailbox LIKE '%@%'""")
    return tuple(sorted({*db.case.config.domains, *(row["domain"] for row in rows)}))


def tenant(db: Engine, actors: list[str]) -> list[str]:
    """Give every mailbox known of the tenant: in the audit log, or of its domains in the evidence.

    Args:
        db: the case.
        actors: accounts of the tenant's own, such as who gave a permission.
    """
    rows = db.rows(
        """
        WITH held AS (SELECT DISTINCT mailbox FROM messages WHERE mailbox LIKE '%@%'),
             logged AS (SELECT DISTINCT mailbox FROM events WHERE source = 'm365_audit' AND mailbox LIKE '%@%'),
             domains AS (SELECT split_part(mailbox, '@', -1) AS domain FROM logged
                         UNION SELECT unnest(?::VARCHAR[]))
        SELECT mailbox FROM logged
        UNION SELECT mailbox FROM held WHERE split_part(mailbox, '@', -1) IN (SELECT domain FROM domains) ORDER BY 1""",
        [sorted({actor.rpartition("@")[2] for actor in actors if "@" in actor})],
    )
    return [row["mailbox"] for row in rows]
