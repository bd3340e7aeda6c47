"""Outlook on the web, EWS, ActiveSync, MAPI and RPC over HTTP, where web server or Exchange logs alone show them.

No log names what was read. Which requests can give a letter is told by address and command: ActiveSync's `Cmd`
(https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-ashttp), the operation of EWS
(https://learn.microsoft.com/exchange/client-developer/web-service-reference/ews-operations-in-exchange), `action` of Outlook
on the web, MAPI's `emsmdb` against `nspi` (https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmapihttp).
Answers go out compressed (https://learn.microsoft.com/iis/configuration/system.webserver/httpcompression/), so that their
size is allowed a factor.
"""

from collections.abc import Iterable

from unsealed.expose import unseen
from unsealed.expose.told import field
from unsealed.expose.ways.way import Way
from unsealed.query import Engine, literal

SOURCES = (
    "iis",
    "access_log",
    "exchange_httpproxy",
    "exchange_ews",
    "exchange_mapi",
    "exchange_rpc",
    "exchange_ecp",
    "exchange_owa",
    "exchange_activesync",
)
COMPRESSION = 20
"""Mail text is seldom compressed to less than a tenth; twice that is allowed for."""
_SYNC_NONE = ("ping", "provision", "settings", "foldersync", "foldercreate", "folderupdate", "folderdelete", "getitemestimate",
              "moveitems", "meetingresponse", "resolverecipients", "sendmail", "validatecert", "options", "autodiscover")  # fmt: skip
_EWS_NONE = ("getfolder", "findfolder", "syncfolderhierarchy", "createfolder", "updatefolder", "deletefolder", "movefolder",
             "emptyfolder", "resolvenames", "expanddl", "getuseravailability", "getuseravailabilityrequest", "getservertimezones",
             "getrooms", "getroomlists", "getuseroofsettings", "getuseroofsettingsrequest", "setuseroofsettings", "getinboxrules",
             "updateinboxrules", "getdelegate", "adddelegate", "removedelegate", "updatedelegate", "getmailtips",
             "getserviceconfiguration", "subscribe", "unsubscribe", "getevents", "getstreamingevents", "deleteitem", "moveitem",
             "archiveitem", "markalltemsasread", "markasjunk", "getuserconfiguration", "createuserconfiguration", "getuserphoto",
             "updateuserconfiguration", "findpeople", "getpersona", "convertid", "getclientaccesstoken",
             "getappmanifests", "getpasswordexpirationdate", "getuserretentionpolicytags", "getsearchablemailboxes")  # fmt: skip
_OWA_NONE = (*_EWS_NONE, "getowauserconfiguration", "subscribetonotification", "unsubscribetonotification", "logdatapoint",
             "ping", "keepalive", "getpeoplefilters", "getcalendarfolders", "getcalendarview", "getreminders", "gettimezone",
             "gettimezoneoffsets", "getfoldermruconfiguration", "instantmessagesignin", "getgroups", "getbposnavbardata",
             "getbposshellinfonavbardata", "getbposshellinfonavbardataasync", "getnlpromptsinfo", "performinstantsearchwarmup",
             "getpendingnotification", "setuseroptions", "getmailboxregionalconfiguration", "setmailboxregionalconfiguration",
             "getextensibilitycontext", "processsuitestorage", "logerror", "getuserpicture")  # fmt: skip


def _among(names: Iterable[str]) -> str:
    return "(" + ", ".join(map(literal, names)) + ")"


_STATUS = f"TRY_CAST(coalesce({field('sc-status')}, {field('HttpStatus')}, {field('status')}) AS INTEGER)"
_STEM = "lower(split_part(coalesce(e.target, ''), '?', 1))"
_LET_IN = f"(coalesce({_STATUS} BETWEEN 200 AND 299, TRUE) AND NOT regexp_matches({_STEM}, '^/owa/auth[/.]|/logon\\.aspx|/logoff'))"
"""The answer to a sign-in form is the same redirect whether it let somebody in or not."""
_CMD = "lower(regexp_extract(coalesce(e.target, ''), '(?i)[?&;]cmd=(\\w+)', 1))"
_ACTION = (
    "lower(coalesce(nullif(regexp_extract(coalesce(e.target, ''), '(?i)[?&;]action=(\\w+)', 1), ''),"
    " regexp_extract(coalesce(e.target, ''), '(?i)/service\\.svc/s/(\\w+)', 1)))"
)
_OWA = r"/ev\.owa|[?&]ae=(item|premodule|preformaction|dialog)|/attachment\.ashx|/sessiondata\.ashx|getfileattachment|/webreadyview"
"""What of Outlook on the web, beside its service, gives letters: older versions' pages, attachments, the first list."""
_METHOD = "upper(coalesce(e.operation, ''))"
_GIVES = f"""CASE
    WHEN e.source = 'exchange_ews' THEN lower(coalesce(e.operation, '')) NOT IN {_among(_EWS_NONE)}
    WHEN e.source = 'exchange_mapi' THEN lower(coalesce(e.operation, 'execute')) IN ('execute', '')
    WHEN e.source = 'exchange_rpc' THEN lower(coalesce(e.operation, '')) NOT IN ('connect', 'disconnect', 'ownerlogon')
    WHEN e.workload = 'activesync' THEN {_METHOD} <> 'OPTIONS' AND {_CMD} NOT IN {_among(_SYNC_NONE)}
    WHEN e.workload = 'ews' THEN {_METHOD} <> 'GET' OR regexp_matches({_STEM}, '/s/')
    WHEN e.workload = 'mapi' THEN NOT contains({_STEM}, '/nspi')
    WHEN e.workload = 'rpc' THEN NOT regexp_matches(coalesce(e.target, ''), ':6004|:593')
    WHEN e.workload IN ('rest', 'webmail') THEN TRUE
    WHEN e.workload <> 'owa' THEN FALSE
    WHEN regexp_matches({_STEM}, '/service\\.svc') THEN {_ACTION} NOT IN {_among(_OWA_NONE)}
    WHEN regexp_matches({_STEM}, '^/(exchange|exadmin|exchweb)/') THEN {_STEM} NOT SIMILAR TO '.*\\.(js|css|gif|png|htc|ico)'
    ELSE regexp_matches(lower(coalesce(e.target, '')), '{_OWA}')
    END"""
"""A request that can have had a letter, or a part of one, in its answer."""


def entered(db: Engine) -> None:
    """Let only answers that came from inside show that somebody was in a mailbox: no sign-in form, no redirect."""
    db.execute("DELETE FROM came WHERE way = 'exchange_http'")
    db.execute(f"""
        INSERT INTO came
        SELECT DISTINCT s.box, s.way, s.source, s.us, s.event_id FROM seats s JOIN events e USING (event_id)
        WHERE s.way = 'exchange_http' AND s.inside AND s.box LIKE '%@%' AND {_LET_IN}""")


def requests(db: Engine) -> None:
    """Take each request that can give a letter for a visit, bounded by its answer's size, and judge what was there."""
    unseen.begin(db)
    db.execute(f"""
        INSERT INTO visits (mailbox, low, high, bytes, whole, event_id)
        SELECT s.box, s.us, s.us, e.bytes_out * {COMPRESSION}, FALSE, e.event_id
        FROM seats s JOIN events e USING (event_id)
        WHERE s.way = 'exchange_http' AND s.inside AND s.box LIKE '%@%' AND {_LET_IN} AND ({_GIVES})""")
    unseen.judge(db, "exchange_http", "the web")


WAY = Way(sources=SOURCES, widens=(entered,), could=(requests,))
