"""Where addresses are: every common form of file, and none that is damaged."""

from __future__ import annotations

import gzip
import ipaddress
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unsealed.errors import UsageError
from unsealed.hunt import places
from unsealed.hunt.places import Place

if TYPE_CHECKING:
    from pathlib import Path

IN, V6, OUT = "203.0.113.77", "2001:db8:1::9", "198.51.100.1"
FORMS = {
    "dbip-country-lite.csv": ("203.0.113.0,203.0.113.255,JP\n2001:db8::,2001:db8:ffff::,FR\n", Place("JP"), "FR"),
    "dbip-asn-lite.csv": (
        '203.0.113.0,203.0.113.255,64500,"Example, Inc."\n2001:db8::,2001:db9::,64501,X\n', Place(None, "AS64500"), None,
    ),
    "dbip-city-lite.csv": (
        "203.0.113.0,203.0.113.255,AS,JP,Tokyo,Chiyoda,35.68,139.75\n2001:db8::,2001:db9::,EU,FR,Paris,Paris,48.85,2.35\n",
        Place("JP", None, 35.68, 139.75), "FR",
    ),
    "IP2LOCATION-LITE-DB1.CSV": (
        (
            '"0","16777215","-","-"\n"3405803776","3405804031","JP","Japan"\n'
            f'"{int(ipaddress.ip_address("2001:db8::"))}","{int(ipaddress.ip_address("2001:db9::"))}","FR","France"\n'
        ),
        Place("JP"), "FR",
    ),
    "IP2LOCATION-LITE-DB11.CSV": (
        '"3405803776","3405804031","JP","Japan","Tokyo","Tokyo","35.689500","139.691710","100-0001","+09:00"\n',
        Place("JP", None, 35.6895, 139.69171), None,
    ),
    "ip2asn-combined.tsv": (
        (
            "0.0.0.0\t0.255.255.255\t0\tNone\tNot routed\n203.0.113.0\t203.0.113.255\t64500\tJP\tEXAMPLE\n"
            "2001:db8::\t2001:db9::\t64501\tFR\tX\n"
        ),
        Place("JP", "AS64500"), "FR",
    ),
    "ipinfo_lite.csv": (
        (
            "network,country,country_code,continent,continent_code,asn,as_name,as_domain\n"
            "203.0.113.0/24,Japan,JP,Asia,AS,AS64500,X,x.example\n2001:db8::/32,France,FR,Europe,EU,AS64501,Y,y.example\n"
        ),
        Place("JP", "AS64500"), "FR",
    ),
    "GeoLite2-ASN-Blocks-IPv4.csv": (
        'network,autonomous_system_number,autonomous_system_organization\n203.0.113.0/24,64500,"Example"\n', Place(None, "AS64500"), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_common_forms(tmp_path: Path, name: str) -> None:
    text, wanted, six = FORMS[name]
    path = tmp_path / name
    path.write_text(text, "utf-8-sig")
    found = places.find([path], [IN, V6, OUT, "not an address", "10.0.0.1"])
    assert found[IN] == wanted
    assert (found[V6].country if V6 in found else None) == six
    assert set(found) <= {IN, V6}
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text.encode()))
    assert places.find([tmp_path / "packed.gz"], [IN]) == {IN: wanted}


def test_geolite_names_its_countries_in_another_table(tmp_path: Path) -> None:
    blocks = (
        "network,geoname_id,registered_country_geoname_id,latitude,longitude\n"
        "203.0.113.0/24,1861060,,35.6,139.7\n203.0.112.0/23,,3017382,,\n"
    )
    names = (
        "geoname_id,locale_code,continent_code,continent_name,country_iso_code,country_name\n"
        "1861060,en,AS,Asia,JP,Japan\n3017382,en,EU,Europe,FR,France\n"
    )
    path = tmp_path / "GeoLite2-City-CSV.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/GeoLite2-City-Blocks-IPv4.csv", blocks)
        archive.writestr("x/GeoLite2-City-Locations-en.csv", names)
    wanted = {IN: Place("JP", None, 35.6, 139.7), "203.0.112.9": Place("FR")}
    assert places.find([path], [IN, "203.0.112.9"]) == wanted


def test_files_add_up_and_the_first_is_believed(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.tsv"
    one.write_text("203.0.113.0,203.0.113.255,JP\n")
    two.write_text("203.0.113.0\t203.0.113.255\t64500\tKR\tX\n")
    assert places.find([one, two], [IN]) == {IN: Place("JP", "AS64500")}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"a,b,c\n1,2,3\n",
        b"\x1f\x8bxx",
        b"PK\x03\x04",
        b"\x00" * 50,
        b"name,country\nx,JP\n",
        b'"' * 200_000,
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=str(path)):
        places.find([path], [IN])
    with pytest.raises(UsageError):
        places.find([tmp_path / "missing"], [IN])


def test_bad_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("203.0.113.0,203.0.113.255,JP\n203.0.113.0\n,,\nx,y,ZZ\n203.0.113.9,203.0.113.1,US\n" * 2)
    assert places.find([path], [IN, "203.0.113.5"]) == {ip: Place("JP") for ip in (IN, "203.0.113.5")}


@settings(deadline=None)
@given(st.lists(st.tuples(st.ip_addresses(), st.integers(0, 128)), min_size=1, max_size=20), st.ip_addresses())
def test_an_address_gets_the_narrowest_network_that_holds_it(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: list[tuple[ipaddress.IPv4Address, int]],
    address: ipaddress.IPv4Address,
) -> None:
    assume(getattr(address, "ipv4_mapped", None) is None)  # the same address, written in two ways
    known = [(base, bits % (base.max_prefixlen + 1)) for base, bits in [*blocks, (address, 20)]]
    networks = list(dict.fromkeys(ipaddress.ip_network(one, strict=False) for one in known))
    path = tmp_path_factory.mktemp("x") / "x.csv"
    path.write_text("network,asn\n" + "".join(f"{network},{number + 1}\n" for number, network in enumerate(networks)))
    holding = [n for n, network in enumerate(networks) if network.version == address.version and address in network]
    narrowest = max(holding, key=lambda n: networks[n].prefixlen)
    assert places.find([path], [str(address)]) == {str(address): Place(None, f"AS{narrowest + 1}")}
