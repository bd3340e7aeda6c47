"""Cookies that hold a session, as headers of a request or a reply give them.

RFC 6265, sections 4.1 and 4.2; names of the usual frameworks: PHPSESSID, JSESSIONID, ASP.NET_SessionId,
connect.sid, and those of Microsoft 365 (ESTSAUTH:
https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-web-browser-cookies) and
Google (SID, HSID, SAPISID).
"""

from unsealed.identify.identifier import Identifier
from unsealed.identify.mask import hidden

IDENTIFIER = Identifier(
    kind="session_cookie",
    what="session cookie",
    pattern=(
        r"(?<![0-9A-Za-z_])(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|ESTSAUTH"
        r"(?:PERSISTENT|LIGHT)?|FedAuth|rtFa|__Secure-[13]PSID|SAPISID|HSID|SSID|sessionid|session_id|"
        r"laravel_session|_session_id|wordpress_logged_in_[0-9a-f]{32}|(?<=[Cc]ookie: )(?:sid|session))="
        r"(?P<v>[^\s;,\"']{8,4000})"
    ),
    anchors=(
        (
            r"(?:SESSID|SESSIONID|_SessionId|connect\.sid|ESTSAUTH[A-Z]{0,10}|FedAuth|rtFa|PSID|SAPISID|"
            r"HSID|SSID|sessionid|session_id|_session|wordpress_logged_in_[0-9a-f]{32}|[Cc]ookie: (?:sid|session))="
        ),
    ),
    before=56,
    after=4000,
    weight=70,
    mask=hidden,
    law="credentials: GDPR art. 32",
    hits=(
        "Cookie: PHPSESSID=⟦298zf09hf012fh2f09hf⟧; a=b",
        "Set-Cookie: ESTSAUTHPERSISTENT=⟦0.AXoA1b2c3d4e5f6g7⟧; path=/",
        "Cookie: sid=⟦s%3Ah2f09hf012fh2f09⟧",
        "Set-Cookie: session=⟦abcdef0123456789abcdef⟧",
    ),
    misses=("Cookie: theme=dark", "PHPSESSID is a cookie", "SSID=short", "see session=tomorrow-at-noon"),
)
