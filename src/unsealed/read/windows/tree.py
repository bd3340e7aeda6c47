"""A Windows event as a tree of elements: from the JSON of `evtx_dump` and the library, where attributes stand apart."""

from typing import Any

from unsealed.read.windows.event import Event

_DEPTH = 6


def event(tree: dict[str, Any]) -> Event:
    """Read a tree below `Event`; raises `ValueError` where it is none."""
    top = tree.get("Event", tree)
    system = top.get("System") if isinstance(top, dict) else None
    if not isinstance(system, dict):
        raise ValueError("no Windows event: it has no part named System")  # noqa: TRY004 - one way out for a bad record
    named: dict[str, Any] = {}
    unnamed: list[str] = []
    for part in ("EventData", "UserData", "ProcessingErrorData"):
        _gather(top.get(part), named, unnamed, 0)
    return Event(
        plain(system.get("EventID")),
        plain(system.get("Channel")),
        _attribute(system.get("Provider"), "Name"),
        plain(system.get("Computer")),
        plain(system.get("EventRecordID")),
        _attribute(system.get("TimeCreated"), "SystemTime"),
        system.get("Keywords"),
        _attribute(system.get("Security"), "UserID"),
        named,
        tuple(unnamed),
    )


def plain(value: object) -> str:
    """Give an element's text, whether it has attributes or not."""
    if isinstance(value, dict):
        value = value.get("#text")
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _attribute(value: object, name: str) -> str:
    if not isinstance(value, dict):
        return ""
    held = value.get("#attributes", value)
    found = held.get(name, value.get(f"@{name}", value.get(name))) if isinstance(held, dict) else None
    return "" if found is None else str(found)


def _gather(value: object, named: dict[str, Any], unnamed: list[str], depth: int) -> None:
    """Take the data of an event, however deep its own elements lie."""
    if not isinstance(value, dict) or depth > _DEPTH:
        return
    for key, held in value.items():
        if key == "#attributes":
            continue
        if key == "Data":
            _data(held, named, unnamed)
        elif isinstance(held, dict) and "#text" not in held:
            _gather(held, named, unnamed, depth + 1)
        else:
            named.setdefault(key, held)


def _data(held: object, named: dict[str, Any], unnamed: list[str]) -> None:
    """Take `Data`: a list of texts, one text, or elements with a name."""
    for item in held if isinstance(held, list) else [held]:
        name = _attribute(item, "Name") or (_attribute(item, "@Name") if isinstance(item, dict) else "")
        if name:
            named.setdefault(name, item.get("#text") if isinstance(item, dict) else None)
        elif isinstance(item, dict) and isinstance(item.get("#text"), list):
            unnamed.extend(str(text) for text in item["#text"])
        else:
            unnamed.append(plain(item))
