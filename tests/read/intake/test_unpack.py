"""Archives with bounds: what can be had is had, what can't is told, and no name from inside becomes a path."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest
import pyzipper
from backports import zstd
from samples import Row, mail, mbox, take_in

from unsealed.case import Case
from unsealed.read.intake import unpack

LETTERS = [mail(n) for n in range(3)]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def sevened(members: dict[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, data in members.items():
            archive.writef(io.BytesIO(data), name)
    return out.getvalue()


MEMBERS = {f"Inbox/{n}.eml": letter for n, letter in enumerate(LETTERS)}
ARCHIVES = {
    "a.zip": zipped(MEMBERS),
    "a.tar": tarred(MEMBERS),
    "a.tar.gz": gzip.compress(tarred(MEMBERS)),
    "a.tgz": gzip.compress(tarred(MEMBERS)),
    "a.tar.xz": lzma.compress(tarred(MEMBERS)),
    "a.tar.zst": zstd.compress(tarred(MEMBERS)),
    "a.7z": sevened(MEMBERS),
    "Inbox.mbox.gz": gzip.compress(mbox(LETTERS)),
    "Inbox.mbox.bz2": bz2.compress(mbox(LETTERS)),
    "Inbox.mbox.xz": lzma.compress(mbox(LETTERS)),
    "Inbox.mbox.zst": zstd.compress(mbox(LETTERS)),
    "nested.zip": zipped({"deep/inner.tar.gz": gzip.compress(tarred(MEMBERS))}),
    "misnamed.dat": zipped(MEMBERS),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_all_kinds_of_archive(empty_case: Case, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(ARCHIVES[name])
    found = take_in(empty_case, path)
    assert sorted(row["subject"] for row in found["messages"]) == ["Letter 0", "Letter 1", "Letter 2"]
    assert {row["folder"] for row in found["messages"]} == {"Inbox"}
    assert not found["skipped"]
    assert not empty_case.work.exists(), "nothing is left of the spool"
    assert sum(row["records"] for row in found["evidence"]) == 3


def told(found: dict[str, list[Row]]) -> list[str]:
    return sorted(row["reason"] for row in found["skipped"])


def test_an_encrypted_zip_is_told_and_the_rest_is_read(empty_case: Case, tmp_path: Path) -> None:
    raw = bytearray(zipped({"secret.eml": mail(1), "open.eml": mail(2)}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    found = take_in(empty_case, tmp_path / "a.zip")
    assert [row["subject"] for row in found["messages"]] == ["Letter 2"]
    assert told(found) == ["encrypted"]
    assert found["skipped"][0]["locator"] == "member:secret.eml"


def test_an_encrypted_7z_is_told(empty_case: Case, tmp_path: Path) -> None:
    (tmp_path / "a.7z").write_bytes(sevened(MEMBERS, password="x"))  # noqa: S106 - a test's
    assert told(take_in(empty_case, tmp_path / "a.7z")) == ["encrypted"]


def locked(members: dict[str, bytes], password: str, *, strong: bool) -> bytes:
    out = io.BytesIO()
    kind = {"encryption": pyzipper.WZ_AES} if strong else {}
    with pyzipper.AESZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, **kind) as archive:
        archive.setpassword(password.encode())
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


PASSWORDS = ("wrong", "開けゴマ", "also wrong")


@pytest.mark.parametrize("kind", ["aes.zip", "a.7z"])
def test_a_password_opens_an_archive(tmp_path: Path, kind: str) -> None:
    data = locked(MEMBERS, "開けゴマ", strong=True) if kind == "aes.zip" else sevened(MEMBERS, password="開けゴマ")  # noqa: S106 - a test's
    path = tmp_path / kind
    path.write_bytes(data)
    for passwords, opened in ((PASSWORDS, True), (("wrong",), False)):
        spool = tmp_path / f"spool-{opened}"
        spool.mkdir()
        budget = unpack.Budget(len(data), passwords)
        found = list(unpack.members(path, kind[-3:].lstrip("."), spool, budget))
        if opened:
            assert [each.path.read_bytes() for each in found if isinstance(each, unpack.Member)] == list(
                MEMBERS.values()
            )
        else:
            assert {each.reason for each in found if isinstance(each, unpack.Problem)} == {"encrypted"}
            assert not [each for each in found if isinstance(each, unpack.Member)]


def test_a_truncated_gz_is_read_as_far_as_it_goes(empty_case: Case, tmp_path: Path) -> None:
    whole = gzip.compress(mbox([mail(n, os.urandom(300).hex()) for n in range(100)]))
    (tmp_path / "Inbox.mbox.gz").write_bytes(whole[: len(whole) // 2])
    found = take_in(empty_case, tmp_path / "Inbox.mbox.gz")
    assert 30 < len(found["messages"]) < 70
    assert told(found) == ["damaged_archive"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar.xz", "a.7z", "Inbox.mbox.zst"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_any_truncated_archive_is_told(empty_case: Case, tmp_path: Path, name: str, share: float) -> None:
    (tmp_path / name).write_bytes(ARCHIVES[name][: int(len(ARCHIVES[name]) * share)])
    (tmp_path / "ok.eml").write_bytes(mail(9))
    found = take_in(empty_case, tmp_path / name, tmp_path / "ok.eml")
    assert "Letter 9" in {row["subject"] for row in found["messages"]}
    assert told(found)


def bomb(size: int) -> bytes:
    """Make a gz of zeros that no machine should unpack."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def test_bombs_stop_early_and_the_rest_is_read(
    empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "FREE_OUT", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(bomb(64 << 20))
    (tmp_path / "bomb.zip").write_bytes(zipped({"1.eml": mail(1), "bomb": bytes(64 << 20), "2.eml": mail(2)}))
    (tmp_path / "bomb.tar.gz").write_bytes(gzip.compress(bomb(64 << 20)))
    found = take_in(empty_case, tmp_path)
    assert sorted(row["subject"] for row in found["messages"]) == ["Letter 1", "Letter 2"]
    assert told(found) == ["expands_too_much"] * 3


def test_all_members_together_are_bounded(empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_OUT", 3 << 20)
    for name, made in (("a.zip", zipped), ("a.7z", sevened)):
        (tmp_path / name).write_bytes(made({f"{n}.bin": bytes(1 << 20) for n in range(40)}))
    assert told(take_in(empty_case, tmp_path)).count("expands_too_much") == 2


def test_a_sparse_file_in_a_tar_is_bounded(empty_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "FREE_OUT", 1 << 20)
    info = tarfile.TarInfo("huge")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    raw = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    raw[483:495] = b"%011o " % (1 << 30)
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + sum(raw[156:512]) + 8 * 32)
    (tmp_path / "a.tar").write_bytes(bytes(raw) + bytes(1024))
    assert told(take_in(empty_case, tmp_path / "a.tar")) == ["expands_too_much"]


def test_nesting_is_bounded(empty_case: Case, tmp_path: Path) -> None:
    made = zipped({"1.eml": mail(1)})
    for depth in range(10):
        made = zipped({f"{depth}.zip": made})
    (tmp_path / "a.zip").write_bytes(made)
    assert told(take_in(empty_case, tmp_path / "a.zip")) == ["nested_too_deep"]


HOSTILE = [
    "../../etc/passwd.eml",
    "/etc/cron.d/x.eml",
    "..\\..\\x.eml",
    "C:\\Windows\\x.eml",
    "a/\x1b[31mred.eml",
    "x" * 300 + ".eml",
    ".",
    "CON.eml",
]


@pytest.mark.parametrize("make", [zipped, tarred])  # py7zr refuses to write such names
def test_hostile_names_never_become_paths(empty_case: Case, tmp_path: Path, make: object) -> None:
    before = {str(p) for p in tmp_path.rglob("*")}
    members = {name: mail(n) for n, name in enumerate(HOSTILE)}
    (tmp_path / "a.bin").write_bytes(make(members))  # type: ignore[operator]  # one of two functions
    found = take_in(empty_case, tmp_path / "a.bin")
    assert len(found["messages"]) + len(found["skipped"]) >= len(HOSTILE) - 1
    for row in found["evidence"]:
        assert ".." not in row["path"].split("!/")[-1].split("/")
        assert row["path"].isprintable()
    outside = {str(p) for p in tmp_path.rglob("*")} - before
    assert not [name for name in outside if "passwd" in name or "cron" in name]


def test_links_and_devices_in_a_tar_are_told(empty_case: Case, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.FIFOTYPE, "pipe"),
            (tarfile.CHRTYPE, "dev"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("1.eml")
        info.size = len(mail(1))
        archive.addfile(info, io.BytesIO(mail(1)))
    found = take_in(empty_case, tmp_path / "a.tar")
    assert [row["subject"] for row in found["messages"]] == ["Letter 1"]
    assert told(found) == ["not_a_file"] * 4


def test_names_in_shift_jis(empty_case: Case, tmp_path: Path) -> None:
    raw = zipped({"XXXX/1.eml": mail(1)})
    (tmp_path / "a.zip").write_bytes(raw.replace(b"XXXX", "受信".encode("cp932")))
    found = take_in(empty_case, tmp_path / "a.zip")
    assert [row["folder"] for row in found["messages"]] == ["受信"]
