"""An audit record with the fields that we read, and no others: what is not read is not even made.

Field names: https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
"""

from typing import Annotated, Any

import msgspec

Text = str | None
MAX_COUNT = 2**63 - 1
"""What a column of counts can hold."""


class Loose(msgspec.Struct, rename="pascal", gc=False):
    """A record whose fields may hold anything: JSON as text, numbers for names, one object for a list of them.

    Fields stand in the order in which records have them, since each is looked for after the one before it.
    """

    creation_time: Any = None
    id: Any = None
    operation: Any = None
    record_type: Any = None
    result_status: Any = None
    workload: Any = None
    client_ip: Any = msgspec.field(default=None, name="ClientIP")
    object_id: Any = None
    user_id: Any = None
    app_id: Any = None
    client_app_id: Any = None
    client_ip_address: Any = msgspec.field(default=None, name="ClientIPAddress")
    client_info_string: Any = None
    logon_type: Any = None
    mailbox_guid: Any = None
    mailbox_owner_upn: Any = msgspec.field(default=None, name="MailboxOwnerUPN")
    session_id: Any = None
    operation_properties: Any = None
    folders: Any = None
    operation_count: Any = None
    folder: Any = None
    dest_folder: Any = None
    dest_mailbox_owner_upn: Any = msgspec.field(default=None, name="DestMailboxOwnerUPN")
    dest_mailbox_guid: Any = None
    item: Any = None
    affected_items: Any = None
    messages: Any = None
    app_access_context: Any = None
    extended_properties: Any = None
    actor_ip_address: Any = None
    application_id: Any = None
    device_properties: Any = None
    user_agent: Any = None
    client_application: Any = None


class Property(msgspec.Struct, rename="pascal", gc=False):
    """A name and its value."""

    name: str
    value: Any = None


class Opened(msgspec.Struct, rename="pascal", gc=False):
    """An item that was bound."""

    internet_message_id: Text = None
    subject: Text = None


class Parent(msgspec.Struct, rename="pascal", gc=False):
    """A folder that something lies in."""

    path: Text = None
    name: Text = None


class Folder(msgspec.Struct, rename="pascal", gc=False):
    """A folder with the items that were bound in it."""

    folder_items: Annotated[list[Opened], msgspec.Meta(min_length=1)]
    path: Text = None
    name: Text = None
    parent_folder: Parent | None = None


class Item(msgspec.Struct, rename="pascal", gc=False):
    """A message that was sent or made, or the folder that was synchronised."""

    internet_message_id: Text = None
    parent_folder: Parent | None = None
    subject: Text = None


class Context(msgspec.Struct, rename="pascal", gc=False):
    """What newer records tell about session and application."""

    aad_session_id: Any = msgspec.field(default=None, name="AADSessionId")
    client_app_id: Any = None


class Record(Loose, rename="pascal", gc=False):
    """A record as Microsoft writes it."""

    creation_time: Text = None
    id: Text = None
    operation: Text = None
    result_status: Text = None
    workload: Text = None
    user_id: Text = None
    app_id: Text = None
    application_id: Text = None
    client_app_id: Text = None
    client_ip_address: Text = msgspec.field(default=None, name="ClientIPAddress")
    client_ip: Text = msgspec.field(default=None, name="ClientIP")
    actor_ip_address: Text = None
    client_info_string: Text = None
    extended_properties: list[Property] | None = None
    user_agent: Text = None
    client_application: Text = None
    logon_type: int | str | None = None
    mailbox_guid: Text = None
    mailbox_owner_upn: Text = msgspec.field(default=None, name="MailboxOwnerUPN")
    session_id: Text = None
    object_id: Text = None
    app_access_context: Context | None = None
    device_properties: list[Property] | None = None
    operation_properties: list[Property] | None = None
    folders: list[Folder] | None = None
    item: Item | None = None
    operation_count: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)] | None = None


_RECORD, _LOOSE = msgspec.json.Decoder(Record), msgspec.json.Decoder(Loose)


def plain(data: bytes | memoryview) -> Record | None:
    """Read a record's JSON if it is as Microsoft writes it; None where it is anything else."""
    try:
        return _RECORD.decode(data)
    except ValueError:
        return None


def loose(data: bytes | memoryview) -> Loose:
    """Read a record's JSON as it comes.

    Raises:
        ValueError: if it is no JSON object.
    """
    return _LOOSE.decode(data)


def of_dict(value: dict[str, Any]) -> Loose:
    """Make a record of parsed JSON."""
    return msgspec.convert(value, Loose)
