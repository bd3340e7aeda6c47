"""Which country and which language an address, a phone or a letter speaks for."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import phonenumbers

from unsealed.identify.persons.kana import has_kana
from unsealed.identify.persons.wordlist import words

_SOLD = words("io co tv me ai cc ws fm am to ly gg sh eu la ag nu tk ml ga cf gq su ac bz vc sc st im vg mn pw")
"""Country domains that are sold to everybody: they tell no country."""
_REGIONS = {"uk": "GB"}
_LANGUAGES = {
    "jp": "ja", "de": "de", "at": "de", "fr": "fr", "it": "it", "es": "es", "mx": "es", "ar": "es", "cl": "es", "pe": "es",
    "pt": "pt", "br": "pt", "nl": "nl", "pl": "pl", "cz": "cs", "hu": "hu", "se": "sv", "dk": "da", "no": "no", "fi": "fi",
    "kr": "ko", "cn": "zh", "tw": "zh", "ru": "ru", "tr": "tr", "gr": "el", "ro": "ro", "bg": "bg", "ua": "uk", "uk": "en",
    "us": "en", "au": "en", "nz": "en", "ie": "en", "gov": "en", "mil": "en", "edu": "en",
}  # fmt: skip
SENSIBLE = words("en ja de fr es it pt nl pl cs sv da no fi hu ro ru uk tr el ko zh bg")
ENOUGH = 40
"""Letters of a text of which its language is told."""
_LINKS = re.compile(r"\S*[@/]\S*")
_ENGLISH = words("the and you for that this with have are will from was not please")


def region(domain: str) -> str | None:
    """Give the country of a domain, ISO 3166-1 alpha-2; None where it tells none."""
    last = domain.rpartition(".")[2]
    if last in {"gov", "mil", "edu"}:
        return "US"
    if len(last) != 2 or last in _SOLD or not last.isalpha():
        return None
    found = _REGIONS.get(last, last.upper())
    return found if found in phonenumbers.SUPPORTED_REGIONS else None


def region_of_phone(number: str) -> str | None:
    """Give the country of a phone number in E.164."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    return found if found and found.isalpha() else None


def country(phones: Iterable[str], domains: Sequence[str], named: Iterable[str] = ()) -> str | None:
    """Give a person's country: what postal addresses say, else phones, else domains; None where they disagree."""
    for told in (named, map(region_of_phone, phones), map(region, domains)):
        found = {one for one in told if one}
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def language(texts: Sequence[str]) -> str | None:
    """Give the language that somebody writes in, ISO 639-1; None where there is too little to tell."""
    text = _LINKS.sub(" ", " ".join(one[:600] for one in texts[:3]))
    if has_kana(text):
        return "ja"
    if sum(map(str.isalpha, text)) < ENOUGH:
        return None
    words = text.lower().split()
    if text.isascii() and sum(word in _ENGLISH for word in words) * 8 > len(words):
        return "en"
    return _classified(text[:1200])


def language_of_domain(domain: str) -> str | None:
    """Give the language that is spoken where a domain is; None where there are several."""
    return _LANGUAGES.get(domain.rpartition(".")[2])


def _classified(text: str) -> str | None:
    classify = _classifier()
    return None if classify is None else str(classify(text)[0])


@cache
def _classifier() -> Any:  # noqa: ANN401 - the library has no types
    try:
        import py3langid
    except ImportError:  # not to be had on this machine
        return None
    py3langid.set_languages(sorted(SENSIBLE))
    return py3langid.classify
