"""Where client addresses are: country, network operator, coordinates, from files that the user gives; nothing is asked online.

Known forms, plain, gzipped or zipped, with or without a header; ranges are inclusive, addresses written out or as numbers:

- DB-IP Lite (country, city, ASN): https://db-ip.com/db/lite.php
- IP2Location LITE (DB1 and up, ASN): https://lite.ip2location.com/ip2location-lite
- MaxMind GeoLite2 CSV (blocks and, for names of countries, the locations file): https://dev.maxmind.com/geoip/docs/databases
- iptoasn.com TSV: https://iptoasn.com/
- any other CSV whose header names `network` or the first and last address, and `country_code` or `asn`
"""

import csv
import gzip
import io
import re
import socket
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from unsealed.errors import UsageError

MAX_ROWS = 60_000_000
MAX_LINE = 10_000
SHORTEST = 7
"""An address written out, or as a number above 0.15.66.64, has so many characters; a table of small numbers is another."""
_SAMPLE = 200
_V4 = b"\x00" * 10 + b"\xff\xff"
_COUNTRY = re.compile(r"[A-Z]{2}")
_ASN = re.compile(r"(?:AS)?([1-9][0-9]{0,9})", re.IGNORECASE)
_NAMES = {
    "low": (
        "ip_start",
        "start_ip",
        "range_start",
        "ip_range_start",
        "ip_from",
        "ipfrom",
        "network_start_ip",
        "first_ip",
    ),
    "high": ("ip_end", "end_ip", "range_end", "ip_range_end", "ip_to", "ipto", "network_last_ip", "last_ip"),
    "network": ("network", "cidr", "prefix"),
    "country": ("country_code", "country_iso_code", "countryshort", "country_code2", "country"),
    "asn": ("asn", "as_number", "autonomous_system_number", "as"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "geoname": ("geoname_id",),
    "registered": ("registered_country_geoname_id",),
}


@dataclass(frozen=True)
class Place:
    """What is known of where an address is; the country as ISO 3166-1 alpha-2, coordinates in degrees."""

    country: str | None = None
    network: str | None = None
    """The autonomous system, as `AS64500`."""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class _Layout:
    """Which column of a file holds what; -1 where none does."""

    low: int = -1
    high: int = -1
    network: int = -1
    country: int = -1
    asn: int = -1
    latitude: int = -1
    longitude: int = -1
    geoname: int = -1
    registered: int = -1

    @property
    def tells(self) -> bool:
        """Whether it has addresses and something to say of them."""
        addressed = self.network >= 0 or (self.low >= 0 and self.high >= 0)
        return addressed and max(self.country, self.asn, self.latitude, self.geoname) >= 0


def find(files: Sequence[Path], addresses: Iterable[str]) -> dict[str, Place]:
    """Give the place of each of these addresses that the files know; later files fill in what earlier ones leave out.

    Raises:
        UsageError: if a file can't be read, or is in no known form.
    """
    packed = {raw: ip for ip in addresses if (raw := _packed(ip)) is not None}
    wanted = sorted(packed)
    names = dict(chain.from_iterable(_countries(file) for file in files))
    found: dict[bytes, Place] = {}
    for file in files:
        known: dict[bytes, tuple[bytes, bytes, Place]] = {}
        for low, high, place in _ranges(file, names):
            for index in range(bisect_left(wanted, low), len(wanted)):
                if wanted[index] > high:
                    break
                last = known.get(wanted[index])
                if last is None or (low >= last[0] and high <= last[1]):  # the narrower of nested ranges
                    known[wanted[index]] = (low, high, place)
        for raw, (_, _, place) in known.items():
            found[raw] = _together(found[raw], place) if raw in found else place
    return {packed[raw]: place for raw, place in found.items()}


def check(file: Path) -> None:
    """Complain about a file that tells of no address and no place.

    Raises:
        UsageError: if it can't be read, or is in no known form.
    """
    next(_ranges(file, {}), None)


def _together(one: Place, other: Place) -> Place:
    return replace(
        one,
        country=one.country or other.country,
        network=one.network or other.network,
        latitude=other.latitude if one.latitude is None else one.latitude,
        longitude=other.longitude if one.longitude is None else one.longitude,
    )


def _packed(text: str) -> bytes | None:
    """Give an address as 16 bytes, whether written out or as a number; None where it is neither."""
    try:
        if ":" in text:
            return socket.inet_pton(socket.AF_INET6, text)
        if "." in text:
            return _V4 + socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError, UnicodeError):
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 39:
        return None
    number = int(text)
    if number < 1 << 32:
        return _V4 + number.to_bytes(4, "big")
    return number.to_bytes(16, "big") if number < 1 << 128 else None


def _block(text: str) -> tuple[bytes, bytes] | None:
    """Give the first and the last address of a network."""
    base, _, bits = text.partition("/")
    low = _packed(base)
    most = 32 if low and low.startswith(_V4) and "." in base else 128
    if low is None or (bits and not (bits.isascii() and bits.isdigit() and len(bits) < 4 and int(bits) <= most)):
        return None
    free = most - int(bits) if bits else 0
    first = int.from_bytes(low, "big") >> free << free
    return first.to_bytes(16, "big"), (first | ((1 << free) - 1)).to_bytes(16, "big")


# -- files -------------------------------------------------------------------------------------------------------


def _tables(file: Path) -> Iterator[Iterator[list[str]]]:
    """Give the rows of each table in a file: one, or as many as a ZIP archive holds."""
    try:
        with ExitStack() as opened:
            if zipfile.is_zipfile(file):
                archive = opened.enter_context(zipfile.ZipFile(file))
                for name in archive.namelist():
                    if name.lower().endswith((".csv", ".tsv")):
                        with io.TextIOWrapper(archive.open(name), "utf-8-sig", "replace", newline="") as lines:
                            yield _rows(lines, file)
                return
            raw = opened.enter_context(file.open("rb"))
            stream = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == b"\x1f\x8b" else raw
            yield _rows(opened.enter_context(io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="")), file)
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise _unreadable(file, error) from error


def _rows(lines: io.TextIOWrapper, file: Path) -> Iterator[list[str]]:
    def plain() -> Iterator[str]:
        for _ in range(MAX_ROWS):
            line = lines.readline(MAX_LINE)
            if not line:
                return
            if not line.startswith("#") and "\x00" not in line:
                yield line

    try:
        told = plain()
        first = next(told, "")
        yield from csv.reader(chain((first,), told), delimiter="\t" if first.count("\t") > 1 else ",")
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> UsageError:
    return UsageError(f"{file}: {error}. Give a CSV or TSV file of address ranges with --places.")


def _countries(file: Path) -> Iterator[tuple[str, str]]:
    """Give the country of each place that a table of places, without addresses, names by number."""
    for rows in _tables(file):
        header = _header(next(rows, []))
        if header.geoname >= 0 and header.country >= 0 and not header.tells:
            for row in rows:
                if len(row) > max(header.geoname, header.country) and row[header.country]:
                    yield row[header.geoname], row[header.country].upper()


def _ranges(file: Path, names: dict[str, str]) -> Iterator[tuple[bytes, bytes, Place]]:
    told = False
    for rows in _tables(file):
        sample = list(islice(rows, _SAMPLE))
        layout = _header(sample[0]) if sample else _Layout()
        if layout.geoname >= 0 and layout.country >= 0 and not layout.tells:
            told = True  # a table of places, read before
            continue
        if not layout.tells:
            layout = _guess(sample)
        if not layout.tells:
            continue
        told = True
        for row in chain(sample, rows):
            ends = _ends(row, layout)
            if ends is not None:
                yield *ends, _place(row, layout, names)
    if not told:
        raise UsageError(
            f"{file}: no address ranges in a known form. Known are the CSV files of DB-IP Lite, IP2Location LITE and "
            "GeoLite2, and the TSV files of iptoasn.com."
        )


def _header(row: list[str]) -> _Layout:
    names = [re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_") for cell in row]
    at = {field: next((names.index(name) for name in known if name in names), -1) for field, known in _NAMES.items()}
    return _Layout(**at)


def _guess(sample: list[list[str]]) -> _Layout:
    """Tell the columns of a file without a header by what stands in them."""
    rows = [row for row in sample if len(row) > 2 and _packed(row[0]) and _packed(row[1])]
    if len(rows) * 4 < len(sample) or not any(len(row[1]) >= SHORTEST for row in rows):
        return _Layout()
    width = min(map(len, rows))

    def share(column: int, pattern: str) -> float:
        return sum(bool(re.fullmatch(pattern, row[column].strip())) for row in rows) / len(rows)

    codes = [
        column
        for column in range(2, width)
        if share(column, r"[A-Z]{2}|-|None|ZZ|") > 0.9 and share(column, "[A-Z]{2}") > 0
    ]
    numbers = [c for c in range(2, width) if share(c, r"(?:AS)?\d{1,10}|-|") > 0.9 and share(c, r"(?:AS)?\d+") > 0]
    degrees = [c for c in range(2, width - 1) if share(c, r"-?\d{1,3}(?:\.\d+)?") > 0.9 and share(c, r".*\..*") > 0]
    pairs = [c for c in degrees if share(c + 1, r"-?\d{1,3}(?:\.\d+)?") > 0.9 and share(c + 1, r".*\..*") > 0]
    # A city file of DB-IP tells the continent before the country, both in two letters.
    country = codes[1] if len(codes) > 1 and codes[:2] == [2, 3] else codes[0] if codes else -1
    asn = next((c for c in numbers if c < 4 and c not in degrees), -1) if not pairs else -1
    latitude = pairs[0] if pairs else -1
    return _Layout(0, 1, -1, country, asn, latitude, latitude + 1 if pairs else -1)


def _ends(row: list[str], layout: _Layout) -> tuple[bytes, bytes] | None:
    if layout.network >= 0 and layout.low < 0:
        return _block(row[layout.network].strip()) if len(row) > layout.network else None
    if len(row) <= max(layout.low, layout.high):
        return None
    low, high = _packed(row[layout.low].strip()), _packed(row[layout.high].strip())
    return None if low is None or high is None else (low, high)


def _place(row: list[str], layout: _Layout, names: dict[str, str]) -> Place:
    def cell(column: int) -> str:
        return row[column].strip() if 0 <= column < len(row) else ""

    country = cell(layout.country).upper() or names.get(cell(layout.geoname)) or names.get(cell(layout.registered), "")
    number = _ASN.fullmatch(cell(layout.asn))
    latitude, longitude = _degrees(cell(layout.latitude), 90), _degrees(cell(layout.longitude), 180)
    return Place(
        country if _COUNTRY.fullmatch(country) and country != "ZZ" else None,
        f"AS{number[1]}" if number else None,
        latitude if longitude is not None else None,
        longitude if latitude is not None else None,
    )


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -most <= value <= most else None
