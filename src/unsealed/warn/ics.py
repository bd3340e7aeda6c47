"""All dates by which somebody must be told, as a calendar file (RFC 5545) that any calendar takes in.

An event is the last hour before a date; its alarm rings a day before. Writing it again gives the same events the same ids, so
that a calendar that takes it in anew does not show them twice.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from unsealed.case import Case
from unsealed.i18n import catalogue
from unsealed.schema import content_id
from unsealed.version import __version__
from unsealed.warn.deadlines import Due
from unsealed.warn.duties import Ends, Outcome, ends

if TYPE_CHECKING:
    from icalendar import Event

WARN_BEFORE = timedelta(days=1)


def write(path: Path, case: Case, found: list[Outcome], language: str) -> int:
    """Write the dates of all duties that are due or may be; give how many there are."""
    from icalendar import Calendar

    _ = catalogue(language).gettext
    calendar = Calendar()
    calendar.add("prodid", f"-//unsealed//{__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("{case}: who must be told, by when").format(case=case.config.name))
    count = 0
    for one in found:
        for step, end in one.ends.items():
            if end.due and one.state != "no":
                calendar.add_component(_event(case, one, step, end, end.due, language))
                count += 1
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(calendar.to_ical())
    temporary.replace(path)
    return count


def _event(case: Case, one: Outcome, step: str, end: Ends, at: Due, language: str) -> "Event":
    from icalendar import Alarm, Event

    _ = catalogue(language).gettext
    name = f"{one.regime.name.tell(language)}: {one.duty.name.tell(language)}"
    title = name if one.state == "yes" else _("{duty} (unknown whether due)").format(duty=name)
    words = [
        ends(step, end, language),
        _("To: {who}").format(who=one.duty.to.tell(language)),
        *(reason.tell(language) for reason in one.reasons),
        *(_("Missing: {what}").format(what=missing.tell(language)) for missing in one.missing),
        f"{one.duty.article}, {one.regime.law.source}",
        _("Check with counsel."),
    ]
    event = Event()
    event.add("uid", f"{content_id(case.config.name, one.regime.id, one.duty.id, step)}@unsealed")
    event.add("summary", title)
    event.add("description", "\n".join(words))
    event.add("dtstamp", one.clock or at.at)
    event.add("dtstart", _start(one, at))
    event.add("dtend", at.at)
    event.add("url", one.regime.law.source)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -WARN_BEFORE)
    event.add_component(alarm)
    return event


def _start(one: Outcome, end: Due) -> datetime:
    """Give the last hour before the end, or what of it is left after the clock started."""
    hour = end.at - timedelta(hours=1)
    return max(hour, one.clock) if one.clock and one.clock < end.at else hour
