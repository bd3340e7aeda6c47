"""The columns of a web server's line whose `#Fields:` line was lost: told by what stands around method, address and status."""

import re

_METHOD = re.compile(r"[A-Z][A-Z_]{2,24}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+(?:%\w+)?")
_STATUS = re.compile(r"[1-5]\d\d")
_BEFORE = ("s-sitename", "s-computername")
_AFTER = {1: ("time-taken",), 2: ("cs-bytes", "time-taken"), 3: ("sc-bytes", "cs-bytes", "time-taken")}
_BETWEEN = {1: ("cs(Referer)",), 2: ("cs(Cookie)", "cs(Referer)"), 3: ("cs(Cookie)", "cs(Referer)", "cs-host")}
_SHAPE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S+ ){0,3}[A-Z][A-Z_]{2,24} /")


def looks(line: str) -> bool:
    """Tell a line that has the order of columns which IIS writes."""
    return bool(_SHAPE.match(line)) and columns(line.split()) is not None


def columns(values: list[str]) -> tuple[str, ...] | None:
    """Give names for the values of a line, in the order in which IIS writes them; None where they don't fit."""
    at = next((at for at in range(2, min(6, len(values))) if _METHOD.fullmatch(values[at])), 0)
    if not at or len(values) < at + 6 or not values[at + 1].startswith("/"):
        return None
    port, client = at + 3, at + 5
    if not values[port].isdigit() or not _IP.fullmatch(values[client]):
        return None
    status = next((n for n in range(client + 1, len(values) - 2) if _is_status(values[n : n + 3])), 0)
    if not status:
        return None
    between = values[client + 1 : status]
    names = ["date", "time", *_leading(values[2:at]), "cs-method", "cs-uri-stem", "cs-uri-query", "s-port"]
    names += ["cs-username", "c-ip"]
    if between and between[0].startswith("HTTP/"):
        names.append("cs-version")
        between = between[1:]
    if between:
        names.append("cs(User-Agent)")
        names += _BETWEEN.get(len(between) - 1, tuple(f"column {n + 1}" for n in range(len(between) - 1)))
    names += ["sc-status", "sc-substatus", "sc-win32-status"]
    rest = values[status + 3 :]
    counts = next((n for n, value in enumerate(rest) if not value.isdigit()), len(rest))
    names += _AFTER.get(min(counts, 3), ())
    return (*names, *(f"column {n + 1}" for n in range(len(names), len(values))))


def _leading(values: list[str]) -> list[str]:
    """Name what stands before the method: the server's address last, its names before that."""
    if values and _IP.fullmatch(values[-1]):
        return [*_BEFORE[: len(values) - 1], "s-ip"]
    return (
        list(_BEFORE[: len(values)]) if len(values) <= len(_BEFORE) else [f"server {n + 1}" for n in range(len(values))]
    )


def _is_status(values: list[str]) -> bool:
    return bool(_STATUS.fullmatch(values[0])) and values[1].isdigit() and values[2].isdigit()
