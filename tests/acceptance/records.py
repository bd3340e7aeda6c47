"""Audit records with exactly the fields of real ones, and values of our own."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable
    from datetime import datetime

Record = dict[str, Any]
OWA = "00000002-0000-0ff1-ce00-000000000000"
GRAPH = "00000003-0000-0000-c000-000000000000"
OFFICE = "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7"


@dataclass
class Hand:
    """Whoever sits behind a record: what the log can tell of them."""

    user: str
    ip: str
    client: str
    agent: str
    app: str | None = OWA
    client_app: str | None = None
    session: str | None = None
    desktop: bool = False


@dataclass
class Tenant:
    """The organisation whose log this is; makes its records."""

    domain: str
    rng: random.Random
    org_id: str = ""
    guids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the tenant's own id."""
        self.org_id = self.guid()
        self.onmicrosoft = self.domain.split(".")[0] + "tenant.onmicrosoft.com"

    def guid(self) -> str:
        """Draw an id."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def known(self, key: str) -> str:
        """Give the id that belongs to a name, the same every time."""
        return self.guids.setdefault(key.lower(), self.guid())

    def blob(self, size: int = 34) -> str:
        """Draw an Exchange item id."""
        return "RgAAAA" + base64.b64encode(self.rng.randbytes(size)).decode()

    def cased(self, user: str) -> str:
        """Vary the case of an account's name, as the log does."""
        local, _, host = user.partition("@")
        return self.rng.choice([user, user, local.title() + "@" + host, user.lower(), local.upper() + "@" + host])

    def ported(self, ip: str) -> str:
        """Write an address the way admin records do."""
        port = self.rng.randrange(1025, 65000)
        bracketed = f"[{ip.upper() if self.rng.random() < 0.3 else ip}]:{port}"
        return bracketed if ":" in ip else f"{ip}:{port}"

    def common(self, when: datetime, operation: str, kind: int, workload: str, status: str | None) -> Record:
        """Make the fields that every record has."""
        record = {
            "CreationTime": when.strftime("%Y-%m-%dT%H:%M:%S"),
            "Id": self.guid(),
            "Operation": operation,
            "OrganizationId": self.org_id,
            "RecordType": kind,
            "ResultStatus": status,
            "UserKey": "",
            "UserType": 0,
            "Version": 1,
            "Workload": workload,
        }
        return {key: value for key, value in record.items() if value is not None}

    def _mailbox(self, hand: Hand, when: datetime, operation: str, kind: int, owner: str) -> Record:
        record = self.common(when, operation, kind, "Exchange", "Succeeded")
        record["UserKey"] = "1003" + self.known("key" + hand.user)[:12].upper()
        if operation != "MailItemsAccessed" or hand.desktop:
            record["ClientIP"] = hand.ip
        record["UserId"] = self.cased(hand.user)
        if not hand.desktop and hand.app:
            record["AppId"] = hand.app
        if hand.client_app:
            record["ClientAppId"] = hand.client_app
        record |= {"ClientIPAddress": hand.ip, "ClientInfoString": hand.client}
        if hand.desktop:
            record |= {"ClientProcessName": "OUTLOOK.EXE", "ClientVersion": "16.0.13929.20206"}
        delegate = owner.lower() != hand.user.lower()
        record |= {"ExternalAccess": False, "InternalLogonType": 0, "LogonType": 2 if delegate else 0}
        record |= {
            "LogonUserSid": "S-1-5-21-1376570662-" + str(int(self.known("sid" + hand.user)[:7], 16)),
            "MailboxGuid": self.known("box" + owner),
            "MailboxOwnerSid": "S-1-5-21-1376570662-" + str(int(self.known("sid" + owner)[:7], 16)),
            "MailboxOwnerUPN": self.cased(owner),
        }
        return record

    def _tail(self, record: Record, hand: Hand) -> Record:
        record["OrganizationName"] = self.onmicrosoft
        record["OriginatingServer"] = "VI1PR04MB6046 (15.20.3955.027)\r\n"
        if hand.session:
            record["SessionId"] = hand.session
        return record

    def _how(self, kind: str, *, throttled: bool) -> list[Record]:
        return [{"Name": "MailAccessType", "Value": kind}, {"Name": "IsThrottled", "Value": str(throttled)}]

    def bind(
        self,
        hand: Hand,
        when: datetime,
        folders: dict[str, list[str]],
        *,
        owner: str = "",
        throttled: bool = False,
    ) -> Record:
        """Make a MailItemsAccessed record of type Bind: message ids by folder."""
        record = self._mailbox(hand, when, "MailItemsAccessed", 50, owner or hand.user)
        record["OperationProperties"] = self._how("Bind", throttled=throttled)
        self._tail(record, hand)
        if hand.session and self.rng.random() < 0.3:
            record["AppAccessContext"] = {"AADSessionId": hand.session, "UniqueTokenId": self.blob(10)}
        record["Folders"] = [
            {"FolderItems": [self._item(mid) for mid in mids], "Id": self.blob(), "Path": "\\" + name}
            for name, mids in folders.items()
        ]
        record["OperationCount"] = sum(len(mids) for mids in folders.values())
        return record

    def _item(self, mid: str) -> Record:
        bare = mid.strip("<>") if self.rng.random() < 0.04 else mid
        extra = {"SizeInBytes": self.rng.randrange(900, 90_000)} if self.rng.random() < 0.2 else {}
        return {"InternetMessageId": bare, **extra}

    def sync(self, hand: Hand, when: datetime, folder: str | None) -> Record:
        """Make a MailItemsAccessed record of type Sync; without a folder's name when None."""
        record = self._mailbox(hand, when, "MailItemsAccessed", 2, hand.user)
        record["OperationProperties"] = self._how("Sync", throttled=False)
        self._tail(record, hand)
        place = self.blob()
        parent: Record = {"Id": place}
        if folder is not None:
            parent["Name"] = folder
        shown = folder is not None and self.rng.random() < 0.25
        parent["Path"] = f"\\{folder}" if shown else "Not Available"
        record["Item"] = {"Id": place, "ParentFolder": parent}
        return record

    def send(self, hand: Hand, when: datetime, mid: str, subject: str) -> Record:
        """Make a Send record."""
        record = self._mailbox(hand, when, "Send", 2, hand.user)
        self._tail(record, hand)
        parent = {"Id": self.blob(), "Path": "\\Drafts"}
        record["Item"] = {
            "Id": "Unknown",
            "InternetMessageId": mid,
            "ParentFolder": parent,
            "Subject": subject,
        }
        return record

    def delete(self, hand: Hand, when: datetime, folder: str, mids: Iterable[str]) -> Record:
        """Make a MoveToDeletedItems record."""
        record = self._mailbox(hand, when, "MoveToDeletedItems", 3, hand.user)
        self._tail(record, hand)
        parent = {"Id": self.blob(), "Path": "\\" + folder}
        record["AffectedItems"] = [
            {"Id": self.blob(), "InternetMessageId": mid, "ParentFolder": dict(parent)} for mid in mids
        ]
        record |= {"CrossMailboxOperation": False, "Folder": parent}
        record["DestFolder"] = {"Id": self.blob(), "Path": "\\Deleted Items"}
        return record

    def signin(self, hand: Hand, when: datetime, *, failed: bool = False) -> Record:
        """Make a UserLoggedIn or UserLoginFailed record; a failed one may well say Success."""
        name = "UserLoginFailed" if failed else "UserLoggedIn"
        status = self.rng.choice(["Success", "Failed"]) if failed else self.rng.choice(["Success", "Succeeded"])
        record = self.common(when, name, 15, "AzureActiveDirectory", status)
        key = self.known("object" + hand.user)
        ported = self.rng.random() < 0.25
        record |= {"UserKey": key, "ClientIP": self.ported(hand.ip) if ported else hand.ip, "ObjectId": OWA}
        record |= {"UserId": self.cased(hand.user), "AzureActiveDirectoryEventType": 1}
        record["ExtendedProperties"] = [
            {
                "Name": "ResultStatusDetail",
                "Value": "Success" if failed else self.rng.choice(["Redirect", "Success"]),
            },
            {"Name": "UserAgent", "Value": hand.agent},
            {"Name": "RequestType", "Value": "OAuth2:Authorize"},
        ]
        record["ModifiedProperties"] = []
        record["Actor"] = [{"ID": key, "Type": 0}, {"ID": hand.user, "Type": 5}]
        record |= {"ActorContextId": self.org_id, "ActorIpAddress": hand.ip, "InterSystemsId": self.guid()}
        record |= {"IntraSystemId": record["Id"], "SupportTicketId": "", "Target": [{"ID": OWA, "Type": 0}]}
        record |= {"TargetContextId": self.org_id, "ApplicationId": OFFICE}
        record["ErrorNumber"] = "50126" if failed else "0"
        if failed:
            record["LogonError"] = self.rng.choice(["InvalidUserNameOrPassword", "IdsLocked"])
        return record

    def cmdlet(
        self,
        hand: Hand,
        when: datetime,
        name: str,
        parameters: list[tuple[str, str]],
        *,
        as_text: bool = False,
    ) -> Record:
        """Make an Exchange admin record: an inbox rule, a mailbox setting, a permission."""
        record = self.common(when, name, 1, "Exchange", "True")
        local = hand.user.split("@")[0]
        target = dict(parameters).get("Name") or dict(parameters).get("Identity", local)
        shown = local + "\\" + target.split("\\")[-1] if "InboxRule" in name else local
        record |= {"UserKey": "1003" + self.known("key" + hand.user)[:12].upper(), "UserType": 2}
        record |= {"ClientIP": self.ported(hand.ip), "ObjectId": shown, "UserId": self.cased(hand.user)}
        record |= {"AppId": hand.app or "", "ClientAppId": "", "ExternalAccess": False}
        record |= {
            "OrganizationName": self.onmicrosoft,
            "OriginatingServer": "AM0PR04MB5043 (15.20.4219.025)",
        }
        if as_text:
            record["Parameters"] = " ".join(f'-{key} "{value}"' for key, value in parameters)
        else:
            record["Parameters"] = [{"Name": key, "Value": value} for key, value in parameters]
        if hand.session:
            record["SessionId"] = hand.session
        return record

    def outlook_rule(self, hand: Hand, when: datetime, operation: str, rule_id: str, recipient: str) -> Record:
        """Make an UpdateInboxRules record, as desktop Outlook leaves it: every message to one recipient."""
        record = self._mailbox(hand, when, "UpdateInboxRules", 2, hand.user)
        actions = [{"ActionType": "Forward", "Recipients": [recipient], "ForwardFlags": "None"}]
        record["OperationProperties"] = [
            {"Name": "RuleOperation", "Value": operation},
            {"Name": "RuleId", "Value": rule_id},
            {"Name": "RuleState", "Value": "Enabled"},
            {"Name": "RuleName", "Value": "."},
            {"Name": "RuleProvider", "Value": "RuleOrganizer"},
        ]
        if not operation.startswith("Remove"):
            record["OperationProperties"] += [
                {"Name": "RuleCondition", "Value": "{(Exists(ItemClass))}"},
                {"Name": "RuleActions", "Value": json.dumps(actions, separators=(",", ":"))},
            ]
        self._tail(record, hand)
        parent = {"Id": self.blob(), "Name": "Inbox", "Path": "\\Inbox"}
        record["Item"] = {"Id": self.blob(), "ImmutableId": "ErrorDuringIdConversion", "ParentFolder": parent}
        return record
