"""The words in an image, through tesseract where it is installed: a program of its own, with one thread and a clock.

https://github.com/tesseract-ocr/tesseract (Debian: tesseract-ocr, tesseract-ocr-jpn).
"""

import os
import shutil
import subprocess
from functools import cache

from unsealed.read.attachments.outcome import SECONDS

_WANTED = ("jpn", "eng")


@cache
def languages() -> str:
    """Give the languages to read, as tesseract wants them; empty where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    told = subprocess.run([program, "--list-langs"], capture_output=True, check=False, timeout=10)  # noqa: S603 - no word of the evidence is in it
    have = told.stdout.decode("ascii", "replace").split()
    return "+".join(language for language in _WANTED if language in have)


def words(data: bytes) -> str | None:
    """Give the words in an image; None if they can't be had."""
    chosen, program = languages(), shutil.which("tesseract")
    if not chosen or program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the image goes through a pipe, its name goes nowhere
            [program, "stdin", "stdout", "-l", chosen],
            input=data,
            capture_output=True,
            check=False,
            timeout=SECONDS - 3,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None if done.returncode == 0 else None
