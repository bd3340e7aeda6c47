"""Outlook's Thread-Index header (MS-OXOMSG 2.2.1.3): its first 22 bytes name the conversation."""

import base64
import binascii


def conversation_root(value: str) -> str | None:
    """Give the conversation's 22 bytes in hex, or None where the header is absent or broken."""
    packed = value.replace(" ", "").strip()
    if len(packed) < 30:
        return None
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return None
    return data[:22].hex() if len(data) >= 22 else None
