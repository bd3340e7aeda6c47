"""Check digits: the few ways in which numbers prove that they were not mistyped, and dates that can be.

All take a string of digits; what is not long enough fails.
"""

from calendar import monthrange
from collections.abc import Sequence

_VERHOEFF_MULTIPLY = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_PERMUTE = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def luhn(digits: str) -> bool:
    """Tell whether the last digit fits, by ISO/IEC 7812-1, annex B."""
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(map(int, digits[-1::-2])) + sum(doubled[int(digit)] for digit in digits[-2::-2])
    return len(digits) > 1 and total % 10 == 0


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Give the sum of the digits, each times its weight; digits beyond the weights don't count."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def verhoeff(digits: str) -> bool:
    """Tell whether the last digit fits, by Verhoeff's scheme (Mathematical Centre Tract 29, 1969)."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = int(_VERHOEFF_MULTIPLY[state][int(_VERHOEFF_PERMUTE[place % 8][int(digit)])])
    return state == 0


def mod97(text: str) -> int:
    """Give the remainder by 97 of letters and digits, by ISO/IEC 7064 (A is 10, Z is 35)."""
    return int("".join(str(int(letter, 36)) for letter in text)) % 97


def mod11_10(digits: str) -> bool:
    """Tell whether the last digit fits, by ISO/IEC 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (product + int(digits[-1])) % 10 == 1


def date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day, from 1850 to 2099."""
    return 1850 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def short_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day in any century, of a year in two digits."""
    return date(1900 + year, month, day) or date(2000 + year, month, day)


def various(digits: str) -> bool:
    """Tell whether a number is more than one digit again and again: those are fillers."""
    return len(set(digits)) > 1
