"""What an Exchange administration record says: its parameters, the rule it means, the mailbox it changes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_ARGUMENT = re.compile(
    r"""(?<!\S)-(\w+)(?:[ :]+|$)("(?:[^"`\\]|""|`.|\\"(?!\s*$|\s+-[A-Za-z])|\\)*"|'(?:[^']|'')*'|\([^)]*\)|\{[^}]*\}|(?!-[A-Za-z])\S+|)""",
    re.DOTALL,
)
_NOTHING = {"", "$null", "null", "none", "{}", "()", "@{}", "@()"}


def folded(text: str) -> str:
    """Give a name as names are compared."""
    return text.strip().casefold()


def parse(raw: str | None) -> dict[str, Any]:
    """Give a record from its text; an empty one where it is none."""
    try:
        record = json.loads(raw or "")
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def parameters(record: Mapping[str, Any]) -> dict[str, str]:
    """Give a cmdlet's parameters by lower-case name, from a list of pairs or from its command line."""
    raw = record.get("Parameters")
    if isinstance(raw, str) and raw.lstrip()[:1] not in {"[", "{"}:
        found = {name.lower(): _unquoted(value.strip()) for name, value in _ARGUMENT.findall(raw)}
    else:
        found = {str(pair.get("Name", "")).lower(): _text(pair.get("Value")) for pair in pairs(raw)}
    return {name: "" if folded(value) in _NOTHING else value for name, value in found.items()}


def on(given: Mapping[str, str], switch: str) -> bool:
    """Tell whether a switch is on: named alone, or with anything but false."""
    return switch in given and folded(given[switch]) not in {"false", "$false"}


def _unquoted(value: str) -> str:
    """Give what stands in quotes as PowerShell reads it."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"""`(.)|"(")|\\(")""", r"\1\2\3", value[1:-1], flags=re.DOTALL)
    return value[1:-1].replace("''", "'") if len(value) > 1 and value[0] == value[-1] == "'" else value


def opened(value: object) -> object:
    """Give what JSON text holds; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def pairs(value: object) -> Iterator[dict[str, Any]]:
    """Give pairs of Name and Value, from a list, from an object, or from JSON text of either."""
    value = opened(value)
    if isinstance(value, dict):
        value = [{"Name": name, "Value": item} for name, item in value.items()]
    if isinstance(value, list):
        yield from (pair for pair in value if isinstance(pair, dict))


def words(value: str) -> tuple[str, ...]:
    """Give the values of a parameter that takes several."""
    inner = value.strip().strip("(){}[]")
    found = (folded(word.strip().strip("\"'")) for word in re.split(r"[;,]", inner))
    return tuple(dict.fromkeys(word for word in found if word))


def addresses(value: str) -> tuple[str, ...]:
    """Give the mail addresses in a text, in lower case."""
    return tuple(dict.fromkeys(address.lower() for address in _ADDRESS.findall(value)))


def targets(value: str) -> tuple[str, ...]:
    """Give where mail is sent on to: addresses, else the names that stand for them."""
    names = [word for word in words(value)[:3] if len(word) < 200 and not word.startswith(("{", '"'))]
    return addresses(value) or tuple(names)


def rule_name(record: Mapping[str, Any], given: Mapping[str, str], target: str | None) -> str:
    """Tell which rule is meant: its name or number, without the mailbox before it."""
    whole = given.get("identity") or target or str(record.get("ObjectId") or "")
    mailbox, separator, name = whole.partition("\\")
    if not separator:
        return folded(whole.rpartition("/")[2])
    return folded(name or mailbox)


def owner(row: Mapping[str, Any], given: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> str | None:
    """Tell whose mailbox a cmdlet changed: named by address, alias, display name or path; else the caller's own.

    Args:
        row: the event, with `operation`, `user`, `mailbox` and `target`.
        given: the cmdlet's parameters.
        names: mailboxes by alias and by display name, folded.

    Returns:
        The mailbox; None where it is named by a word that stands for none that is known.
    """
    target = str(row["target"] or "")
    if "InboxRule" in row["operation"]:
        whole = given.get("identity", "") if "\\" in given.get("identity", "") else target
        spoken = [given.get("mailbox", ""), whole.partition("\\")[0] if "\\" in whole else ""]
    else:
        spoken = [given.get("identity", ""), target]
    for word in filter(None, spoken):
        found = person(word, row["user"], names)
        if found:
            return found
    return None if any(spoken) and not _is_path(spoken) else row["mailbox"] or row["user"]


def _is_path(spoken: Iterable[str]) -> bool:
    """Tell names by number or GUID alone, which no table resolves: the caller's own mailbox is likeliest."""
    return all(re.fullmatch(r"[0-9a-f{}-]{16,}", folded(word)) for word in spoken if word)


def person(word: str, user: str | None, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """Give whom a word stands for: an address, an alias, a display name, a distinguished name or a path.

    Args:
        word: the word.
        user: who is meant where several bear the name.
        names: mailboxes by alias and by display name, folded.
    """
    found = addresses(word)
    if found:
        return found[0]
    common = re.match(r"\s*cn=([^,]+)", word, re.IGNORECASE)
    last = common.group(1) if common else re.split(r"[\\/]", word)[-1].rpartition("cn=")[2]
    boxes = names.get(folded(last), ())
    return user if user in boxes else next(iter(boxes), None)


def _text(value: object) -> str:
    return ";".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)
