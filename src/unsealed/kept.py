"""What people give a case beside evidence (indicators, rules, allow lists, places): copied in, so that every later run uses it.

Each file or folder lies under `CASE/<kind>/<hash of its content>/<name>`, and is entered in the custody log once.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from unsealed.case import Case
from unsealed.custody import sha256_file
from unsealed.errors import UsageError

KINDS = ("indicators", "rules", "allow", "places")
MAX_FILES = 50_000
"""Files of one folder that are taken."""
_UNSAFE = re.compile(r"[^\w.-]")


def keep(case: Case, kind: str, path: Path) -> None:
    """Copy a file or a folder into the case, unless its content is there already.

    Args:
        case: the case, locked by the caller.
        kind: one of `KINDS`.
        path: the file or folder; links inside a folder are left out.

    Raises:
        UsageError: if nothing is there, or the folder holds too many files.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder. Check the path given with --{kind}; nothing was done.")
    files = dict(_files(path)) if path.is_dir() else {}
    digest = _digest(files) if path.is_dir() else sha256_file(path)
    folder = case.folder / kind / digest[:16]
    if any(folder.glob("[!.]*")):
        return
    temporary = folder / ".copy.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if path.is_dir():
        for name, file in files.items():
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    else:
        shutil.copyfile(path, temporary)
    case.log({"action": kind, "evidence_id": digest, "path": str(path), "files": len(files) or 1})
    temporary.replace(folder / (_UNSAFE.sub("_", path.resolve().name).lstrip(".") or kind))


def kept(case: Case, kind: str) -> list[Path]:
    """Give what the case holds of a kind, in an order that is always the same; a copy that was cut short is none."""
    return sorted((case.folder / kind).glob("*/[!.]*"))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if len(found) > MAX_FILES:
        raise UsageError(f"{folder}: more than {MAX_FILES:,} files. Give the folder that holds what is meant.")
    for path in found:
        within = path.relative_to(folder)
        if not any(part.startswith(".") for part in within.parts):
            yield str(within), path


def _digest(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in files.items():
        digest.update(f"{name}\0{sha256_file(path)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
