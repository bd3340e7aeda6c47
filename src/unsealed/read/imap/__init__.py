"""Mailboxes read over IMAP (RFC 9051, RFC 3501): TLS only, read-only, and never a message marked as seen."""

from unsealed.read.imap.fetch import fetch
from unsealed.read.imap.server import Server, is_address

__all__ = ["Server", "fetch", "is_address"]
