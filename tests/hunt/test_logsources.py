"""Rules as the public writes them fire on the events that our readers give, whatever export those came in."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evtx_sample import event, log

from unsealed.case import Case
from unsealed.hunt import logsources, sigma, tree
from unsealed.hunt.evaluate import fire, paths
from unsealed.hunt.logsources import Field, Variant
from unsealed.query import engine
from unsealed.read import read
from unsealed.read.windows import event as windows_event

if TYPE_CHECKING:
    from collections.abc import Iterable

AT = "2024-05-01T09:00:00"
Record = dict[str, Any]


def lines(*records: Record) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def table(*records: Record) -> str:
    out = io.StringIO()
    names = list(dict.fromkeys(name for record in records for name in record))
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows({k: json.dumps(v) if isinstance(v, (list, dict)) else v for k, v in r.items()} for r in records)
    return out.getvalue()


def audit(number: int, operation: str, workload: str = "Exchange", **more: Any) -> Record:
    return {
        "CreationTime": AT, "Id": f"m-{number}", "Operation": operation, "Workload": workload, "RecordType": 1,
        "UserId": "Ren@agency.example", "UserKey": "k", "ResultStatus": "Succeeded", "ClientIP": "203.0.113.9:5000", **more,
    }  # fmt: skip


FORWARD = [{"Name": "Identity", "Value": "x"}, {"Name": "ForwardTo", "Value": "thief@evil.example"}]
INSIDE = [{"Name": "Identity", "Value": "x"}, {"Name": "ForwardTo", "Value": "mio@agency.example"}]
CONSENT = {
    "ModifiedProperties": [{"Name": "ConsentContext.IsAdminConsent", "NewValue": "False", "OldValue": ""}],
    "Target": [{"ID": "Notes", "Type": 1}],
    "ExtendedProperties": [{"Name": "extendedAuditEventCategory", "Value": "ServicePrincipal"}],
}


def signin(number: int, code: int = 0, **more: Any) -> Record:
    return {
        "id": f"s-{number}", "createdDateTime": f"{AT}Z", "userPrincipalName": "ren@agency.example", "appId": "app-1",
        "appDisplayName": "Office 365", "ipAddress": "203.0.113.9", "conditionalAccessStatus": "notApplied",
        "status": {"errorCode": code, "failureReason": "Blocked" if code else "Other."},
        "deviceDetail": {"isCompliant": code == 0, "trustType": ""}, **more,
    }  # fmt: skip


def directory(number: int, activity: str, **more: Any) -> Record:
    return {
        "id": f"d-{number}", "activityDateTime": f"{AT}Z", "activityDisplayName": activity, "category": "RoleManagement",
        "loggedByService": "Core Directory", "result": "success", "initiatedBy": {"user": {"userPrincipalName": "a@b.example"}},
        "targetResources": [{"displayName": "x", "type": "User", "modifiedProperties": [
            {"displayName": "Role.DisplayName", "oldValue": None, "newValue": '"Exchange Administrator"'}]}], **more,
    }  # fmt: skip


def monitored(record: Record, category: str, operation: str) -> Record:
    time = record.get("createdDateTime") or record["activityDateTime"]
    code = str((record.get("status") or {}).get("errorCode", ""))
    return {
        "time": time, "resourceId": "/tenants/t/providers/Microsoft.aadiam", "category": category,
        "operationName": operation, "resultType": code, "properties": record,
    }  # fmt: skip


def activity(number: int, application: str, name: str, parameters: Any) -> Record:
    return {
        "kind": "admin#reports#activity", "id": {"time": f"{AT}Z", "uniqueQualifier": str(number), "applicationName": application},
        "actor": {"email": "ren@agency.example"}, "events": [{"type": "t", "name": name, "parameters": parameters}],
    }  # fmt: skip


def flat(number: int, channel: str, event_id: int, **data: Any) -> Record:
    return {
        "EventID": event_id, "Channel": channel, "SourceName": "Source", "Hostname": "mx1", "RecordNumber": number,
        "@timestamp": f"{AT}Z", **data,
    }  # fmt: skip


SYSMON = "Microsoft-Windows-Sysmon/Operational"
WINLOG = {
    "@timestamp": f"{AT}Z",
    "winlog": {"channel": SYSMON, "event_id": 1, "record_id": 7, "computer_name": "mx2", "provider_name": "Microsoft-Windows-Sysmon",
               "event_data": {"Image": "C:\\Temp\\rclone.exe", "CommandLine": "rclone copy"}},
}  # fmt: skip
XML = (
    "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2024-05-01T09:00:00Z'/>"
    f"<EventRecordID>9</EventRecordID><Channel>{SYSMON}</Channel><Computer>mx3</Computer></System><EventData>"
    "<Data Name='Image'>C:\\Temp\\rclone.exe</Data><Data Name='CommandLine'>rclone copy</Data></EventData></Event>\n"
)
IIS = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2024-05-01 00:00:00\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus "
    "sc-win32-status time-taken\n"
    "2024-05-01 09:00:00 10.0.0.1 POST /owa/auth/shell.aspx - 443 - 203.0.113.9 python-requests/2.25+x 200 0 0 5\n"
    "2024-05-01 09:00:01 10.0.0.1 GET /owa/auth/logon.aspx url=a 443 - 203.0.113.9 Mozilla/5.0+(X) 404 0 0 5\n"
)
ACCESS = (
    '203.0.113.9 - - [01/May/2024:09:00:00 +0000] "POST /owa/auth/shell.aspx HTTP/1.1" 200 5 "-" "python-requests/2.25 x"\n'
    '203.0.113.9 - - [01/May/2024:09:00:01 +0000] "GET /webmail/ HTTP/1.1" 404 5 "-" "Mozilla/5.0 (X)"\n'
)
SYSLOG = (
    "2024-05-01T09:00:00+00:00 mx1 sshd[5]: Invalid user oracle from 203.0.113.9 port 22\n"
    "2024-05-01T09:00:01+00:00 mx1 postfix/smtpd[6]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: x\n"
    "2024-05-01T09:00:02+00:00 mx1 dovecot: imap-login: Login: user=<ren@agency.example>, method=PLAIN, "
    "rip=203.0.113.9, lip=10.0.0.1, session=<a1>\n"
)
MAIL = (
    b"From: Ren Hoshino <ren@evil.example>\r\nReply-To: other@free.example\r\nTo: Mio <mio@agency.example>\r\nSubject: Invoice\r\n"
    b"Date: Wed, 1 May 2024 09:00:00 +0000\r\nMessage-ID: <a@evil.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--b\r\n'
    b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="a.iso"\r\n\r\nx\r\n--b\r\n'
    b'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="b.txt"\r\n\r\nsecret word\r\n--b--\r\n'
)
EVTX = [
    (1, event(1, 1, channel=SYSMON, Image="C:\\Temp\\rclone.exe", CommandLine="rclone copy")),
    (2, event(2, 1, channel=SYSMON, Image="C:\\Windows\\notepad.exe", CommandLine="notepad rclone")),
]
SENTINEL_AUDIT = [
    {"TimeGenerated": f"{AT}Z", "OfficeWorkload": "Exchange", "Operation": "New-InboxRule", "OfficeId": "o-1",
     "UserId": "ren@agency.example",
     "Client_IPAddress": "203.0.113.9", "Parameters": FORWARD, "ResultStatus": "True"},
    {"TimeGenerated": f"{AT}Z", "OfficeWorkload": "Exchange", "Operation": "New-InboxRule", "OfficeId": "o-2",
     "UserId": "ren@agency.example",
     "Client_IPAddress": "203.0.113.9", "Parameters": INSIDE, "ResultStatus": "True"},
]  # fmt: skip
SENTINEL_SIGNIN = [
    {"TimeGenerated": f"{AT}Z", "CreatedDateTime": f"{AT}Z", "Id": f"t-{code}", "Type": "SigninLogs", "ResultType": str(code),
     "UserPrincipalName": "ren@agency.example", "AppDisplayName": "Office 365", "IPAddress": "203.0.113.9", "AppId": "app-1",
     "DeviceDetail": {"isCompliant": code == 0}, "Status": {"errorCode": code}}
    for code in (53003, 0)
]  # fmt: skip
EVIDENCE: dict[str, str | bytes] = {
    "audit_api.json": lines(
        audit(1, "New-InboxRule", Parameters=FORWARD),
        audit(2, "New-InboxRule", Parameters=INSIDE),
        audit(3, "Consent to application.", "AzureActiveDirectory", **CONSENT),
        audit(4, "Add user.", "AzureActiveDirectory"),
        audit(5, "UserLoginFailed", "AzureActiveDirectory", ErrorNumber="53003", LogonError="Blocked"),
        audit(6, "UserLoggedIn", "AzureActiveDirectory", ErrorNumber="0"),
        audit(7, "AlertTriggered", "SecurityComplianceCenter", Name="Suspicious inbox forwarding"),
        audit(8, "AlertTriggered", "SecurityComplianceCenter", Name="Another alert"),
    ),
    "audit.csv": table(*(
        {"CreationDate": AT, "AuditData": audit(n, "New-InboxRule", Parameters=p)} for n, p in ((11, FORWARD), (12, INSIDE)))),
    "audit_graph.json": lines(*(
        {"id": f"m-{n}", "createdDateTime": AT, "operation": "New-InboxRule", "auditData": audit(n, "New-InboxRule", Parameters=p)}
        for n, p in ((21, FORWARD), (22, INSIDE)))),
    "audit_text.json": lines(audit(31, "New-InboxRule", Parameters=json.dumps(FORWARD)), audit(32, "New-InboxRule", Parameters="[]")),
    "audit_sentinel.csv": table(*SENTINEL_AUDIT),
    "signin_graph.json": lines(signin(1, 53003), signin(2)),
    "signin_monitor.json": lines(*(monitored(signin(n, code), "SignInLogs", "Sign-in activity") for n, code in ((3, 53003), (4, 0)))),
    "signin_sentinel.csv": table(*SENTINEL_SIGNIN),
    "signin_portal.csv": table(*(
        {"Date (UTC)": f"{AT}Z", "Request ID": f"p-{code}", "Username": "ren@agency.example", "Application": "Office 365",
         "IP address": "203.0.113.9", "Status": "Failure" if code else "Success", "Sign-in error code": code,
         "Compliant": "" if code == 0 else "No"} for code in (53003, 0))),
    "audit_entra_graph.json": lines(directory(1, "Add member to role"), directory(2, "Add member to group", targetResources=[])),
    "audit_entra_monitor.json": lines(*(
        monitored(directory(n, name), "AuditLogs", name) for n, name in ((3, "Add member to role"), (4, "Add group")))),
    "audit_entra_sentinel.csv": table(*(
        {"TimeGenerated": f"{AT}Z", "Id": f"e-{n}", "OperationName": name, "InitiatedBy": {"user": {}}, "Category": "RoleManagement",
         "TargetResources": directory(n, name)["targetResources"], "Result": "success"}
        for n, name in ((5, "Add member to role"), (6, "Add group")))),
    "google.json": lines(
        activity(1, "admin", "CHANGE_APPLICATION_SETTING", [
            {"name": "SETTING_NAME", "value": "ContextAwareAccess off"}, {"name": "NEW_VALUE", "value": "false"}]),
        activity(2, "admin", "CHANGE_APPLICATION_SETTING", [{"name": "SETTING_NAME", "value": "Another"}]),
        activity(3, "user_accounts", "email_forwarding_out_of_domain", [
            {"name": "email_forwarding_destination_address", "value": "x@evil.example"}]),
        activity(4, "login", "login_success", []),
        activity(5, "token", "authorize", [{"name": "scope_data", "multiMessageValue": [
            {"parameter": [{"name": "scope_name", "value": "https://mail.google.com/"}]}]}]),
    ),
    "google_flat.json": lines(
        activity(6, "admin", "CHANGE_APPLICATION_SETTING", {"SETTING_NAME": "ContextAwareAccess off"}),
        activity(7, "admin", "CHANGE_APPLICATION_SETTING", {"SETTING_NAME": "Another"}),
    ),
    "google_bigquery.json": lines(*(
        {"time_usec": "1714554000000000", "email": "ren@agency.example", "event_name": "CHANGE_APPLICATION_SETTING", "event_type": "t",
         "record_type": "admin", "unique_identifier": str(n), "admin": {"setting_name": name}}
        for n, name in ((8, "ContextAwareAccess off"), (9, "Another")))),
    "sysmon.evtx": log(EVTX),
    "windows_flat.json": lines(
        flat(1, SYSMON, 1, Image="C:\\Temp\\rclone.exe", CommandLine="rclone copy"),
        flat(2, SYSMON, 12, EventType="CreateKey", TargetObject="HKLM\\x\\Run\\y"),
        flat(3, SYSMON, 12, EventType="DeleteKey", TargetObject="HKLM\\x\\Run\\z"),
        flat(4, "Security", 4688, NewProcessName="C:\\Temp\\rclone.exe", CommandLine="rclone copy", MandatoryLabel="S-1-16-12288"),
        flat(5, "Security", 5156, Application="\\device\\x\\rclone.exe", DestAddress="203.0.113.9", DestPort="443", Direction="%%14593"),
        flat(6, "Microsoft-Windows-PowerShell/Operational", 4104, ScriptBlockText="Invoke-Evil"),
        flat(7, "MSExchange Management", 1, Message="New-MailboxExportRequest -Mailbox x"),
    ),
    "winlogbeat.json": lines(WINLOG),
    "windows.xml": XML,
    "u_ex240501.log": IIS,
    "access.log": ACCESS,
    "mail.log": SYSLOG,
    "letter.eml": MAIL,
}  # fmt: skip
RCLONE = "Image|endswith: '\\rclone.exe'\n    CommandLine|contains: copy"
SHELL = (
    "cs-method: POST\n    "
    "cs-uri-query|contains: /owa/auth/shell\n    "
    "cs-user-agent|contains: 'python-requests/2.25 x'\n    "
    "sc-status: 200"
)
RULES: list[tuple[str, str, dict[str, int]]] = [
    ("{product: m365, service: audit}", "Operation: New-InboxRule\n    ForwardTo|endswith: '@evil.example'",
     {"audit_api.json": 1, "audit.csv": 1, "audit_graph.json": 1, "audit_text.json": 1, "audit_sentinel.csv": 1}),
    ("{product: m365, service: exchange}", ("eventSource: Exchange\n    "
     "eventName: New-InboxRule\n    "
     "status: success\n    "
     "Parameters|contains: evil.example"),
     {"audit_api.json": 1, "audit.csv": 1, "audit_graph.json": 1, "audit_text.json": 1, "audit_sentinel.csv": 1}),
    ("{product: m365, service: audit}", ("ResultStatus: Success\n    "
     "ClientIP|cidr: 203.0.113.0/24\n    "
     "Operation: UserLoggedIn"), {"audit_api.json": 1}),
    ("{product: m365, service: threat_management}", ("eventSource: SecurityComplianceCenter\n    "
     "eventName: Suspicious inbox forwarding\n    "
     "status: success"),
     {"audit_api.json": 1}),
    ("{product: azure, service: auditlogs}", "properties.message: Consent to application", {"audit_api.json": 1}),
    ("{product: azure, service: auditlogs}", "ConsentContext.IsAdminConsent: 'false'", {"audit_api.json": 1}),
    ("{product: azure, service: auditlogs}", "operationName: Add member to role\n    properties.targetResources|contains: Administrator",
     {"audit_entra_graph.json": 1, "audit_entra_monitor.json": 1, "audit_entra_sentinel.csv": 1}),
    ("{product: azure, service: auditlogs}", ("Category: RoleManagement\n    "
     "OperationName|contains|all: [Add, member to role]\n    "
     "TargetResources.ModifiedProperties.NewValue|contains: Exchange"),
     {"audit_entra_graph.json": 1, "audit_entra_monitor.json": 1, "audit_entra_sentinel.csv": 1}),
    ("{product: azure, service: signinlogs}", "ResultType: 53003",
     {"audit_api.json": 1, "signin_graph.json": 1, "signin_monitor.json": 1, "signin_sentinel.csv": 1, "signin_portal.csv": 1}),
    ("{product: azure, service: signinlogs}", "DeviceDetail.isCompliant: 'false'\n    Status: Failure",
     {"signin_graph.json": 1, "signin_monitor.json": 1, "signin_sentinel.csv": 1, "signin_portal.csv": 1}),
    ("{product: gcp, service: google_workspace.admin}", ("eventService: admin.googleapis.com\n    "
     "eventName: CHANGE_APPLICATION_SETTING\n    "
     "setting_name|startswith: ContextAwareAccess"),
     {"google.json": 1, "google_flat.json": 1, "google_bigquery.json": 1}),
    ("{product: gcp, service: google_workspace.login}", ("protoPayload.serviceName: login.googleapis.com\n    "
     "protoPayload.metadata.event.eventName: email_forwarding_out_of_domain"),
     {"google.json": 1}),
    ("{product: gcp, service: google_workspace.token}", "scope_data.scope_name: https://mail.google.com/", {"google.json": 1}),
    ("{product: windows, category: process_creation}", RCLONE,
     {"sysmon.evtx": 1, "windows_flat.json": 2, "winlogbeat.json": 1, "windows.xml": 1}),
    ("{product: windows, category: process_creation}", "IntegrityLevel: High\n    Image|endswith: rclone.exe", {"windows_flat.json": 1}),
    ("{product: windows, category: registry_add}", "TargetObject|contains: '\\Run\\'", {"windows_flat.json": 1}),
    ("{product: windows, category: registry_delete}", "TargetObject|contains: '\\Run\\'", {"windows_flat.json": 1}),
    ("{product: windows, category: registry_event}", "TargetObject|contains: '\\Run\\'", {"windows_flat.json": 2}),
    ("{product: windows, category: network_connection}", ("Initiated: 'true'\n    "
     "DestinationIp|cidr: 203.0.113.0/24\n    "
     "DestinationPort: 443"), {"windows_flat.json": 1}),
    ("{product: windows, category: ps_script}", "ScriptBlockText|contains: invoke-evil", {"windows_flat.json": 1}),
    ("{product: windows, service: security}", "EventID: 4688", {"windows_flat.json": 1}),
    ("{product: windows}", "EventID: 4688", {"windows_flat.json": 1}),
    ("{product: windows, service: msexchange-management}", ("'|all':\n    "
     "  - New-MailboxExportRequest\n    "
     "  - ' -Mailbox '"), {"windows_flat.json": 1}),
    ("{category: webserver}", SHELL, {"u_ex240501.log": 1, "access.log": 1}),
    ("{category: webserver, product: apache}", "cs-uri-query|contains: /owa/", {"access.log": 1}),
    ("{category: proxy}", "cs-method: [GET, POST]", {}),
    ("{product: linux, service: sshd}", "'|all': [Invalid user]", {"mail.log": 1}),
    ("{product: postfix}", "operation: sasl_failed\n    sasl_method: LOGIN", {"mail.log": 1}),
    ("{product: dovecot}", "operation: login\n    method: PLAIN\n    user_domain: agency.example", {"mail.log": 1}),
    ("{product: unsealed, category: mail}", ("from_domain: evil.example\n    "
     "reply_to_domain: free.example\n    "
     "to: mio@agency.example\n    "
     "attachment_filename|endswith: .iso"),
     {"letter.eml": 1}),
    ("{product: unsealed, category: mail}", "attachment.filename|endswith: .iso\n    attachment.text|contains: secret", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, int]]:
    """Read all evidence, try all rules; give how many events of which file each rule hits."""
    folder = tmp_path_factory.mktemp("logsources")
    (folder / "evidence").mkdir()
    (folder / "rules").mkdir()
    for name, held in EVIDENCE.items():
        (folder / "evidence" / name).write_bytes(held if isinstance(held, bytes) else held.encode())
    for number, (source, selection, _) in enumerate(RULES):
        text = f"title: rule {number:03}\nlogsource: {source}\ndetection:\n  selection:\n    {selection}\n  condition: selection\n"
        (folder / "rules" / f"{number:03}.yml").write_text(text)
    loaded = sigma.load([folder / "rules"])
    assert not loaded.unusable
    case = Case.create(folder / "case", "Example")
    with case.lock():
        read(case, [folder / "evidence"], workers=0)
    found: list[dict[str, int]] = [{} for _ in RULES]
    with engine(case) as db:
        fire(db, loaded.rules)
        hits = db.rows("""
            SELECT rule, regexp_extract(path, '[^/]+$') AS file, count(*) AS n FROM sigma_hits h LEFT JOIN events USING (event_id)
            LEFT JOIN messages m ON m.message_id = h.message_id
            JOIN evidence x ON x.evidence_id = coalesce(events.evidence_id, m.evidence_id) GROUP BY ALL""")
        for hit in hits:
            found[int(loaded.rules[hit["rule"]].title[-3:])][hit["file"]] = hit["n"]
    return found


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda n: RULES[n][0] + RULES[n][1][:40])
def test_a_public_rule_fires_on_every_form_of_its_log(fired: list[dict[str, int]], number: int) -> None:
    assert fired[number] == RULES[number][2]


@pytest.mark.parametrize("source", logsources.every(), ids=lambda s: f"{s.product}-{s.category}-{s.service}")
def test_every_log_source_has_rows_or_a_reason(source: logsources.LogSource) -> None:
    assert bool(source.variants) != bool(source.reason)
    for variant in source.variants:
        assert all(variant.field(test.field or "") for test in tree.tests(variant.where)), variant.name


def test_a_log_source_that_nobody_has_is_told_with_what_was_named() -> None:
    assert logsources.find("acme", None, "audit") == ()
    assert "product acme, service audit" in logsources.why("acme", None, "audit")
    assert logsources.why("okta", None, "okta") == "the system log of Okta is not read"
    assert logsources.why("m365", None, "audit") == ""
    assert "names no log source" in logsources.why(None, None, None)


def test_the_word_of_a_log_source_is_taken_in_any_case() -> None:
    assert (
        logsources.find("Windows", "Process_Creation", None)
        == logsources.find("windows", "process_creation", None)
        != ()
    )


def test_every_column_that_a_field_names_is_there(empty_case: Case) -> None:
    with engine(empty_case) as db:
        events = {*db.table("SELECT * FROM events").schema.names, *logsources.DERIVED}
        columns = {"events": events, "messages": {*db.table(logsources.MESSAGES).schema.names}}
    for variant in _variants():
        for field in variant.fields.values():
            assert field.column is None or field.column in columns[variant.table], (variant.name, field)
        assert {*variant.keywords} <= columns[variant.table]


def _variants() -> Iterable[Variant]:
    return {variant.name: variant for source in logsources.every() for variant in source.variants}.values()


@pytest.mark.parametrize(
    "channel",
    [
        "Security",
        SYSMON,
        "Windows PowerShell",
        "MSExchange Management",
        "Microsoft-Windows-Windows Defender/Operational",
        "A/B (c)" * 12,
    ],
)
def test_channels_have_the_names_that_the_readers_give_them(channel: str) -> None:
    told = windows_event.Event("1", channel, "", "", "", None)
    assert logsources.slug(channel) == windows_event.source(told)


def test_a_rule_is_said_in_the_words_of_the_log() -> None:
    _, unified = logsources.find("azure", None, "auditlogs")
    said = unified.adapt(tree.Test("properties.message", "equals", "Add member to role"))
    assert said == tree.Or(
        tuple(tree.Test("properties.message", "equals", f"Add member to role{end}") for end in ("", "."))
    )
    assert unified.adapt(tree.Test("properties.message", "exists")) == tree.Test("properties.message", "exists")
    assert unified.adapt(tree.Test(None, "contains", "role")) == tree.Test(None, "contains", "role")
    assert unified.field("properties.message") == Field("operation")


def test_what_a_field_may_also_mean_is_not_asked_of_its_absence() -> None:
    iis = logsources.find(None, "webserver", None)[0]
    assert iis.adapt(tree.Test("cs-uri-query", "exists")) == tree.Test("cs-uri-query", "exists")
    assert isinstance(iis.adapt(tree.Test("cs-uri-query", "contains", "x")), tree.Or)
    assert isinstance(logsources.find("m365", None, "audit")[0].where, (tree.Test, tree.Not))


@given(st.text(max_size=20), st.sampled_from(["m365", "google", "windows", "iis", "entra_audit"]))
def test_any_name_of_a_field_gives_paths_that_lead_to_it(name: str, variant: str) -> None:
    """A name with slashes, tildes or dots in it finds the key of just that name at the top of a record."""
    found = next(one for one in _variants() if one.name == variant or one.name.startswith(variant)).field(name)
    if found is None or found.column or not found.paths:
        return
    led = [value for path in found.paths for value in paths.dig({name: "here"}, paths.steps(path))]
    assert "here" in led or name.lower().startswith(
        ("properties.", "protopayload.", "azure.", "event.", "parameters.", "google_")
    )
