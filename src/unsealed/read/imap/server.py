"""Which server, and whose mailbox on it: `imaps://user@host[:port]`; and the connection, opened by us and nobody else."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from unsealed.errors import UsageError

PORT = 993
SECONDS = 60
"""To wait for any one answer of the server."""
_USE = "Write imaps://USER@HOST or imaps://USER@HOST:PORT."


@dataclass(frozen=True)
class Server:
    """One mailbox on one server."""

    user: str
    host: str
    port: int = PORT

    @property
    def address(self) -> str:
        """Write it as a person would."""
        port = "" if self.port == PORT else f":{self.port}"
        return f"imaps://{self.user}@{self.host}{port}"

    @classmethod
    def parse(cls, word: str) -> "Server":
        """Read an address from the command line.

        Raises:
            UsageError: if it names no server and user, no TLS, or holds a password.
        """
        if not word.lower().startswith("imaps://"):
            raise UsageError(f"{word}: a mailbox is read over TLS only. {_USE}")
        try:
            parts = urlsplit(word)
            login, _, _ = parts.netloc.rpartition("@")
            host, port = parts.hostname, parts.port or PORT
        except ValueError as error:
            raise UsageError(f"{word}: {error}. {_USE}") from error
        if ":" in login:
            raise UsageError(
                "A password in the address would stay in the shell's history: leave it out, it is asked for."
            )
        user = unquote(login)
        if not host or not user or any(ord(char) < 32 for char in user + host):
            raise UsageError(f"{word}: no user or no host. {_USE}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise UsageError(f"{word}: every folder is read; name none. {_USE}")
        return cls(user, host, port)


def is_address(word: str) -> bool:
    """Tell an address of a server from a path."""
    return word.lower().startswith(("imaps://", "imap://"))


def context(ca_file: Path | None) -> ssl.SSLContext:
    """Give the rules by which the server's certificate is checked: never off.

    Raises:
        UsageError: if the file holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"{ca_file}: no certificate of an authority (PEM) in this file: {error}.") from error


def connect(server: Server, password: str, ca_file: Path | None) -> Any:  # noqa: ANN401 - imapclient ships no types
    """Open a connection and sign in.

    Raises:
        UsageError: if the server can't be reached, its certificate is not trusted, or the password is refused.
    """
    from imapclient import IMAPClient
    from imapclient.exceptions import IMAPClientError, LoginError

    try:
        client = IMAPClient(server.host, server.port, ssl_context=context(ca_file), timeout=SECONDS)
    except ssl.SSLCertVerificationError as error:
        raise UsageError(
            f"{server.address}: the server's certificate is not trusted ({error.verify_message}). If its authority is your "
            "own, name it with --ca-file FILE."
        ) from error
    except (OSError, IMAPClientError) as error:
        raise UsageError(f"{server.address}: no connection: {said(error)}. Check host, port and firewall.") from error
    client.folder_encode = client.normalise_times = False
    try:
        plain = not (server.user + password).isascii() and client.has_capability("AUTH=PLAIN")
        (client.plain_login if plain else client.login)(server.user, password)
    except (LoginError, IMAPClientError, OSError, UnicodeEncodeError) as error:
        client.shutdown()
        why = (
            "the password can't be written in ASCII, and the server takes no other"
            if not password.isascii()
            else said(error)
        )
        raise UsageError(
            f"{server.address}: signing in was refused: {why}. Gmail and others want a password made for one application."
        ) from error
    return client


def said(error: Exception) -> str:
    """Give the server's words as text: imaplib hands over bytes."""
    words = error.args[0] if error.args else error
    told = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(error)
    return told.removeprefix("b'").strip("'. ")[:300]


def fingerprint(client: Any) -> str:  # noqa: ANN401 - as above
    """Give the SHA-256 of the certificate that the server showed."""
    import hashlib

    shown = client.socket().getpeercert(binary_form=True)
    return hashlib.sha256(shown).hexdigest() if shown else ""
