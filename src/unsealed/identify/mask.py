"""What of a value may be shown: enough to find it again in the letter, never enough to make it up from.

Of a number at most its last four letters and digits stay, and at most a quarter of them all; of a date the year; of a mail
address the first letter and the domain; of a postal address the state, prefecture or area; of a secret nothing but the
prefix that all of its kind share, and the scheme of an address that holds one.
"""

from collections.abc import Callable


def tail(count: int) -> Callable[[str], str]:
    """Leave the last `count` letters and digits, or a quarter of them all where that is fewer; signs stay."""

    def masked(value: str) -> str:
        left = sum(map(str.isalnum, value))
        shown = min(count, left // 4)
        out = []
        for letter in " ".join(value.split()):
            if letter.isalnum():
                out.append(letter if left <= shown else "*")
                left -= 1
            else:
                out.append(letter)
        return "".join(out)

    return masked


def prefix(*public: str) -> Callable[[str], str]:
    """Leave a prefix that all values of the kind share, such as `ghp_`, where it is one of these; of the secret, nothing."""

    def masked(value: str) -> str:
        return next((one for one in public if value.startswith(one)), "") + "***"

    return masked


def hidden(value: str) -> str:
    """Leave nothing, not even the length."""
    return "***" if value else ""


def shown(value: str) -> str:
    """Leave all: a word of a list says nothing of who somebody is."""
    return " ".join(value.split())


def mail(value: str) -> str:
    """Leave the first letter of the local part, and the domain."""
    local, at, domain = value.rpartition("@")
    if not at:
        return "***"
    return f"{local[:1] if len(local) > 3 else ''}***@{domain}"


def year(value: str) -> str:
    """Leave the year of a date that has one of four digits."""
    found = [run for run in "".join(c if c.isdigit() else " " for c in value).split() if len(run) == 4]
    return f"{found[0]}-**-**" if found else "***"


def digits(value: str) -> str:
    """Give the digits of a value, for its keyed hash or its check digit."""
    return "".join(filter(str.isdigit, value))


def alnum(value: str) -> str:
    """Give the letters, in capitals, and digits of a value."""
    return "".join(filter(str.isalnum, value)).upper()
