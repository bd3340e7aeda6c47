"""What can go wrong, as one tree; every error says where it happened and what to do next.

UnsealedError
├── UsageError            the command line or an option's value makes no sense        (exit 2)
├── CaseError             the case folder is missing, broken or not a case            (exit 1)
│   └── CaseLocked        another run is writing to the case                          (exit 4)
├── ConfigError           `case.toml` says something that can't be used               (exit 2)
├── IndicatorError        an indicator file can't be read at all                      (exit 2)
├── QueryError            a table or a WHERE clause that does not exist or parse      (exit 2)
└── BadRecord             one record of evidence can't be read: becomes a row in `skipped`
"""


class UnsealedError(Exception):
    """The root: a sentence for a person, with where and what to do next."""

    exit_code = 1


class UsageError(UnsealedError):
    """The command line or an option's value makes no sense."""

    exit_code = 2


class CaseError(UnsealedError):
    """The case folder is missing, broken or not a case."""


class CaseLocked(CaseError):  # noqa: N818 - the state has a name of its own
    """Another run is writing to the case."""

    exit_code = 4


class ConfigError(UnsealedError):
    """`case.toml` says something that can't be used."""

    exit_code = 2


class IndicatorError(UnsealedError):
    """An indicator file can't be read at all."""

    exit_code = 2


class QueryError(UnsealedError):
    """A table, a column or a WHERE clause that does not exist or does not parse."""

    exit_code = 2


class BadRecord(UnsealedError):  # noqa: N818 - it is a record, and it is bad
    """One record of evidence can't be read; readers raise it, the engine turns it into a `skipped` row.

    Args:
        reason: a short code, the same for the same cause (`mime_too_deep`, `invalid_json`, ...).
        detail: what a responder would want to know, in words.
        locator: the place in the evidence file (`byte:OFFSET+LENGTH`, `line:N`, `member:NAME`).
    """

    def __init__(self, reason: str, detail: str, locator: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.locator = locator
