"""Values of tables as JSON knows them, and as a terminal can show them."""

import shlex
from datetime import UTC, datetime
from typing import Any

from unsealed.terminal import harmless

Facts = dict[str, Any]


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a table
    """Bring a value to what JSON knows: times to ISO 8601 with Z."""
    if isinstance(value, datetime):
        return (
            value.astimezone(UTC)
            .isoformat(timespec="microseconds" if value.microsecond else "seconds")
            .replace("+00:00", "Z")
        )
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def shown(value: object) -> str:
    """Give a value for a terminal: what would steer it, or turn the direction of writing, becomes `?`; empty for None."""
    told = plain(value)
    return "" if told is None else harmless(str(told))


def typed(*words: object) -> str:
    """Give a command of ours as one types it in a shell, whatever its paths hold."""
    return shlex.join(["unsealed", *map(str, words)])
