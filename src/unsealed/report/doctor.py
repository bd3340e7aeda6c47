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
    "phonenumbers",
    "py3langid",
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
    rows += [_japanese(), _hyperscan(), _tesseract()]
    rows.append(
        _row("locks", "fcntl", _has_fcntl(), mend="Use Linux, macOS or WSL: one writer at a time is kept by fcntl.")
    )
    return rows


def _japanese() -> dict[str, Any]:
    """Tell whether SudachiPy and its words are there, which find names of persons in Japanese texts; opens the dictionary."""
    mend = (
        "`pip install sudachipy sudachidict-core`, or `make install` in the project: names in Japanese texts need them."
    )
    try:
        import sudachipy

        found = [
            morpheme.part_of_speech()[2] for morpheme in sudachipy.Dictionary(dict="core").create().tokenize("山田")
        ]
    except Exception as error:  # noqa: BLE001 - a dictionary that is cut short fails in its own ways
        return _row("SudachiPy's words of Japanese", type(error).__name__, ok=False, mend=mend)
    version = importlib.metadata.version("sudachidict-core")
    return _row("SudachiPy's words of Japanese", version, ok="人名" in found, mend=mend)


def _hyperscan() -> dict[str, Any]:
    """Tell whether personal data is searched for in one pass."""
    try:
        found = importlib.metadata.version("hyperscan")
    except importlib.metadata.PackageNotFoundError:
        mend = "Personal data is found without it, too, only slower; not every machine has it."
        return _row("hyperscan", "missing", ok=False, optional=True, mend=mend)
    return _row("hyperscan", found, ok=True)


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
