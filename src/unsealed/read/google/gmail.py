"""Gmail's log of its own: what happened to a letter, and who opened it.

https://support.google.com/a/answer/12384955 (fields, and the numbers of the events)
"""

from typing import Any

from unsealed.read.structured import ip, lower, message_id, word

_EVENTS = {
    1: "Message sent",
    2: "Message received",
    3: "User classified message as spam",
    4: "Gmail flagged message as spam",
    5: "Message quarantined",
    6: "Message released from quarantine",
    7: "Message opened (first time)",
    8: "Message marked as unread",
    9: "Message replied to (first time)",
    10: "Message forwarded (first time)",
    11: "Message autoforwarded",
    12: "Message moved to Inbox",
    13: "Message moved to Trash",
    14: "Message removed from Trash",
    15: "Link in message body clicked",
    16: "Attachment link clicked in preview",
    17: "Attachments downloaded",
    18: "Attachments saved to Drive",
    19: "Drive items in message saved to Drive",
    31: "Message viewed",
}
_ACCESSES = {
    1: "send",
    7: "bind",
    9: "bind",
    10: "bind",
    15: "bind",
    16: "attachment",
    17: "attachment",
    18: "attachment",
    19: "attachment",
    31: "bind",
}
"""Which events show that whoever acted had the letter before them."""
_MOVES = {12: (None, "Inbox"), 13: (None, "Trash"), 14: ("Trash", None)}
"""Which events show that it was moved: from where, to where."""


def columns(told: dict[str, Any], owner: str | None) -> tuple[dict[str, Any], list[tuple[object, ...]]]:
    """Give the columns of an event, and its access: mailbox, folder, letter, kind, throttled, subject, destination."""
    info, letter = _object(told.get("event_info")), _object(told.get("message_info"))
    if not info and not letter:
        return {}, []
    context = _object(info.get("client_context"))
    session = _object(context.get("session_context"))
    number = word(info.get("mail_event_type")) or ""
    kind = int(number) if number.isdigit() and len(number) < 4 else 0
    named, subject = message_id(letter.get("rfc2822_message_id")), word(letter.get("subject"))
    made: dict[str, Any] = {
        "internet_message_id": named,
        "sender": lower(_object(letter.get("source")).get("address")),
        "recipients": [to for one in _list(letter.get("destination")) if (to := lower(_object(one).get("address")))] or None,
        "target": subject,
        "session_id": word(session.get("dusi")),
        "client": word(context.get("client_type")),
        "mailbox": owner,
    }  # fmt: skip
    if kind:
        made["operation"] = _EVENTS.get(kind, f"mail_event_type {kind}")
    if delegate := lower(session.get("delegate_user_email")):
        made |= {"user": delegate, "logon_type": "delegate"}
    if isinstance(info.get("success"), (bool, str)):
        made["outcome"] = "success" if str(info["success"]).lower() == "true" else "failure"
    peer = _object(letter.get("connection_info")).get("client_ip")
    if isinstance(peer, str):
        made["peer"] = ip(peer)
    access, (folder, destination) = _ACCESSES.get(kind), _MOVES.get(kind, (None, None))
    if kind in _MOVES:
        access = "move"
    return made, [(owner, folder, named, access, False, subject, destination)] if access and named else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []
