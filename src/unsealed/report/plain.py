"""Values of tables as JSON knows them."""

from datetime import UTC, datetime
from typing import Any

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
