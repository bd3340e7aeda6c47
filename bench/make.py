"""Makes what the benchmarks read: mail and audit logs from the demo's invented breach, repeated under fresh ids."""

import csv
import json
import mailbox
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from unsealed.demo import generate

FROM = b"From sender@example.org Mon May  1 10:00:00 2023\n"
_ID = re.compile(rb"(?im)^message-id:[ \t]*<([^>]*)>")


def demo(folder: Path) -> Path:
    """Make the demo's evidence once; give its folder."""
    if not (folder / "truth.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        generate(folder)
    return folder / "evidence"


def letters(evidence: Path) -> list[bytes]:
    """Give the demo's letters as bytes; their attachments are of no kind that has words, since those are not timed."""
    found = [path.read_bytes() for path in sorted(evidence.rglob("*.eml"))]
    for path in sorted(evidence.rglob("*.mbox")):
        found += [message.as_bytes() for message in mailbox.mbox(path, create=False)]
    for document in (b"JVBERi0", b"UEsDB"):
        found = [letter.replace(b"\n" + document, b"\n" + b"A" * len(document)) for letter in found]
    return found


def fat(letter: bytes, size: int) -> bytes:
    """Make a letter larger: a base64 attachment brings it to about `size` bytes."""
    line = b"AAECAwQFBgcICQoL" * 4 + b"\n"
    body = line * max((size - len(letter)) // len(line), 1)
    head, _, rest = letter.replace(b"\r\n", b"\n").partition(b"\n\n")
    kept = [
        row for row in re.split(rb"\n(?![ \t])", head) if not row.lower().startswith((b"content-", b"mime-version"))
    ]
    kind = [row for row in re.split(rb"\n(?![ \t])", head) if row.lower().startswith(b"content-")]
    top = b"\n".join([*kept, b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="bench"'])
    first = b"--bench\n" + b"\n".join(kind) + b"\n\n" + rest
    second = (
        b'--bench\nContent-Type: application/octet-stream; name="a.bin"\nContent-Transfer-Encoding: base64\n\n' + body
    )
    return top + b"\n\n" + first + b"\n" + second + b"\n--bench--\n"


def mbox(path: Path, source: list[bytes], size: int) -> int:
    """Write an mbox of about `size` bytes, each letter under an id of its own; give the number of letters."""
    count = written = 0
    with path.open("wb") as out:
        while written < size:
            for letter in source:
                raw = letter.replace(b"\r\n", b"\n")
                raw = _ID.sub(lambda match, n=count: b"Message-ID: <%d.%s>" % (n, match.group(1)), raw, count=1)  # type: ignore[misc]  # bound at once
                raw = FROM + raw.replace(b"\nFrom ", b"\n>From ") + b"\n\n"
                written += out.write(raw)
                count += 1
                if written >= size:
                    break
    return count


def audit_csv(path: Path, evidence: Path, records: int) -> int:
    """Write an Export-Csv of so many records, each under an id of its own; give its size."""
    source = next(evidence.rglob("*.csv"))
    with source.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        for number, row in zip(range(records), _forever(rows), strict=False):
            record = json.loads(row["AuditData"])
            record["Id"] = str(uuid.UUID(int=number))
            writer.writerow({**row, "AuditData": json.dumps(record, separators=(",", ":")), "Identity": record["Id"]})
    return path.stat().st_size


def audit_lines(path: Path, evidence: Path, records: int) -> int:
    """Write so many records as JSON lines: those of the demo again and again, of other people at other addresses; give the size."""
    source = next(evidence.rglob("*.csv"))
    with source.open(encoding="utf-8-sig", newline="") as stream:
        texts = [row["AuditData"] for row in csv.DictReader(stream)]
    with path.open("w", encoding="utf-8", newline="") as out:
        for number in range(records):
            turn, place = divmod(number, len(texts))
            record = json.loads(texts[place])
            record["Id"] = str(uuid.UUID(int=number))
            if turn:
                for name in ("UserId", "MailboxOwnerUPN"):
                    if "@" in str(record.get(name)):
                        local, _, domain = record[name].partition("@")
                        record[name] = f"{local}{turn % 700}@{domain}"
                for name in ("ClientIP", "ClientIPAddress"):
                    if str(record.get(name)).count(".") == 3:
                        record[name] = f"{record[name].rpartition('.')[0]}.{turn % 250}"
            out.write(json.dumps(record, separators=(",", ":")) + "\n")
    return path.stat().st_size


def _forever(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    while True:
        yield from rows


def maillog(path: Path, count: int) -> int:
    """Write a Postfix and Dovecot log of so many lines; give its size."""
    address = "203.0.113.{}".format
    relay = "relay=mx.example.org[198.51.100.7]:25, delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued "
    with path.open("w", encoding="ascii") as out:
        written = second = 0
        while written < count:
            second += 1
            day, left = divmod(second // 2, 86_400)
            stamp = f"{_MONTHS[day // 28 % 12]} {day % 28 + 1:2d} {left // 3600:02d}:{left // 60 % 60:02d}:{left % 60:02d} mx1 "
            queue, user, peer = f"{second:010X}", f"user{second % 700}", address(second % 250)
            lines = (  # one line of the log each
                f"postfix/smtpd[{second % 30_000}]: connect from mail.example.net[{peer}]",
                f"postfix/smtpd[{second % 30_000}]: {queue}: client=mail.example.net[{peer}], sasl_method=PLAIN, sasl_username={user}",
                f"postfix/cleanup[77]: {queue}: message-id=<{second}.20230301@example.net>",
                f"postfix/qmgr[12]: {queue}: from=<{user}@example.net>, size={second % 90_000}, nrcpt=1 (queue active)",
                f"postfix/smtp[{second % 20_000}]: {queue}: to=<bob{second % 90}@example.org>, {relay}as {second:X})",
                f"postfix/qmgr[12]: {queue}: removed",
                f"postfix/smtpd[{second % 30_000}]: disconnect from mail.example.net[{peer}] ehlo=1 auth=1 mail=1 rcpt=1 commands=4",
                f"dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={peer}, lip=192.0.2.1, TLS, session=<S{second}>",
                f"dovecot: imap({user})<{second}><S{second}>: Logged out in={second % 999} out={second % 99_999}",
            )
            for line in lines[: count - written]:
                out.write(stamp + line + "\n")
            written += len(lines)
    return path.stat().st_size


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
