"""Connection strings and addresses with a password in them.

RFC 3986, section 3.2.1 (`scheme://user:password@host`), and the keyword form of ODBC and ADO.NET
(https://learn.microsoft.com/en-us/dotnet/framework/data/adonet/connection-string-syntax).
"""

import re

from unsealed.identify.identifier import Identifier

IDENTIFIER = Identifier(
    kind="connection_string",
    what="address or connection string with a password",
    pattern=(
        r"(?P<v>"
        r"(?<![0-9A-Za-z+.-])[A-Za-z][A-Za-z0-9+.-]{1,24}://[^\s:@/<>\"']{1,64}:[^\s@/<>\"']{1,128}@[^\s/<>\"'@]{1,128}[^\s<>\"']{0,128}|"
        r"(?<![0-9A-Za-z_])(?i:server|data source|host)=[^;\n]{1,80};"
        r"(?:[^;=\n]{1,40}=[^;\n]{0,80};){0,6}? ?(?i:password|pwd)=[^;\n\"']{1,80})"
    ),
    anchors=("://[^ \\t\\n:@/<>\"']{1,256}:", r"(?i:password|pwd)="),
    before=930,
    after=400,
    check=lambda value: not re.search(r":\*+@|:password@|=\*+$", value),
    weight=88,
    mask=lambda value: value.partition("://")[0] + "://***" if "://" in value else "***",
    law="credentials: GDPR art. 32",
    hits=("⟦postgres://app:s3cr3t@db.example.org:5432/main⟧", "⟦Server=db1;Database=hr;User Id=sa;Password=Pa55w0rd⟧;"),
    misses=("https://example.org:8080/a@b", "postgres://app@db.example.org/main", "ftp://user:****@host"),
)
