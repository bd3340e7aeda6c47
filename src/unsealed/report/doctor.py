"""What the machine has and lacks for the work, with how to get it."""

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path
from typing import Any

_PACKAGES = (
    "pyarrow",
    "duckdb",
    "click",
    "rich",
    "fast-mail-parser",
    "selectolax",
    "faust-cchardet",
    "orjson",
    "py7zr",
    "jinja2",
    "xlsxwriter",
)
_NEED_DISK = 5 << 30


def examine() -> list[dict[str, Any]]:
    """Give one row a check: `what`, `found`, `ok`, `optional`, `mend`."""
    rows = [_row("Python", sys.version.split()[0], sys.version_info >= (3, 11), mend="Python 3.11 or newer is needed.")]
    for name in _PACKAGES:
        try:
            rows.append(_row(name, importlib.metadata.version(name), ok=True))
        except importlib.metadata.PackageNotFoundError:
            rows.append(
                _row(name, "missing", ok=False, mend=f"`pip install {name}`, or `make install` in the project.")
            )
    free = shutil.disk_usage(Path.cwd()).free
    rows.append(
        _row(
            "free disk here",
            f"{free / (1 << 30):,.0f} GiB",
            free > _NEED_DISK,
            optional=True,
            mend="Cases need about as much room as the evidence, unpacked.",
        )
    )
    rows.append(_row("cores", str(os.cpu_count() or 1), ok=True))
    encoding = (sys.stdout.encoding or "").lower()
    rows.append(
        _row(
            "terminal encoding",
            encoding or "unknown",
            "utf" in encoding,
            optional=True,
            mend="Set PYTHONUTF8=1, or a UTF-8 locale, to see names in every script.",
        )
    )
    rows.append(_tesseract())
    rows.append(
        _row("locks", "fcntl", _has_fcntl(), mend="Use Linux, macOS or WSL: one writer at a time is kept by fcntl.")
    )
    return rows


def _tesseract() -> dict[str, Any]:
    """Tell whether `--ocr` can read words in images, and in which languages."""
    import shutil
    import subprocess

    mend = "Only `--ocr` needs it. On Debian: `apt install tesseract-ocr tesseract-ocr-jpn`."
    program = shutil.which("tesseract")
    if program is None:
        return _row("tesseract", "missing", ok=False, optional=True, mend=mend)
    told = subprocess.run([program, "--list-langs"], capture_output=True, check=False, timeout=10)  # noqa: S603 - of our own words only
    languages = told.stdout.decode("ascii", "replace").split()
    found = ", ".join(language for language in ("eng", "jpn") if language in languages)
    return _row("tesseract", found or "no language", "jpn" in languages, optional=True, mend=mend)


def _has_fcntl() -> bool:
    import importlib.util

    return importlib.util.find_spec("fcntl") is not None


def _row(what: str, found: str, ok: bool, *, optional: bool = False, mend: str = "") -> dict[str, Any]:
    return {"what": what, "found": found, "ok": ok, "optional": optional, "mend": mend}
