"""Passwords in settings that programs read: `DB_PASSWORD=whatever` of an environment, `login jo password whatever` of netrc.

POSIX.1-2017, Environment Variables (https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html); netrc
(https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html). The form alone tells that it is one, so
plain words count.
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.identifiers.password import CODE
from unsealed.identify.mask import hidden

_NONE = {"required", "password", "none", "null", "true", "false", "changeme", "yourpassword", "secret", "string"}


def _can_be(value: str) -> bool:
    return value.lower() not in _NONE and len(set(value)) > 2 and not CODE.search(value) and "$" not in value[:1]


IDENTIFIER = Identifier(
    kind="password",
    what="password in settings",
    pattern=(
        r"(?:(?<![A-Za-z0-9_.-])(?:[A-Z][A-Z0-9_]{0,40}_|PG)?(?:PASSWORD|PASSWD|PASS|PWD)=|"
        r"\bmachine[ \t]{1,9}[^\s\0]{1,99}\s{1,9}login[ \t]{1,9}[^\s\0]{1,64}\s{1,9}password[ \t]{1,9}|\nPassword=)"
        r"(?P<v>[^\s\"'`<>;&\0]{4,64})(?![^\s\"'`<>;&\0])"
    ),
    anchors=("(?:PASSWORD|PASSWD|PASS|PWD)=", "password[ \t]", "\nPassword="),
    before=230,
    after=70,
    check=_can_be,
    weight=71,
    mask=hidden,
    different=(("whatever", "Whatever"),),
    law="account credentials: Cal. Civ. Code 1798.82(h)(2); APPI Enforcement Rules art. 7(2)",
    hits=("REACT_APP_AUTH_PASSWORD=⟦whiteduke⟧", "machine raw.example.com\n  login jo\n  password ⟦pass123⟧"),
    misses=("DB_PASSWORD=$(cat pass)", "DB_PASSWORD=required", "the login page password field", "BYPASS=whatever"),
)
