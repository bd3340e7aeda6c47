"""Which records show somebody signing in, failing to, or being inside; and which are the service's own doing.

One table for all logs, in the words of their readers (`read/`). Everything here is SQL over the columns of `events`:
conditions that other modules put into their queries.

Rules: UserLoggedIn, UserLoginFailed, UserType and LogonType as in
https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema;
4624 and 4625, https://learn.microsoft.com/windows/security/threat-protection/auditing/basic-audit-logon-events;
login events, https://support.google.com/a/answer/4580120.
"""

from collections.abc import Iterable, Mapping, Sequence

from unsealed.query import literal

SIGN_INS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "m365_audit": (("userloggedin",), ("userloginfailed",)),
    "entra_signin": (("sign-in activity",), ()),
    "google_login": (("login_success", "successful login"), ("login_failure", "failed login")),
    "google_saml": (("login_success", "successful login"), ("login_failure", "failed login")),
    "dovecot": (("login", "proxy"), ("login_failed", "auth_failed")),
    "cyrus": (("login",), ("login_failed", "auth_failed")),
    "courier": (("login",), ("login_failed",)),
    "perdition": (("login",), ("login_failed",)),
    "postfix": (("sasl_login",), ("sasl_failed",)),
    "sendmail": (("auth",), ("auth_failed",)),
    "exim": ((), ("auth_failed",)),
    "saslauthd": (("auth",), ("auth_failed",)),
    "roundcube": (("login",), ("login_failed",)),
    "exchange_imap": (("login", "authenticate"), ()),
    "exchange_pop": (("pass", "auth"), ()),
    "windows_security": (("4624", "1200", "1202"), ("4625", "4771", "1201", "1203", "411")),
}
"""Source: (operations that let somebody in, unless the record says that they failed; operations that refused them)."""

DOORS: dict[str, tuple[str, ...]] = {
    "m365": ("m365_audit", "entra_signin"),
    "google": ("google_login",),
    "exchange": ("exchange_httpproxy",),
    "exchange_imap": ("exchange_imap",),
    "exchange_pop": ("exchange_pop",),
    "dovecot": ("dovecot",),
    "cyrus": ("cyrus",),
    "courier": ("courier",),
}
"""Ways into mailboxes, and the logs that show everybody who takes them, with the account."""

ITEM_OPERATIONS = (
    "mailitemsaccessed",
    "attachmentaccess",
    "fetch",
    "mail_read",
    "message viewed",
    "message opened (first time)",
)
"""Records that name what somebody read."""

_PASSING = (
    "message_trace",
    "exchange_tracking",
    "exchange_smtp_send",
    "entra_risk",
    "entra_provisioning",
    "google_rules",
    "google_alert",
)
"""Logs of letters on their way and of the service's own judgement: a user in them did nothing at that moment."""

_NOT_PRESENT = {
    "dovecot": ("disconnect", "auth", "delivered", "forwarded", "vacation"),
    "google_gmail": (
        "delivery",
        "message received",
        "gmail flagged message as spam",
        "message quarantined",
        "message released from quarantine",
        "message autoforwarded",
    ),
    "google_login": ("login_challenge", "login_verification", "login challenge", "login verification"),
}
"""Operations that do not show the account's user inside."""

SERVICES = (
    r"^(nt authority|nt service|iis apppool|window manager|font driver host)\\|^s-1-5-(18|19|20)$|\$$|^healthmailbox"
    r"|^systemmailbox|^serviceprincipal_|^(certificate|serviceoperator|not available|not-found|unknown|anonymous"
    r"|anonymous logon|system|local service|network service|app@sharepoint|sharepoint\\system|microsoft teams sync"
    r"|securitycompliancealerts|threatintel|ffoservicepartneruser|msexchange\w*|fim_password_service@.*)$|^microsoft\.\w"
)
"""Names under which servers and services act, lower case; machine accounts end in `$`."""

_SERVICE_TYPES = ("3", "4", "7", "8", "DcAdmin", "System", "CustomPolicy", "SystemPolicy")
_SERVICE_LOGONS = ("transport", "system", "best_access")


def signed_in(e: str = "events") -> str:
    """Give the condition that a record shows somebody signing in."""
    return f"({_among(e, 0)} AND {_let_in(e)})"


def failed(e: str = "events") -> str:
    """Give the condition that what a record shows was refused or failed."""
    return f"({_among(e, 1)} OR coalesce({e}.outcome = 'failure', FALSE))"


def trying(e: str = "events") -> str:
    """Give the condition that a record belongs to the log of sign-ins, whether they succeeded or not."""
    return f"({_among(e, 0)} OR {_among(e, 1)})"


def inside(e: str = "events") -> str:
    """Give the condition that a record shows whoever acted inside: not refused, not a letter passing, an account known.

    A sign-in must be told to have succeeded, where its log tells; the audit log of Microsoft 365 writes nothing of
    those who are outside, but for refused sign-ins, so there no account is needed.
    """
    return (
        f"(NOT {failed(e)} AND ({e}.source = 'm365_audit' OR {e}.\"user\" IS NOT NULL)"
        f" AND coalesce({e}.source, '') NOT IN ({_words(_PASSING)}) AND NOT {_any(e, _NOT_PRESENT)}"
        f" AND NOT ({_among(e, 0)} AND NOT {_let_in(e)})"
        f" AND NOT coalesce({e}.source = 'google_login' AND {e}.outcome IS NULL, FALSE))"
    )


def by_service(e: str = "events") -> str:
    """Give the condition that a server or the service itself acted, by the account's name and kind of logon."""
    return (
        f"(coalesce(regexp_matches({e}.\"user\", '{SERVICES}'), FALSE)"
        f" OR coalesce({e}.logon_type IN ({_words(_SERVICE_LOGONS)}), FALSE))"
    )


def by_service_type(e: str = "events") -> str:
    """Give the condition that a record of Microsoft 365 says by its UserType that the service acted; reads `raw`."""
    told = f"CASE WHEN {e}.source = 'm365_audit' THEN try(json_extract_string({e}.raw, '$.UserType')) END"
    return f"coalesce({told} IN ({_words(_SERVICE_TYPES)}), FALSE)"


def of_items(e: str = "events") -> str:
    """Give the condition that a record names what somebody read."""
    return f"coalesce(lower({e}.operation) IN ({_words(ITEM_OPERATIONS)}), FALSE)"


def _let_in(e: str) -> str:
    """Where a record of the sign-in log of Entra or Google tells no outcome, nobody is known to have come in."""
    return f"coalesce({e}.outcome = 'success', coalesce({e}.source NOT IN ('entra_signin', 'google_login'), TRUE))"


def _among(e: str, which: int) -> str:
    return _any(e, {source: names[which] for source, names in SIGN_INS.items()})


def _any(e: str, operations: Mapping[str, Sequence[str]]) -> str:
    """Give the condition that a record is one of these operations of its source."""
    of = {source: names for source, names in operations.items() if names}
    some = " OR ".join(
        f"({e}.source = '{source}' AND lower({e}.operation) IN ({_words(names)}))" for source, names in of.items()
    )
    return f"coalesce({some}, FALSE)"


def _words(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))
