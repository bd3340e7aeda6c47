"""The register for people: `out/register.xlsx` and `out/register.csv`, out of the tables of persons.

Everything is written as it comes out of SQL, a batch at a time; sheets that would grow beyond Excel's rows go on in another.
No cell begins a formula, whatever evidence says. Times are UTC.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unsealed.case import Case
from unsealed.query import Engine, engine, literal
from unsealed.report import kinds, persons, sheets, words
from unsealed.report.plain import Facts
from unsealed.report.retell import retelling
from unsealed.report.workbook import Book, Column
from unsealed.schema import TOLD
from unsealed.version import __version__

NAME = "register"
_TEMPORARY = ".register-"
_BATCH = 5_000
_TOLD = ", ".join(map(literal, TOLD))
_DATE = "strftime({}, '%Y-%m-%d %H:%M')"
_PAUSE = "; "


def write(case: Case, language: str | None = None) -> Path:
    """Write `register.xlsx` and `register.csv` into `out` of a case, as its tables have it; give the path of the first."""
    case.out.mkdir(exist_ok=True)
    with engine(case) as db, tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=case.folder) as folder:
        told = _Register(case, db, language or words.language_of(case))
        book, table = Path(folder) / f"{NAME}.xlsx", Path(folder) / f"{NAME}.csv"
        told.book(book, folder)
        told.csv(table)
        for path in (book, table):
            path.chmod(0o600)  # names, addresses and subjects in the clear
            path.replace(case.out / path.name)
    return case.out / f"{NAME}.xlsx"


class _Register:
    """The sheets of a case's register in one language."""

    def __init__(self, case: Case, db: Engine, language: str) -> None:
        self.case, self.db = case, db
        self._ = words.translator(language)
        self.kinds, self.sensitivities = kinds.kind_names(self._), kinds.sensitivity_names(self._)
        self.tiers, self.roles = kinds.tier_names(self._), kinds.role_names(self._)
        self.verdicts = words.verdict_names(self._)
        self.tell = retelling(self._).tell

    # -- files -------------------------------------------------------------------------------------------------------

    def book(self, path: Path, folder: str) -> None:
        """Write the workbook."""
        _ = self._
        book = Book(path, folder)
        try:
            found = book.add(_("Persons"), self._person_columns(), self._persons())
            book.add(_("Letters"), self._letter_columns(), self._letters())
            book.add(_("Kinds of data"), self._kind_columns(), self._kinds())
            book.add(_("Shared mailboxes"), self._shared_columns(), self._shared())
            book.add(_("Data of nobody"), self._loose_columns(), self._loose())
            book.add(_("About"), [(_("what"), 44), (_("value"), 100)], iter(self._about(found)), filters=False)
        finally:
            book.close()

    def csv(self, path: Path) -> None:
        """Write the persons as CSV, with the mark by which Excel knows UTF-8."""
        sheets.csv_file(path, [head for head, _width in self._person_columns()], self._persons())

    def _rows(self, sql: str) -> Iterator[Facts]:
        for batch in self.db.batches(sql, rows=_BATCH):
            yield from batch.to_pylist()

    # -- persons -----------------------------------------------------------------------------------------------------

    def _person_columns(self) -> list[Column]:
        _ = self._
        return [
            (_("name"), 24),
            (_("address to write to"), 32),
            (_("tier of harm"), 8),
            (_("why this tier"), 50),
            (_("worst verdict"), 18),
            (_("letters"), 8),
            (_("first letter (UTC)"), 17),
            (_("last letter (UTC)"), 17),
            (_("whose"), 12),
            (_("organisation"), 24),
            (_("partner"), 16),
            (_("language"), 9),
            (_("country"), 8),
            *((name, 22) for name in self.sensitivities.values()),
            (_("child"), 8),
            (_("needs protection"), 10),
            (_("other names"), 28),
            (_("all addresses"), 40),
            (_("phone numbers"), 24),
            (_("why these are one person"), 50),
            ("person_id", 34),
        ]

    def _persons(self) -> Iterator[list[Any]]:
        _, rule = self._, dict[str, str]()
        yes = _("yes")
        for row in self._rows(f"""
            SELECT * EXCLUDE (first_time, last_time), {_DATE.format("first_time")} AS first, {_DATE.format("last_time")} AS last
            FROM persons"""):
            names, addresses = row["names"] or [], row["addresses"] or []
            why = row["risk_rule"] or ""
            yield [
                names[0] if names else row["best_address"] or (addresses[0] if addresses else None),
                row["best_address"],
                self.tiers.get(row["risk"], row["risk"]),
                rule.setdefault(why, _(why) if why else ""),
                self.verdicts[row["worst_verdict"]],
                row["messages_exposed"],
                row["first"],
                row["last"],
                _("ours") if row["internal"] else _("partner") if row["partner"] else _("other"),
                row["organisation"],
                row["partner"],
                row["language"],
                row["country"],
                *self._held(row["kinds"] or []),
                yes if row["minor"] else None,
                yes if row["vulnerable"] else None,
                _PAUSE.join(names[1:]),
                _PAUSE.join(addresses),
                _PAUSE.join(row["phones"] or []),
                _PAUSE.join(dict.fromkeys(self.tell(one["reason"]) for one in row["merges"] or [] if one["reason"])),
                row["person_id"],
            ]

    def _held(self, found: list[Facts]) -> Iterator[str | None]:
        """Give for each sensitivity the kinds of data that a person has of it, with mentions and letters."""
        _ = self._
        for sensitivity in self.sensitivities:
            told = [
                _("{kind} ({mentions:,} in {letters:,} letters)").format(
                    kind=self.kinds.get(one["kind"], one["kind"]), mentions=one["mentions"], letters=one["letters"]
                )
                for one in found
                if one["sensitivity"] == sensitivity
            ]
            yield _PAUSE.join(told) or None

    # -- where it stands ---------------------------------------------------------------------------------------------

    def _letter_columns(self) -> list[Column]:
        _ = self._
        return [
            (_("name"), 24),
            (_("date (UTC)"), 17),
            (_("subject"), 50),
            (_("verdict"), 18),
            (_("mailbox"), 28),
            (_("stands there as"), 24),
            (_("data of theirs in it"), 50),
            (_("copies"), 7),
            ("message_id", 34),
            ("person_id", 34),
        ]

    def _letters(self) -> Iterator[list[Any]]:
        """Give a row a person and letter, of the copy with the strongest verdict; persons in the order of their sheet."""
        for row in self._rows(f"""
            WITH place AS (SELECT person_id, row_number() OVER () AS place, names, best_address FROM persons),
            mine AS (
                SELECT person_id, message_id, list(DISTINCT kind ORDER BY kind) AS kinds FROM mentions
                WHERE person_id IS NOT NULL GROUP BY ALL),
            copy AS (
                SELECT a.person_id, a.message_id, list(DISTINCT a.role) AS roles, any_value(a.verdict) AS verdict
                FROM appearances a GROUP BY a.person_id, a.message_id),
            rank AS (SELECT message_id, min(list_position([{_TOLD}], verdict)) AS rank FROM exposures GROUP BY message_id),
            letter AS (
                SELECT c.person_id, {persons.LETTER} AS letter, first(m.message_id ORDER BY r.rank, m.message_id) AS message_id,
                       list_sort(list_distinct(flatten(list(c.roles)))) AS roles, any_value(c.verdict) AS verdict,
                       list_sort(list_distinct(flatten(list(coalesce(k.kinds, []))))) AS kinds, count(*) AS copies
                FROM copy c JOIN messages m USING (message_id) LEFT JOIN mine k USING (person_id, message_id)
                LEFT JOIN rank r USING (message_id) GROUP BY c.person_id, letter)
            SELECT p.names[1] AS name, p.best_address, {_DATE.format("m.date")} AS date, m.subject, l.verdict, m.mailbox, l.roles,
                   l.kinds, l.copies, l.message_id, l.person_id
            FROM letter l JOIN place p USING (person_id) JOIN messages m ON m.message_id = l.message_id
            ORDER BY p.place, list_position([{_TOLD}], l.verdict), m.date, l.message_id"""):
            yield [
                row["name"] or row["best_address"],
                row["date"],
                row["subject"],
                self.verdicts[row["verdict"]],
                row["mailbox"],
                _PAUSE.join(self.roles.get(role, role) for role in self.roles if role in row["roles"]),
                _PAUSE.join(self.kinds.get(kind, kind) for kind in row["kinds"]),
                row["copies"],
                row["message_id"],
                row["person_id"],
            ]

    def _kind_columns(self) -> list[Column]:
        _ = self._
        return [
            (_("kind of data"), 36),
            (_("sort"), 30),
            (_("persons"), 10),
            (_("letters"), 10),
            (_("mentions"), 10),
            (_("of nobody"), 10),
            ("kind", 26),
        ]

    def _kinds(self) -> Iterator[list[Any]]:
        for row in persons.kinds(self.db):
            sort = self.sensitivities.get(row["sensitivity"], row["sensitivity"])
            yield [
                self.kinds.get(row["kind"], row["kind"]),
                sort,
                *(row[key] for key in ("persons", "letters", "mentions", "nobodys", "kind")),
            ]

    def _shared_columns(self) -> list[Column]:
        _ = self._
        return [
            (_("address"), 34),
            (_("names"), 34),
            (_("why it is no person's"), 50),
            (_("organisation"), 24),
            (_("whose"), 12),
            (_("letters"), 10),
            (_("worst verdict"), 18),
        ]

    def _shared(self) -> Iterator[list[Any]]:
        _ = self._
        for row in self._rows("SELECT * FROM shared_mailboxes"):
            yield [
                row["address"],
                _PAUSE.join(row["names"] or []),
                self.tell(row["reason"]),
                row["organisation"],
                _("ours") if row["internal"] else _("partner") if row["partner"] else _("other"),
                row["messages_exposed"],
                self.verdicts[row["worst_verdict"]],
            ]

    def _loose_columns(self) -> list[Column]:
        _ = self._
        return [
            (_("kind of data"), 36),
            (_("mentions"), 10),
            (_("date (UTC)"), 17),
            (_("subject"), 50),
            (_("verdict"), 18),
            (_("mailbox"), 28),
            (_("in attachments"), 10),
            ("message_id", 34),
        ]

    def _loose(self) -> Iterator[list[Any]]:
        """Give a row a kind and letter with data that is nobody's as far as we can tell; copies of a letter once."""
        for row in self._rows(f"""
            WITH told AS (SELECT message_id, min(content_verdict) AS verdict FROM exposures
                          WHERE content_verdict IN ({_TOLD}) GROUP BY message_id),
            copy AS (
                SELECT n.kind, n.message_id, count(*) AS mentions, count(n.attachment_id) AS attached, any_value(t.verdict) AS verdict
                FROM mentions n JOIN told t USING (message_id) WHERE n.person_id IS NULL GROUP BY n.kind, n.message_id),
            one AS (
                SELECT c.kind, max(c.mentions) AS mentions, max(c.attached) AS attached, any_value(c.verdict) AS verdict,
                       min(c.message_id) AS message_id
                FROM copy c JOIN messages m USING (message_id) GROUP BY c.kind, {persons.LETTER})
            SELECT o.*, {_DATE.format("m.date")} AS date, m.subject, m.mailbox FROM one o JOIN messages m USING (message_id)
            ORDER BY o.kind, list_position([{_TOLD}], o.verdict), o.message_id"""):
            yield [
                self.kinds.get(row["kind"], row["kind"]),
                row["mentions"],
                row["date"],
                row["subject"],
                self.verdicts[row["verdict"]],
                row["mailbox"],
                row["attached"],
                row["message_id"],
            ]

    # -- about -------------------------------------------------------------------------------------------------------

    def _about(self, found: int) -> list[tuple[str, Any]]:
        _, db = self._, self.db
        case, unread = self.case.config, persons.unread(db)
        span = db.rows(
            f"SELECT {_DATE.format('min(first_time)')} AS low, {_DATE.format('max(last_time)')} AS high FROM persons"
        )
        lines: list[tuple[str, Any]] = [
            (_("case"), case.name),
            (_("written"), datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
            (_("version"), f"unsealed {__version__}"),
            (_("persons"), found),
            (_("verdicts that count"), _PAUSE.join(self.verdicts[verdict] for verdict in TOLD)),
            (_("first letter (UTC)"), span[0]["low"]),
            (_("last letter (UTC)"), span[0]["high"]),
            (_("incident discovered"), f"{case.discovered:%Y-%m-%d %H:%M UTC}" if case.discovered else None),
            (_("incident contained"), f"{case.contained:%Y-%m-%d %H:%M UTC}" if case.contained else None),
            (_("letters that only a log names: nobody can say whose data was in them"), unread["only_in_logs"]),
        ]
        names = attachment_states(_)
        lines += [
            (
                _("attachments whose text could not be read: {why}").format(
                    why=names.get(row["status"], row["status"])
                ),
                row["attachments"],
            )
            for row in unread["attachments"]
        ]
        places = db.value("SELECT count(*) FROM skipped")
        lines += [
            (_("places in the evidence that could not be read"), places),
            (_("how letters are counted"), _("once each, whatever copies there are, by the strongest verdict of them")),
            (
                _("how the address is chosen"),
                _(
                    "first one whose mailbox the intruder was not in; then the one that they wrote from last, then the one that was "
                    "written to last; never one of which every letter matches an indicator or a rule"
                ),
            ),
        ]
        for row in persons.whose(self.case, db)["rules"]:
            why = row["risk_rule"]
            lines.append(
                (_("tier {tier}: {n:,} persons").format(tier=self.tiers[row["risk"]], n=row["persons"]), _(why))
            )
        return lines


def attachment_states(_: words.Translate) -> dict[str, str]:
    """Say why an attachment's text could not be read."""
    return {
        "image": _("an image"),
        "encrypted": _("encrypted"),
        "too_large": _("too large"),
        "too_slow": _("took too long"),
        "failed": _("failed"),
        "undecodable": _("could not be decoded"),
    }
