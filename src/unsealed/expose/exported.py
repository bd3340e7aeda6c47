"""Letters in a bulk copy that the intruder took: a mailbox file found staged, a listing of an export, or its scope."""

from pathlib import Path, PurePosixPath

import pyarrow as pa

from unsealed import folders
from unsealed.config import Reach, line_of
from unsealed.errors import ConfigError
from unsealed.expose import listing
from unsealed.expose.told import bounds, boxes, note, since
from unsealed.query import Engine, literal

_LINE = "\x1f"
"""Stands in a note for the line of the listing, until it is known."""
_SECONDS = 60
"""So far may the time in a listing and a letter's own be apart."""


def export(db: Engine, reach: Reach) -> None:
    """Every letter that the export contained.

    With a `path`, that is what was read from there, and the same letters in the mailboxes named, or else in the mailbox
    that the export was taken for; or what the listing there names. Without one, all that lay in the mailboxes and folders
    named by the end of its time.

    Raises:
        ConfigError: if there is neither evidence nor a listing at `path`.
    """
    if reach.path is None:
        _scope(db, reach)
        return
    _evidence(db, reach)
    if db.value("SELECT count(*) FROM exported"):
        _letters(db, reach)
        return
    file = reach.file
    if not file.is_file():
        key = f"reach {reach.number}.path"
        raise ConfigError(
            f"{reach.said_in}, line {line_of(reach.said_in, key)}: {key} should be evidence that was read, or a file that lists letters;"
            f" nothing was read from {reach.path!r}, and {file} is no file."
        )
    _listed(db, reach, file)


def _evidence(db: Engine, reach: Reach) -> None:
    """Make `exported`: the message copies that were read from a path, as it was given, or below it."""
    given = str(PurePosixPath((reach.path or "").replace("\\", "/")))
    while given.startswith("../"):
        given = given[3:]
    resolved = str(reach.file.resolve())
    lay = [
        str(entry["path"])
        for entry in db.case.custody.entries()
        if entry.get("action") == "take_in"
        and (
            str(entry.get("absolute") or "") == resolved or str(entry.get("absolute") or "").startswith(resolved + "/")
        )
    ]
    db.register("lay", pa.table({"path": pa.array(lay, pa.string())}))
    within = literal("/" + given.strip("/"))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE exported AS
        WITH roots AS (
                SELECT DISTINCT evidence_id, path FROM evidence
                WHERE path IN (SELECT path FROM lay) OR split_part(path, '!/', 1) IN (SELECT path FROM lay)
                   OR suffix('/' || path, {within}) OR contains('/' || path, {within} || '/')
                   OR contains('/' || path, {within} || '!/'))
        SELECT c.n, c.mid, c.content_hash, c.mailbox FROM messages m JOIN copies c USING (message_id)
        WHERE m.evidence_id IN (SELECT evidence_id FROM roots)""")


def _letters(db: Engine, reach: Reach) -> None:
    """The letters of an export that is in the evidence, and the copies that it was made from."""
    named = boxes(reach.mailboxes) if reach.mailboxes else "FALSE"
    db.execute(
        f"""
        INSERT INTO grounds
        WITH same AS (
            SELECT n FROM exported
            UNION SELECT c.n FROM copies c JOIN exported e ON e.mid = c.mid
                  WHERE c.mailbox = e.mailbox OR {named}
            UNION SELECT c.n FROM copies c JOIN exported e ON e.content_hash = c.content_hash
                  WHERE (c.mid IS NULL OR e.mid IS NULL) AND (c.mailbox = e.mailbox OR {named}))
        SELECT n, 'copied', 'export', NULL, ?, NULL, ?::BIGINT FROM same""",
        [note(reach, f"it lies in {reach.name}, a copy that the intruder took"), since(reach)],
    )


def _scope(db: Engine, reach: Reach) -> None:
    """All that lay in some mailboxes and folders; a letter whose folder or date is not known may have been elsewhere."""
    low, high = bounds(reach)
    keys = ", ".join(literal(folders.key(name)) for name in reach.folders)
    inside = f"coalesce(c.folder_key IN ({keys}), TRUE)" if keys else "TRUE"
    sure = "(c.folder_key IS NOT NULL)" if keys else "TRUE"
    sure += " AND (c.arrived IS NOT NULL)" if reach.end else ""
    db.execute(
        f"""
        INSERT INTO grounds
        SELECT c.n, CASE WHEN {sure} THEN 'copied' ELSE 'in_reach' END,
               CASE WHEN {sure} THEN 'export' WHEN c.arrived IS NULL THEN 'no_item_log' ELSE 'unnamed_folder' END, NULL,
               ? || CASE WHEN {sure} THEN '' ELSE '; whether it lay there then is not known' END, NULL, ?::BIGINT
        FROM copies c WHERE {boxes(reach.mailboxes)} AND {inside}
          AND coalesce(c.arrived <= ?, TRUE) AND coalesce(c.gone >= ?, TRUE)""",
        [note(reach, f"{reach.name}, a copy that the intruder took, held its mailbox"), since(reach), high, low],
    )


def _listed(db: Engine, reach: Reach, file: Path) -> None:
    """The letters that a listing names: by Message-ID, else by subject and time."""
    try:
        rows = listing.read(file)
    except listing.ListingError as error:
        key = f"reach {reach.number}.path"
        raise ConfigError(f"{reach.said_in}, line {line_of(reach.said_in, key)}: {key}: {file}: {error}.") from error
    columns = {
        name: pa.array([getattr(row, name) for row in rows], kind)
        for name, kind in (
            ("mid", pa.string()),
            ("mailbox", pa.string()),
            ("subject", pa.string()),
            ("date", pa.string()),
        )
    }
    db.register("listed", pa.table(columns | {"line": pa.array([row.line for row in rows], pa.int64())}))
    zone = literal(db.case.config.timezone)
    db.execute(
        f"""
        INSERT INTO grounds
        WITH told AS (
                SELECT *, lower(trim(regexp_replace(subject, '\\s+', ' ', 'g'))) AS words,
                       length(date) <= 10 AS whole_day,
                       CASE WHEN regexp_matches(date, '(?i)(z|[+-]\\d\\d:?\\d\\d)$') AND length(date) > 10
                            THEN TRY_CAST(date AS TIMESTAMPTZ)
                            ELSE timezone({zone}, TRY_CAST(date AS TIMESTAMP)) END AS moment
                FROM listed),
             held AS (SELECT n, mid, mailbox, lower(trim(regexp_replace(subject, '\\s+', ' ', 'g'))) AS words,
                             coalesce(date, make_timestamptz(arrived)) AS date, make_timestamptz(arrived) AS arrived
                      FROM copies),
             met AS (
                SELECT h.n, t.line FROM told t JOIN held h ON h.mid = t.mid
                WHERE t.mid IS NOT NULL AND coalesce(t.mailbox = h.mailbox, TRUE)
                UNION SELECT h.n, t.line FROM told t JOIN held h ON h.words = t.words
                WHERE t.mid IS NULL AND coalesce(t.mailbox = h.mailbox, TRUE)
                  AND CASE WHEN t.whole_day
                           THEN timezone({zone}, h.date)::DATE = timezone({zone}, t.moment)::DATE
                                OR timezone({zone}, h.arrived)::DATE = timezone({zone}, t.moment)::DATE
                           ELSE least(abs(epoch_us(h.date) - epoch_us(t.moment)),
                                      abs(epoch_us(h.arrived) - epoch_us(t.moment))) <= {_SECONDS}000000 END)
        SELECT m.n, 'copied', 'export', NULL, replace(?, '{_LINE}', min(m.line)::VARCHAR), NULL, ?::BIGINT
        FROM met m JOIN copies c USING (n) WHERE {boxes(reach.mailboxes)} GROUP BY m.n""",
        [
            note(
                reach,
                f"{reach.name}, a copy that the intruder took, is listed to contain it: {file.name}, line {_LINE}",
            ),
            since(reach),
        ],
    )
