"""Lines of Exchange's logs whose `#Fields:` line was lost, as log shippers leave them: told by their shape.

The columns are those of Exchange Server 2016 and later.
"""

import re
from dataclasses import dataclass

from unsealed.read.fields_log import Header

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z,"
_POP_PORTS = frozenset({"110", "995", "1110", "1995"})


@dataclass(frozen=True)
class Headless:
    """One form of line, and the columns that it has."""

    pattern: re.Pattern[str]
    fields: tuple[str, ...]
    log_type: str


TRACKING = Headless(
    re.compile(_TIME + r"(?:[^,]*,){4}.*,(?:SMTP|STOREDRIVER|ROUTING|AGENT|DSN|ADMIN|GATEWAY|PICKUP|BOOTLOADER|APPROVAL|"
               r"MAILBOXRULE|MEETINGMESSAGEPROCESSOR|ORAR|PUBLICFOLDER|QUEUE|REDUNDANCY|RESOLVER|SAFETYNET),[A-Z]{3,30},"),
    ("date-time", "client-ip", "client-hostname", "server-ip", "server-hostname", "source-context", "connector-id", "source",
     "event-id", "internal-message-id", "message-id", "network-message-id", "recipient-address", "recipient-status",
     "total-bytes", "recipient-count", "related-recipient-address", "reference", "message-subject", "sender-address",
     "return-path", "message-info", "directionality", "tenant-id", "original-client-ip", "original-server-ip", "custom-data",
     "transport-traffic-type", "log-id", "schema-version"),
    "Message Tracking Log",
)  # fmt: skip
MAIL_PROGRAM = Headless(
    re.compile(_TIME + r"[0-9A-F]{8,16},\d+,[^,]*:\d+,[^,]*:\d+,[^,]*,\d*,\d*,\d*,\w*,"),
    ("dateTime", "sessionId", "seqNumber", "sIp", "cIp", "user", "duration", "rqsize", "rpsize", "command", "parameters",
     "context", "puid"),
    "IMAP4 Protocol Log",
)  # fmt: skip
SMTP = Headless(
    re.compile(_TIME + r"[^,]*,[0-9A-F]{8,16},\d+,[^,]*,[^,]*,[-+*<>],"),
    ("date-time", "connector-id", "session-id", "sequence-number", "local-endpoint", "remote-endpoint", "event", "data",
     "context"),
    "SMTP Receive Protocol Log",
)  # fmt: skip
PROXY = Headless(
    re.compile(_TIME + r"[0-9a-f-]{36},1\d,\d+,\d+,\d+,(?:[^,]*|\"[^\"]*\"),[A-Za-z]+,[^,/]*,/"),
    ("DateTime", "RequestId", "MajorVersion", "MinorVersion", "BuildVersion", "RevisionVersion", "ClientRequestId", "Protocol",
     "UrlHost", "UrlStem", "ProtocolAction", "AuthenticationType", "IsAuthenticated", "AuthenticatedUser", "Organization",
     "AnchorMailbox", "UserAgent", "ClientIpAddress", "ServerHostName", "HttpStatus", "BackEndStatus", "ErrorCode", "Method",
     "ProxyAction", "TargetServer", "TargetServerVersion", "RoutingType", "RoutingHint", "BackEndCookie", "ServerLocatorHost",
     "ServerLocatorLatency", "RequestBytes", "ResponseBytes", "TargetOutstandingRequests", "AuthModulePerfContext",
     "HttpPipelineLatency", "CalculateTargetBackEndLatency", "GlsLatencyBreakup", "TotalGlsLatency",
     "AccountForestLatencyBreakup", "TotalAccountForestLatency", "ResourceForestLatencyBreakup",
     "TotalResourceForestLatency", "ADLatency", "SharedCacheLatencyBreakup", "TotalSharedCacheLatency",
     "ActivityContextLifeTime", "ModuleToHandlerSwitchingLatency", "ClientReqStreamLatency", "BackendReqInitLatency",
     "BackendReqStreamLatency", "BackendProcessingLatency", "BackendRespInitLatency", "BackendRespStreamLatency",
     "ClientRespStreamLatency", "KerberosAuthHeaderLatency", "HandlerCompletionLatency", "RequestHandlerLatency",
     "HandlerToModuleSwitchingLatency", "ProxyTime", "CoreLatency", "RoutingLatency", "HttpProxyOverhead", "TotalRequestTime",
     "RouteRefresherLatency", "UrlQuery", "BackEndGenericInfo", "GenericInfo", "GenericErrors", "EdgeTraceId", "DatabaseGuid",
     "UserADObjectGuid", "PartitionEndpointLookupLatency", "RoutingStatus"),
    "HttpProxy Logs",
)  # fmt: skip


def guess(line: str, forms: tuple[Headless, ...]) -> Header | None:
    """Give the columns of a line that has the shape of one of the forms."""
    found = next((form for form in forms if form.pattern.match(line[:65_536])), None)
    if found is None:
        return None
    kind = found.log_type
    if found is MAIL_PROGRAM and line.split(",", 4)[3].rpartition(":")[2] in _POP_PORTS:
        kind = "POP3 Protocol Log"
    if found is SMTP and (values := line.split(",", 6))[3] and "send connector" in values[1].lower():
        kind = "SMTP Send Protocol Log"
    return Header(found.fields, software="Microsoft Exchange Server", log_type=kind)
