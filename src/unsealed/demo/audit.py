"""Write audit records field by field as the Microsoft 365 unified audit log does."""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unsealed.demo.model import Record
from unsealed.demo.world import AGENCY_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from random import Random

    from unsealed.demo.model import Copy

TENANT = "cspa.onmicrosoft.example"
RECORD_TYPES = {
    "ExchangeAdmin": 1,
    "ExchangeItem": 2,
    "ExchangeItemGroup": 3,
    "SharePoint": 4,
    "SharePointFileOperation": 6,
    "AzureActiveDirectory": 8,
    "AzureActiveDirectoryStsLogon": 15,
    "MicrosoftTeams": 25,
    "ExchangeItemAggregated": 50,
    "ExchangeSearch": 142,
}
EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
OUTLOOK_MOBILE = "27922004-5251-4030-b22d-91ecd9a37ea4"
OUTLOOK_DESKTOP = "d3590ed6-52b3-4102-aeff-aad2292ab01c"
GRAPH_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
_FAILURES = {"50126": "InvalidUserNameOrPassword", "50053": "IdsLocked"}


@dataclass(frozen=True, slots=True)
class Client:
    """From where and with what somebody works: the context of an access."""

    address: str
    info: str
    app_id: str
    agent: str
    process: str | None = None
    session: str | None = None
    hand: str = "owner"


def stable_uuid(*texts: str) -> str:
    """Return a UUID that depends on the texts alone."""
    return str(uuid.UUID(bytes=hashlib.sha256("\0".join(texts).encode()).digest()[:16], version=4))


def _folder_id(mailbox: str, folder: str) -> str:
    digest = hashlib.sha256(f"{mailbox}\0{folder}".encode()).digest()
    return "LgAAAAB" + base64.b64encode(digest + digest[:9]).decode()[:45] + "AAAB"


def _item_id(message_id: str) -> str:
    digest = hashlib.sha256(message_id.encode()).digest()
    return "RgAAAAB" + base64.b64encode(digest + digest).decode()[:85].replace("=", "A") + "AAAJ"


class AuditLog:
    """The tenant's log as it happened: one entry a record, none twice."""

    def __init__(self, rng: Random) -> None:
        """Start an empty log."""
        self._rng = rng
        self.records: list[Record] = []

    def new_id(self) -> str:
        """Return a record or session id."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def add(
        self, time: datetime, type_name: str, user: str, operation: str, fields: dict[str, Any], *, hand: str
    ) -> Record:
        """Append a record with the fields that all records share."""
        record_id = self.new_id()
        shown = user.title() if "@" in user and self._rng.random() < 0.08 else user
        shown = shown.replace(AGENCY_DOMAIN.title(), AGENCY_DOMAIN)
        base = {
            "CreationTime": f"{time:%Y-%m-%dT%H:%M:%S}",
            "Id": record_id,
            "Operation": operation,
            "OrganizationId": stable_uuid(TENANT),
            "RecordType": RECORD_TYPES[type_name],
            "ResultStatus": "Succeeded",
            "UserKey": f"1003{hashlib.sha256(user.encode()).hexdigest()[:12].upper()}",
            "UserType": 0,
            "Version": 1,
            "Workload": "Exchange",
            "UserId": shown,
        }
        record = Record(time, record_id, type_name, shown, operation, base | fields, hand)
        self.records.append(record)
        return record

    def sign_in(self, time: datetime, user: str, client: Client, error: str = "0") -> Record:
        """Add a sign-in, or a failed one when `error` says why."""
        failed = error != "0"
        extended = [
            {"Name": "ResultStatusDetail", "Value": "UserError" if failed else "Success"},
            {"Name": "UserAgent", "Value": client.agent},
            {"Name": "UserAuthenticationMethod", "Value": "1"},
            {"Name": "RequestType", "Value": "OAuth2:Token" if failed else "Login:login"},
        ]
        device = [{"Name": "OS", "Value": "Windows 10"}, {"Name": "BrowserType", "Value": "Chrome"}]
        if client.session:
            device.append({"Name": "SessionId", "Value": client.session})
        fields: dict[str, Any] = {
            "ResultStatus": "Failed" if failed else "Success",
            "UserKey": stable_uuid("user", user),
            "Workload": "AzureActiveDirectory",
            "ClientIP": client.address,
            "ObjectId": EXCHANGE_ONLINE,
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": extended,
            "ModifiedProperties": [],
            "Actor": [{"ID": stable_uuid("user", user), "Type": 0}, {"ID": user, "Type": 5}],
            "ActorContextId": stable_uuid(TENANT),
            "ActorIpAddress": client.address,
            "InterSystemsId": self.new_id(),
            "IntraSystemId": self.new_id(),
            "SupportTicketId": "",
            "Target": [{"ID": EXCHANGE_ONLINE, "Type": 0}],
            "TargetContextId": stable_uuid(TENANT),
            "ApplicationId": client.app_id,
            "DeviceProperties": device,
            "ErrorNumber": error,
        }
        if failed:
            fields["LogonError"] = _FAILURES[error]
        operation = "UserLoginFailed" if failed else "UserLoggedIn"
        record = self.add(time, "AzureActiveDirectoryStsLogon", user, operation, fields, hand=client.hand)
        record.succeeded = not failed
        return record

    def _mailbox_fields(self, mailbox: str, client: Client) -> dict[str, Any]:
        digits = int(hashlib.sha256(mailbox.encode()).hexdigest()[:7], 16)
        sid = f"S-1-5-21-1004336348-1177238915-682003330-{digits}"
        fields: dict[str, Any] = {
            "AppId": client.app_id,
            "ClientAppId": client.app_id,
            "ClientIPAddress": client.address,
            "ClientInfoString": client.info,
            "ExternalAccess": False,
            "InternalLogonType": 0,
            "LogonType": 0,
            "LogonUserSid": sid,
            "MailboxGuid": stable_uuid("mailbox", mailbox),
            "MailboxOwnerSid": sid,
            "MailboxOwnerUPN": mailbox,
            "OrganizationName": TENANT,
            "OriginatingServer": f"TYXPR01MB{4000 + digits % 12} (15.20.6340.020)\r\n",
        }
        if client.process:
            fields |= {"ClientProcessName": client.process, "ClientVersion": "16.0.16130.20394"}
        if client.session:
            fields["SessionId"] = client.session
        return fields

    def bind(
        self, time: datetime, mailbox: str, client: Client, copies: Sequence[Copy], *, throttled: bool = False
    ) -> Record:
        """Add a MailItemsAccessed record of the Bind kind, its items gathered by folder."""
        by_folder: dict[str, list[dict[str, str | int]]] = {}
        for copy in copies:
            item: dict[str, str | int] = {"InternetMessageId": copy.letter.message_id}
            if self._rng.random() < 0.5:
                item["SizeInBytes"] = 2000 + len(copy.letter.text) * 3
            by_folder.setdefault(copy.folder, []).append(item)
        folders = [
            {"FolderItems": items, "Id": _folder_id(mailbox, folder), "Path": f"\\{folder}"}
            for folder, items in by_folder.items()
        ]
        fields = self._mailbox_fields(mailbox, client) | {
            "OperationProperties": _access_type("Bind", throttled=throttled),
            "Folders": folders,
            "OperationCount": len(copies),
        }
        return self.add(time, "ExchangeItemAggregated", mailbox, "MailItemsAccessed", fields, hand=client.hand)

    def sync(self, time: datetime, mailbox: str, client: Client, folder: str) -> Record:
        """Add a MailItemsAccessed record of the Sync kind, for one folder."""
        number = _folder_id(mailbox, folder)
        fields = self._mailbox_fields(mailbox, client) | {
            "OperationProperties": _access_type("Sync", throttled=False),
            "Item": {"Id": number, "ParentFolder": {"Id": number, "Name": folder, "Path": "Not Available"}},
        }
        return self.add(time, "ExchangeItem", mailbox, "MailItemsAccessed", fields, hand=client.hand)

    def attachment(self, time: datetime, mailbox: str, client: Client, copy: Copy) -> Record:
        """Add an AttachmentAccess record."""
        names = [
            {"AttachmentName": file.filename, "AttachmentSizeInBytes": len(file.content)}
            for file in copy.letter.attachments
        ]
        item = {
            "Attachments": names,
            "Id": _item_id(copy.letter.message_id),
            "InternetMessageId": copy.letter.message_id,
        }
        folder = {"Id": _folder_id(mailbox, copy.folder), "Path": f"\\{copy.folder}", "MessageItems": [item]}
        fields = self._mailbox_fields(mailbox, client) | {
            "AttachmentAccessType": "Bind",
            "Messages": [folder],
            "OperationCount": 1,
        }
        return self.add(time, "ExchangeItemAggregated", mailbox, "AttachmentAccess", fields, hand=client.hand)

    def send(self, time: datetime, mailbox: str, client: Client, copy: Copy) -> Record:
        """Add a Send record."""
        files = "; ".join(f"{file.filename} ({len(file.content)}b)" for file in copy.letter.attachments)
        item = {"Id": "Unknown", "InternetMessageId": copy.letter.message_id, "Subject": copy.letter.subject}
        if files:
            item = {"Attachments": files} | item
        fields = self._mailbox_fields(mailbox, client) | {"ClientIP": client.address, "Item": item}
        return self.add(time, "ExchangeItem", mailbox, "Send", fields, hand=client.hand)

    def removal(self, time: datetime, mailbox: str, client: Client, copy: Copy, operation: str) -> Record:
        """Add a MoveToDeletedItems, SoftDelete or HardDelete record."""
        folder = {"Id": _folder_id(mailbox, copy.folder), "Path": f"\\{copy.folder}"}
        item = {
            "Id": _item_id(copy.letter.message_id),
            "InternetMessageId": copy.letter.message_id,
            "ParentFolder": folder,
            "Subject": copy.letter.subject,
        }
        fields = self._mailbox_fields(mailbox, client) | {
            "ClientIP": client.address,
            "AffectedItems": [item],
            "CrossMailboxOperation": False,
            "Folder": folder,
        }
        if operation == "MoveToDeletedItems":
            fields["DestFolder"] = {"Id": _folder_id(mailbox, "Deleted Items"), "Path": "\\Deleted Items"}
        return self.add(time, "ExchangeItemGroup", mailbox, operation, fields, hand=client.hand)

    def rule(self, time: datetime, mailbox: str, client: Client, operation: str, settings: dict[str, str]) -> Record:
        """Add a New-InboxRule or Remove-InboxRule record."""
        name = settings.get("Name") or settings["Identity"].rsplit("\\", maxsplit=1)[-1]
        fields = {
            "ResultStatus": "True",
            "UserType": 2,
            "ClientIP": f"{client.address}:{self._rng.randrange(20000, 60000)}",
            "ObjectId": f"{mailbox.partition('@')[0]}\\{name}",
            "AppId": EXCHANGE_ONLINE,
            "ClientAppId": "",
            "ExternalAccess": False,
            "OrganizationName": TENANT,
            "OriginatingServer": "TYXPR01MB4003 (15.20.6340.020)",
            "Parameters": [{"Name": key, "Value": value} for key, value in settings.items()],
        }
        if client.session:
            fields["SessionId"] = client.session
        return self.add(time, "ExchangeAdmin", mailbox, operation, fields, hand=client.hand)

    def search(self, time: datetime, mailbox: str, client: Client, words: str) -> Record:
        """Add a SearchQueryInitiatedExchange record."""
        fields = self._mailbox_fields(mailbox, client) | {
            "QueryText": words,
            "ScenarioName": "owa.react.search",
        }
        return self.add(time, "ExchangeSearch", mailbox, "SearchQueryInitiatedExchange", fields, hand=client.hand)


def _access_type(kind: str, *, throttled: bool) -> list[dict[str, str]]:
    return [{"Name": "MailAccessType", "Value": kind}, {"Name": "IsThrottled", "Value": str(throttled)}]
