"""One record of Entra's logs to its row of `events`.

Fields: https://learn.microsoft.com/graph/api/resources/signin,
https://learn.microsoft.com/graph/api/resources/directoryaudit,
https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs and the tables beside it.
"""

from collections.abc import Iterator
from typing import Any

from unsealed.read.entra import shapes
from unsealed.read.events import event
from unsealed.read.reader import Row
from unsealed.read.structured import Record, ip, lower, no_time, opened, word

_TIMES = {
    shapes.SIGN_IN: ("createddatetime", "dateutc", "date", "timegenerated", "time"),
    shapes.AUDIT: ("activitydatetime", "dateutc", "date", "timegenerated", "time"),
    shapes.GRAPH: ("timegenerated", "time"),
    shapes.RISK: ("activitydatetime", "detecteddatetime", "risklastupdateddatetime", "timegenerated", "time"),
    shapes.PROVISIONING: ("activitydatetime", "timegenerated", "time"),
}
_OPERATIONS = {
    shapes.SIGN_IN: "Sign-in activity",
    shapes.GRAPH: "Microsoft Graph Activity",
    shapes.RISK: "User Risk Detection",
    shapes.PROVISIONING: "Provisioning activity",
}
_IDS = {shapes.GRAPH: ("requestid", "operationid", "id")}
_SUCCESS = {"success", "succeeded", "0"}
_PARTIAL = {"partialsuccess", "partial"}
_NOT_TOLD = {"", "none", "unknown", "unknownfuturevalue", "null", "nottold"}
_HTTP_ERROR = 400
Fields = dict[str, Any]


def rows(record: Record) -> Iterator[Row]:
    """Give the event of a record of any of the logs."""
    log = shapes.log_of(record.fields) or shapes.SIGN_IN
    fields = shapes.flat(record.fields)
    micros = next((at for name in _TIMES[log] if (at := record.time(fields.get(name))[0]) is not None), None)
    if micros is None:
        raise no_time(record, *_TIMES[log])
    record_id = next((told for name in _IDS.get(log, ("id", "requestid")) if (told := word(fields.get(name)))), None)
    columns = _TOLD[log](fields)
    if columns["operation"] is None:
        raise no_time(record)
    yield event(
        record.part,
        record.locator,
        log,
        _identity(log, record_id, fields) or record.raw,
        time=micros,
        raw=record.raw,
        record_id=record_id,
        shape="columns_only" if record.tabular and "properties" not in fields else "record",
        **columns,
    )


def _identity(log: str, record_id: str | None, fields: Fields) -> str | None:
    """Name a record; a risk that changes its state is another record each time."""
    if record_id is None:
        return None
    changed = word(fields.get("lastupdateddatetime") or fields.get("risklastupdateddatetime")) or ""
    return f"{record_id.lower()} {changed}".strip() if log == shapes.RISK else record_id.lower()


def _sign_in(fields: Fields) -> Fields:
    status = opened(fields.get("status"))
    code = fields.get("signinerrorcode")
    if isinstance(status, dict):
        code = status.get("errorCode", status.get("ErrorCode"))
    for name in ("status.errorcode", "statuserrorcode", "resulttype", "errorcode"):
        code = fields.get(name) if code in (None, "") else code
    user = _first(fields, "userprincipalname", "username", "signinidentifier", "alternatesigninname")
    service = _first(fields, "serviceprincipalname", "serviceprincipalid")
    return {
        "operation": _OPERATIONS[shapes.SIGN_IN],
        "user": user or service or _first(fields, "userdisplayname", "user", "identity", "userid"),
        "client_ip": _address(fields, "ipaddress", "calleripaddress"),
        "client": word(fields.get("useragent")) or _device(fields) or word(fields.get("clientappused")),
        "session_id": word(fields.get("sessionid")),
        "app_id": word(fields.get("appid")) or word(fields.get("applicationid")),
        "outcome": _by_code(code) or _by_word(status) or _by_word(fields.get("resulttype")),
        "target": word(fields.get("resourcedisplayname")) or word(fields.get("resource")),
        "workload": _sign_in_kind(fields),
    }


def _sign_in_kind(fields: Fields) -> str | None:
    """Name the sign-in log in Azure Monitor's words, also where Graph tells it otherwise."""
    named = shapes.category({"category": fields.get("category"), "Type": fields.get("type")})
    kinds = opened(fields.get("signineventtypes"))
    kind = str(kinds[0] if isinstance(kinds, list) and kinds else kinds or "").lower()
    if named == "signinlogs" or kind == "interactiveuser" or str(fields.get("isinteractive")).lower() == "true":
        return "SignInLogs"
    if named == "noninteractiveusersigninlogs" or kind == "noninteractiveuser":
        return "NonInteractiveUserSignInLogs"
    if named == "managedidentitysigninlogs" or kind == "managedidentity" or "managedidentitytype" in fields:
        return "ManagedIdentitySignInLogs"
    if named == "serviceprincipalsigninlogs" or kind == "serviceprincipal":
        return "ServicePrincipalSignInLogs"
    return word(fields.get("category")) if named else None


def _audit(fields: Fields) -> Fields:
    by = opened(fields.get("initiatedby"))
    by = by if isinstance(by, dict) else {}
    user, app = (opened(by.get(name)) or {} for name in ("user", "app"))
    user, app = (held if isinstance(held, dict) else {} for held in (user, app))
    who = (
        user.get("userPrincipalName") or user.get("displayName"),
        fields.get("actoruserprincipalname"),
        fields.get("initiatedby.user.userprincipalname"),
        fields.get("userprincipalname"),
        app.get("displayName") or app.get("servicePrincipalName"),
        fields.get("actorserviceprincipalname"),
        fields.get("actordisplayname"),
        user.get("id") or app.get("appId") or app.get("servicePrincipalId"),
        fields.get("actorobjectid"),
        fields.get("identity"),
    )
    came_from = user.get("ipAddress") or fields.get("ipaddress") or fields.get("calleripaddress")
    return {
        "operation": word(fields.get("activitydisplayname"))
        or word(fields.get("activity"))
        or word(fields.get("operationname")),
        "user": next((name for one in who if (name := lower(one))), None),
        "client_ip": ip(came_from),
        "client": word(fields.get("useragent")) or _detail(fields, "User-Agent"),
        "session_id": word(fields.get("sessionid")),
        "app_id": word(app.get("appId")),
        "outcome": _by_word(fields.get("result")) or _by_word(fields.get("resultsignature")) or _by_word(fields.get("resulttype")),
        "target": _target(fields),
        "workload": word(fields.get("loggedbyservice")) or word(fields.get("service")),
    }  # fmt: skip


def _graph(fields: Fields) -> Fields:
    status = word(fields.get("responsestatuscode")) or word(fields.get("resultsignature")) or ""
    return {
        "operation": _OPERATIONS[shapes.GRAPH],
        "user": lower(fields.get("userid")) or lower(fields.get("serviceprincipalid")),
        "client_ip": _address(fields, "ipaddress", "calleripaddress"),
        "client": word(fields.get("useragent")),
        "session_id": word(fields.get("sessionid")),
        "app_id": word(fields.get("appid")),
        "outcome": ("failure" if int(status) >= _HTTP_ERROR else "success")
        if status.isdigit() and len(status) < 19
        else None,
        "target": " ".join(told for name in ("requestmethod", "requesturi") if (told := word(fields.get(name))))
        or None,
        "bytes_out": _whole(fields.get("responsesizebytes")),
        "workload": "MicrosoftGraphActivityLogs",
    }


def _risk(fields: Fields) -> Fields:
    return {
        "operation": word(fields.get("operationname")) or _OPERATIONS[shapes.RISK],
        "user": _first(fields, "userprincipalname", "userdisplayname", "serviceprincipaldisplayname", "userid"),
        "client_ip": _address(fields, "ipaddress", "calleripaddress"),
        "client": _detail(fields, "userAgent", "additionalinfo"),
        "target": word(fields.get("riskeventtype")) or word(fields.get("risktype")) or word(fields.get("riskstate")),
        "workload": "Identity Protection",
    }


def _provisioning(fields: Fields) -> Fields:
    by, source = (opened(fields.get(name)) for name in ("initiatedby", "sourceidentity"))
    status = opened(fields.get("statusinfo") or fields.get("provisioningstatusinfo"))
    told = status.get("status") if isinstance(status, dict) else fields.get("resulttype")
    return {
        "operation": word(fields.get("provisioningaction"))
        or word(fields.get("action"))
        or word(fields.get("operationname"))
        or _OPERATIONS[shapes.PROVISIONING],
        "user": lower((by.get("displayName") or by.get("name") or by.get("id")) if isinstance(by, dict) else by),
        "client_ip": _address(fields, "ipaddress", "calleripaddress"),
        "outcome": _by_word(told),
        "target": word((source.get("displayName") or source.get("id")) if isinstance(source, dict) else source),
        "workload": "Provisioning",
    }


_TOLD = {
    shapes.SIGN_IN: _sign_in,
    shapes.AUDIT: _audit,
    shapes.GRAPH: _graph,
    shapes.RISK: _risk,
    shapes.PROVISIONING: _provisioning,
}


def _first(fields: Fields, *names: str) -> str | None:
    return next((told for name in names if (told := lower(fields.get(name)))), None)


def _address(fields: Fields, *names: str) -> str | None:
    for name in names:
        value = fields.get(name)
        if found := ip(value):
            return found
    return None


def _by_code(code: object) -> str | None:
    """Judge an error code: 0 let them in; what stopped half way, at a second factor, did not."""
    text = word(code) or ""
    return ("success" if int(text) == 0 else "failure") if text.lstrip("-").isdecimal() and len(text) < 19 else None


def _by_word(told: object) -> str | None:
    text = (word(told) or "").lower().replace(" ", "")
    if text in _NOT_TOLD or not text:
        return None
    return "success" if text in _SUCCESS else "partial" if text in _PARTIAL else "failure"


def _device(fields: Fields) -> str | None:
    device = opened(fields.get("devicedetail"))
    if not isinstance(device, dict):
        device = {"browser": fields.get("browser"), "operatingSystem": fields.get("operatingsystem")}
    told = [word(device.get(name)) for name in ("browser", "operatingSystem")]
    return ", ".join(name for name in told if name) or None


def _detail(fields: Fields, name: str, column: str = "additionaldetails") -> str | None:
    """Give one of the pairs of key and value that a record carries beside its fields."""
    details = opened(fields.get(column))
    for pair in details if isinstance(details, list) else []:
        if isinstance(pair, dict) and str(pair.get("key", pair.get("Key"))).lower() == name.lower():
            return word(pair.get("value", pair.get("Value")))
    return None


def _target(fields: Fields) -> str | None:
    targets = opened(fields.get("targetresources"))
    first = targets[0] if isinstance(targets, list) and targets else {}
    names = [first.get(key) for key in ("userPrincipalName", "displayName", "id")] if isinstance(first, dict) else []
    names += [fields.get(f"target1{name}") for name in ("userprincipalname", "displayname", "objectid")]
    return next((told for name in names if (told := word(name))), None)


def _whole(value: object) -> int | None:
    text = word(value) or ""
    return int(text) if text.isdigit() and len(text) < 19 else None
