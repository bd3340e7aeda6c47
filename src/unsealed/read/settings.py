"""What a person tells the readers, kept in the case: passwords to try, mappings of logs, whether to read images.

They hold for all of the case's evidence. Where one that a reader heeds changes, what it has read is read again. A
mapping file that is given again under its name takes the place of the older one.
"""

import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from unsealed.case import Case
from unsealed.custody import sha256_file
from unsealed.errors import UsageError
from unsealed.read.mapping import load as load_mapping
from unsealed.read.reader import Reader, Settings

_OCR = "ocr"
_UNSAFE = re.compile(r"[^\w.-]")


def keep(case: Case, *, passwords: Path | None = None, mappings: Sequence[Path] = (), ocr: bool = False) -> None:
    """Take what a person gave into the case; each file is entered in the custody log once.

    Args:
        case: the case, locked by the caller.
        passwords: a text file, a password a line.
        mappings: mapping files in TOML.
        ocr: read the words in images from now on.

    Raises:
        UsageError: if a file can't be read, or a mapping does not say what it must.
    """
    for file in [*([passwords] if passwords else []), *mappings]:
        if not file.is_file():
            raise UsageError(f"{file}: no such file. Check the path; nothing was read.")
    for file in mappings:
        load_mapping(str(file))
    if passwords:
        words = dict.fromkeys([*_passwords(case), *_lines(passwords)])
        if list(words) != list(_passwords(case)):
            case.log({"action": "passwords", "evidence_id": sha256_file(passwords), "path": str(passwords)})
            target = case.folder / "passwords.txt"
            temporary = target.with_name(".passwords.tmp")
            temporary.touch(mode=0o600)
            temporary.write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
            temporary.replace(target)
    for file in mappings:
        digest = sha256_file(file)
        name = _UNSAFE.sub("_", file.name)
        target = case.folder / "mappings" / f"{digest[:16]}-{name}"
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            temporary = target.with_name(f".{digest[:16]}.tmp")
            shutil.copyfile(file, temporary)
            case.log({"action": "mapping", "evidence_id": digest, "path": str(file)})
            older = [path for path in target.parent.glob("[!.]*") if path.name[17:] == name]
            temporary.replace(target)
            for path in older:
                path.unlink()
    if ocr:
        case.journal.set_note(_OCR, "on")


def load(case: Case) -> Settings:
    """Give what the case holds."""
    mappings = sorted(str(path) for path in (case.folder / "mappings").glob("[!.]*"))
    known = case.config.contained or case.config.discovered
    incident = known.date().isoformat() if known else None
    return Settings(_passwords(case), tuple(mappings), case.journal.note(_OCR) == "on", incident)


def version(reader: Reader, told: Settings) -> str:
    """Name what a reader makes of evidence: its kind, name and version, and the settings that it heeds."""
    name = f"{reader.kind}:{reader.name}.{reader.version}"
    mappings = [Path(mapping).name for mapping in told.mappings] if reader.name == "mapped" else []
    heeded = (told.passwords, told.ocr) if reader.kind == "mail" else (mappings,)
    if any(heeded):
        name += "+" + sha256(repr(heeded).encode()).hexdigest()[:8]
    return name


def _passwords(case: Case) -> tuple[str, ...]:
    path = case.folder / "passwords.txt"
    return tuple(_lines(path)) if path.exists() else ()


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines() if line]
