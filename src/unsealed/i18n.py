"""English and Japanese, through gettext; the language is the reader's (`LANGUAGE`, `LC_ALL`, `LANG`)."""

import gettext
import os
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ja")
_LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Give the messages of one language; English is the source and needs no catalogue."""
    return gettext.translation("unsealed", str(_LOCALE), languages=[language], fallback=True)


def current_language() -> str:
    """Tell which of our languages the environment asks for; English where it asks for none of them."""
    for variable in ("UNSEALED_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            first = value.split(":", maxsplit=1)[0].split("_", maxsplit=1)[0].split(".", maxsplit=1)[0].lower()
            return first if first in LANGUAGES else "en"
    return "en"


def _(message: str) -> str:
    """Translate a message into the reader's language."""
    return catalogue(current_language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a counted message into the reader's language."""
    return catalogue(current_language()).ngettext(one, many, count)
