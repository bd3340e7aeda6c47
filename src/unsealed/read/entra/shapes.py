"""The forms that Entra's logs come in, brought to one: fields by folded names, and which of the logs it is.

Graph and the portal write a record; Azure Monitor wraps it as `properties`; Sentinel and Defender give it columns,
with JSON text in them; the portal's CSV has headings of its own.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from unsealed.read.csv_rows import fold
from unsealed.read.structured import folded, opened

SIGN_IN, AUDIT, GRAPH, RISK, PROVISIONING = (
    "entra_signin",
    "entra_audit",
    "entra_graph_activity",
    "entra_risk",
    "entra_provisioning",
)
_CATEGORIES = {
    "signinlogs": SIGN_IN,
    "noninteractiveusersigninlogs": SIGN_IN,
    "serviceprincipalsigninlogs": SIGN_IN,
    "managedidentitysigninlogs": SIGN_IN,
    "adfssigninlogs": SIGN_IN,
    "microsoftserviceprincipalsigninlogs": SIGN_IN,
    "auditlogs": AUDIT,
    "microsoftgraphactivitylogs": GRAPH,
    "userriskevents": RISK,
    "riskyusers": RISK,
    "serviceprincipalriskevents": RISK,
    "riskyserviceprincipals": RISK,
    "provisioninglogs": PROVISIONING,
}
_TABLES = {
    "aadnoninteractiveusersigninlogs": "noninteractiveusersigninlogs",
    "aadserviceprincipalsigninlogs": "serviceprincipalsigninlogs",
    "aadmanagedidentitysigninlogs": "managedidentitysigninlogs",
    "aaduserriskevents": "userriskevents",
    "aadriskyusers": "riskyusers",
    "aadprovisioninglogs": "provisioninglogs",
}
_SIGN_IN_COLUMNS = (
    {"dateutc", "requestid", "signinerrorcode"},
    {"dateutc", "requestid", "username", "ipaddress", "status"},
    {"dateutc", "serviceprincipalid", "ipaddress", "status"},
    {"timegenerated", "resulttype", "appdisplayname", "ipaddress"},
    {"timegenerated", "resulttype", "resourcedisplayname", "ipaddress"},
    {"timegenerated", "resulttype", "serviceprincipalname", "ipaddress"},
    {"createddatetime", "userprincipalname", "appdisplayname", "ipaddress"},
    {"createddatetime", "serviceprincipalname", "appid", "ipaddress"},
    {"createddatetime", "appdisplayname", "conditionalaccessstatus", "ipaddress"},
)
_AUDIT_COLUMNS = (
    {"dateutc", "activity", "actortype", "result"},
    {"date", "activity", "actortype", "result"},
    {"dateutc", "service", "category", "activity", "result"},
    {"timegenerated", "operationname", "initiatedby", "targetresources"},
    {"activitydatetime", "activitydisplayname", "initiatedby"},
    {"activitydatetime", "activitydisplayname", "loggedbyservice"},
)
_GRAPH_COLUMNS = ({"timegenerated", "requesturi", "requestmethod", "responsestatuscode"},)
_RISK_COLUMNS = (
    {"riskeventtype", "detecteddatetime"},
    {"risktype", "detecteddatetime"},
    {"riskstate", "risklastupdateddatetime"},
)
_PROVISIONING_COLUMNS = ({"provisioningaction", "sourceidentity"}, {"provisioningsteps", "sourceidentity"})
_BY_COLUMNS = (
    (GRAPH, _GRAPH_COLUMNS),
    (RISK, _RISK_COLUMNS),
    (PROVISIONING, _PROVISIONING_COLUMNS),
    (AUDIT, _AUDIT_COLUMNS),
    (SIGN_IN, _SIGN_IN_COLUMNS),
)
_DIRECTORY = re.compile(r"microsoft\.aadiam", re.IGNORECASE)
_USUAL = 100
"""Keys of a record that is worth remembering."""
_SPLUNK = re.compile(r"^(?:properties|body\.properties)\.")


def which(names: Iterable[str]) -> str | None:
    """Tell which log it is by the folded names of its columns or keys."""
    have = set(names)
    return next((log for log, forms in _BY_COLUMNS if any(form <= have for form in forms)), None)


def category(value: dict[str, Any]) -> str:
    """Give the category that Azure Monitor or Sentinel names, folded."""
    for key in ("category", "Category", "Type", "type", "Table"):
        told = value.get(key)
        if isinstance(told, str):
            name = fold(told)
            name = _TABLES.get(name, name)
            if name in _CATEGORIES:
                return name
    return ""


@lru_cache(maxsize=1000)
def _by_keys(keys: tuple[str, ...]) -> str | None:
    return which([fold(plain(key)) for key in keys])


def plain(key: str) -> str:
    """Give a key without the path that Splunk and others flatten records with."""
    return _SPLUNK.sub("", key) if "properties." in key else key


def log_of(value: dict[str, Any]) -> str | None:
    """Tell which log an object is a record of, or None."""
    if category(value) and any(
        key in value for key in ("time", "Time", "properties", "TimeGenerated", "timeGenerated")
    ):
        return _CATEGORIES[category(value)]
    if isinstance(value.get("resourceId"), str) and _DIRECTORY.search(value["resourceId"]) and "time" in value:
        return AUDIT if "operationName" in value else None
    keys = tuple(value)
    return (
        _by_keys(keys) if len(keys) <= _USUAL and sum(map(len, keys)) <= _USUAL * _USUAL else _by_keys.__wrapped__(keys)
    )


def flat(value: dict[str, Any]) -> dict[str, Any]:
    """Give a record's fields by folded names; those of `properties` go before those around them."""
    properties = opened(value.get("properties") or value.get("Properties"))
    inner = folded(properties) if isinstance(properties, dict) else {}
    return {**folded({plain(key): item for key, item in value.items()}), **inner}
