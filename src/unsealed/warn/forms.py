"""What a regime wants to be told, field by field: filled where the case knows it, the gap named where it does not.

Drafts for a person to finish and for counsel to check. They hold numbers, kinds and dates, never a value or a name of one of
the persons.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from unsealed.case import Case
from unsealed.i18n import catalogue
from unsealed.query import Engine
from unsealed.warn.duties import STEPS, Outcome, ends
from unsealed.warn.register import Register
from unsealed.warn.regulator import Field

SHOWN = 20
"""Kinds or countries that a field names; the rest is counted."""
_MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def write(folder: Path, case: Case, db: Engine, found: list[Outcome], language: str) -> list[Path]:
    """Write a draft for each regime with a duty that is due or may be, in place of all that were there."""
    by_regime: dict[str, list[Outcome]] = {}
    for one in found:
        if one.state != "no":
            by_regime.setdefault(one.regime.id, []).append(one)
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    filler = _Filler(case, Register(case, db), language)
    for name, duties in by_regime.items():
        (temporary / f"{name}.md").write_text("\n".join(_form(filler, duties)) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)
    return sorted(folder.glob("*.md"))


def _form(filler: "_Filler", duties: list[Outcome]) -> list[str]:
    _, language = catalogue(filler.language).gettext, filler.language
    regime = duties[0].regime
    lines = [
        f"# {regime.name.tell(language)}",
        "",
        _("Draft. Check with counsel before anything is sent."),
        "",
        f"{regime.law.name.tell(language)}, {regime.law.article}: {regime.law.source} "
        + _("(read {day})").format(day=regime.law.read),
    ]
    for title, texts in ((_("Sources disagree"), regime.doubts), (_("Not confirmed by a source"), regime.unconfirmed)):
        if texts:
            lines += ["", f"{title}:", "", *(f"- {text.tell(language)}" for text in texts)]
    for one in duties:
        lines += ["", f"## {one.duty.name.tell(language)}", ""]
        if one.state == "unknown":
            lines.append("- " + _("It is not known whether this is due."))
        lines.append("- " + _("To: {who}").format(who=one.duty.to.tell(language)))
        for step in STEPS:
            if end := one.ends.get(step):
                lines.append(f"- {ends(step, end, language)}")
        lines += ["- " + _("Missing: {what}").format(what=each.tell(language)) for each in one.missing]
        if one.duty.field:
            heads = (_("field"), _("what the case tells"))
            lines += ["", f"| {' | '.join(heads)} |", "|---|---|"]
            lines += [f"| {field.name.tell(language)} | {filler.fill(field)} |" for field in one.duty.field]
    return lines


@dataclass
class _Filler:
    """Fills fields from one case."""

    case: Case
    register: Register
    language: str

    def fill(self, field: Field) -> str:
        """Give what the case knows for a field, or the gap."""
        _ = catalogue(self.language).gettext
        told = getattr(self, f"_{field.fill}")() if field.fill else None
        return _MARKUP.sub(r"\\\1", told).replace("\n", " ") if told else "**" + _("to be written") + "**"

    def _organisation(self) -> str:
        return self.case.config.name

    def _discovered(self) -> str | None:
        return self._time(self.case.config.discovered)

    def _contained(self) -> str | None:
        return self._time(self.case.config.contained)

    def _period(self) -> str | None:
        began, ended = map(self._time, self.register.bounds)
        return f"{began or '?'} – {ended or '?'}" if began or ended else None

    def _persons(self) -> str | None:
        _ = catalogue(self.language).gettext
        if not self.register.known:
            return None
        number = sum(n for _country, n in self.register.places)
        return _("{n:,} persons in the register").format(n=number)

    def _places(self) -> str | None:
        _ = catalogue(self.language).gettext
        return self._listed([(place or _("not known where"), n) for place, n in self.register.places])

    def _kinds(self) -> str | None:
        return self._listed(self.register.kinds)

    def _letters(self) -> str | None:
        _ = catalogue(self.language).gettext
        if self.register.letters is None:
            return None
        parts = ", ".join(f"{verdict} {n:,}" for verdict, n in self.register.verdicts.items())
        return _("{n:,} letters").format(n=self.register.letters) + (f" ({parts})" if parts else "")

    def _steps(self) -> str | None:
        _ = catalogue(self.language).gettext
        contained = self._contained()
        return _("contained {time}; the rest is to be written").format(time=contained) if contained else None

    def _listed(self, rows: list[tuple[str, int]]) -> str | None:
        _ = catalogue(self.language).gettext
        parts = [f"{name} ({n:,})" for name, n in rows[:SHOWN]]
        if len(rows) > SHOWN:
            parts.append(_("{n:,} more").format(n=len(rows) - SHOWN))
        return ", ".join(parts) or None

    def _time(self, at: datetime | None) -> str | None:
        zone = ZoneInfo(self.case.config.timezone)
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}" if at else None
