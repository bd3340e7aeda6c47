"""Lists as rows: the public shapes, their headers, dates and weights; and text with words around the indicators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

SHA256, SHA1, MD5 = "a" * 64, "b" * 40, "c" * 32
IP, DOMAIN = ("ip", "203.0.113.7"), ("domain", "evil.example")

SHAPES = {
    "URLhaus": (
        (
            "#####\n# abuse.ch URLhaus\n#\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"
            '"1","2023-01-01 10:00:00","http://203.0.113.7:8080/a.exe","online","2023-01-02","malware_download","exe","https://list.example/url/1/","x"\n'
        ),
        {("url", "203.0.113.7:8080/a.exe")},
    ),
    "ThreatFox": (
        (
            '#####\n# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable",'
            '"last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"\n'
            '"2023-01-01 10:00:00", "1", "203.0.113.7:443", "ip:port", "botnet_cc", "win.x", "", "X", "", "25", "", "", "", "0", "y"\n'
            f'"2023-01-01 10:00:00", "2", "{SHA256}", "sha256_hash", "payload", "win.x", "", "X", "", "100", "", "", "", "0", "y"\n'
        ),
        {IP, ("sha256", SHA256)},
    ),
    "Feodo": (
        (
            '####\n# Feodo\n"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"\n'
            '"2023-01-01 10:00:00","203.0.113.7","443","online","2023-02-01","Emotet"\n# END 1 entries\n'
        ),
        {IP},
    ),
    "Feodo, header in a comment": (
        '# first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n"2023-01-01","203.0.113.7","443","online","2023-02-01","Emotet"\n',
        {IP},
    ),
    "OTX": (
        (
            f"Indicator type,Indicator,Description\nIPv4,203.0.113.7,\nhostname,evil.example,\nFileHash-SHA256,{SHA256},x\n"
            f"FileHash-MD5,{MD5},\nURL,http://evil.example/x,\nemail,a@evil.example,\nCIDR,203.0.113.0/24,\n"
        ),
        {
            IP,
            DOMAIN,
            ("sha256", SHA256),
            ("md5", MD5),
            ("url", "evil.example/x"),
            ("email", "a@evil.example"),
            ("network", "203.0.113.0/24"),
        },
    ),
    "Microsoft Defender": (
        (
            "IndicatorType,IndicatorValue,ExpirationTime,Action,Severity,Title,Description\n"
            f"FileSha256,{SHA256},2030-01-01T00:00:00.0Z,Audit,High,x,y\nIpAddress,203.0.113.7,,Audit,High,x,y\n"
            "DomainName,evil.example,,Audit,High,x,y\nUrl,http://evil.example/x,,Audit,High,x,y\n"
        ),
        {("sha256", SHA256), IP, DOMAIN, ("url", "evil.example/x")},
    ),
    "CISA": (
        f"Type,Indicator,Notes\nIPv4 Address,203[.]0.113[.]7,C2\nDomain,evil[.]example,\nSHA-1,{SHA1},\n",
        {IP, DOMAIN, ("sha1", SHA1)},
    ),
    "Volexity": (
        f'value,entity_type,description\nevil.example,hostname,C2\n"{MD5},{SHA1},{SHA256}",file,X\n',
        {DOMAIN, ("md5", MD5), ("sha1", SHA1), ("sha256", SHA256)},
    ),
    "Maltrail": (
        "# Copyright\n\n# Reference: https://report.example/x\n\n203.0.113.7:443\nevil.example\nevil.example/gate\n",
        {IP, DOMAIN, ("url", "evil.example/gate")},
    ),
    "a column a kind": (
        f"file_name;md5;sha256\nInvoice.exe;{MD5};{SHA256}\n",
        {("filename", "invoice.exe"), ("md5", MD5), ("sha256", SHA256)},
    ),
    "a row over two lines": ('value,type,note\n203.0.113.7,ip,"one\ntwo"\nevil.example,domain,x\n', {IP, DOMAIN}),
    "JSON lines": (
        '{"ioc": "203.0.113.7", "ioc_type": "ip:port"}\n{"indicator": "evil.example", "type": "domain"}\n',
        {IP, DOMAIN},
    ),
    "words around": (
        (
            "Indicators of compromise\n\n## Network\n\n* 203[.]0[.]113[.]7 – C2\n- hxxps://evil[.]example/x\n1. evil[.]example\n\n"
            "| IP | Port |\n|----|------|\n| 203.0.113.8 | 443 |\n\nSubjects:\n  Your invoice is ready\nAttachments:\nInvoice 7.exe\n"
        ),
        {
            IP,
            ("url", "evil.example/x"),
            DOMAIN,
            ("ip", "203.0.113.8"),
            ("subject", "your invoice is ready"),
            ("filename", "invoice 7.exe"),
        },
    ),
    "a sentence": (
        "The actor signed in from 203.0.113.7 and sent mail for evil[.]example, as vendor.example reported at https://vendor.example/blog.\n",
        {IP, DOMAIN},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_public_shape_is_read(leads: Any, name: str) -> None:
    text, wanted = SHAPES[name]
    found, _ = leads(text)
    assert set(found) == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hxxp://evil[.]example/x", "url"),
        ("hXXps[:]//evil[.]example/x", "url"),
        ("h**p://evil(.)example/x", "url"),
        ("meow://evil[.]example/x", "url"),
        ("hxxps[://]evil[.]example/x", "url"),
        ("hxxps:\\\\evil[.]example/x", "url"),
        ("http://user:pw@EVIL.example:80/x#top", "url"),
        ("evil[.]example/x", "url"),
        ("*.evil[.]example", "domain"),
        ("evil.example.", "domain"),
        ("evil[.]example:8443", "domain"),
    ],
)
def test_defanged_urls_and_hosts_come_to_one_form(leads: Any, text: str, kind: str) -> None:
    found, unusable = leads(text)
    assert set(found) == {(kind, "evil.example/x" if kind == "url" else "evil.example")}
    assert not unusable


def test_names_in_other_scripts_are_compared_in_ascii(leads: Any) -> None:
    assert set(leads("пример.рф\nhttp://例え.jp/x\n")[0]) == {
        ("domain", "xn--e1afmkfd.xn--p1ai"),
        ("url", "xn--r8jz45g.jp/x"),
    }


def test_dates_weight_and_terms_come_from_columns(leads: Any) -> None:
    found, _ = leads(
        "value,type,valid_from,valid_until,confidence,tlp\n203.0.113.7,ip,2023-01-01,2023-02-01T00:00:00+09:00,20,amber\n"
    )
    item = found[IP]
    assert (item.valid_from, item.valid_until) == (
        datetime(2023, 1, 1, tzinfo=UTC),
        datetime(2023, 1, 31, 15, tzinfo=UTC),
    )
    assert "20 of 100" in item.doubt
    assert item.marking == "TLP:AMBER"
    found, _ = leads(
        "ioc_value,ioc_type,first_seen_utc,last_seen_utc\n203.0.113.7,ip,2022-01-01 00:00:00,2022-02-01 00:00:00\n"
    )
    assert found[IP].valid_until == datetime(2023, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "when", ["yesterday", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00", "99999999999", "-5"]
)
def test_a_date_that_is_none_does_no_harm(leads: Any, when: str) -> None:
    found, _ = leads(f"value,type,valid_until,last_seen\n203.0.113.7,ip,{when},{when}\n")
    assert set(found) == {IP}


def test_headings_are_no_failed_indicators(leads: Any) -> None:
    _, unusable = leads("Domains:\n=======\nevil.example\nNothing to see\n")
    assert [item.source for item in unusable] == ["leads line 4"]
