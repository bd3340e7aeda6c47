"""A case folder: create, open, lock, resume, decide."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from unsealed import config
from unsealed.custody import Custody, Verdict, sha256_file, who
from unsealed.errors import CaseError, CaseLocked, UsageError
from unsealed.journal import Journal

ABOUT_ACTIVITY, ABOUT_PERSONS = ("confirmed", "rejected"), ("merged", "split")
"""States of what people decide: of sessions and events, and of persons."""


class Case:
    """One case on disk: `case.toml`, `custody.jsonl`, `journal.sqlite`, `tables/`, `out/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables, self.out, self.work = folder / "tables", folder / "out", folder / "work"
        self.custody = Custody(folder / "custody.jsonl")

    @classmethod
    def create(cls, folder: Path, name: str, domains: tuple[str, ...] = (), timezone: str = "UTC") -> "Case":
        """Make a new case folder.

        Raises:
            CaseError: if there is a case already, or the folder holds other things.
            ConfigError: if the time zone does not exist.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            known = (folder / "case.toml").exists()
            hint = "there is a case already; use it as it is" if known else "it holds other things; name a new folder"
            raise CaseError(f"{folder}: {hint}.")
        (folder / "tables").mkdir(parents=True)
        (folder / "out").mkdir()
        listed = ", ".join(json.dumps(d.lower(), ensure_ascii=False) for d in domains)
        text = config.TEMPLATE.format(name=_toml(name), domains=listed, timezone=_toml(timezone))
        (folder / "case.toml").write_text(text, encoding="utf-8")
        case = cls(folder)
        try:
            _ = case.config
        except UsageError:
            raise
        except Exception:
            shutil.rmtree(folder)
            raise
        case.log({"action": "create", "case": name})
        return case

    @classmethod
    def open(cls, folder: Path) -> "Case":
        """Open a case folder.

        Raises:
            CaseError: if the folder holds no case.
        """
        if not (folder / "case.toml").is_file():
            raise CaseError(f"{folder}: no case here (no case.toml). `unsealed new {folder}` makes one.")
        for part in ("tables", "out"):
            (folder / part).mkdir(exist_ok=True)
        return cls(folder)

    @cached_property
    def config(self) -> config.Config:
        """What `case.toml` says."""
        return config.load(self.folder / "case.toml")

    @cached_property
    def journal(self) -> Journal:
        """What is done and decided."""
        return Journal(self.folder / "journal.sqlite")

    # -- custody -------------------------------------------------------------------------------------------------

    def log(self, *entries: dict[str, object]) -> None:
        """Append to the custody log, and remember its head."""

        def announce(first: int, hashes: list[str]) -> None:
            self.journal.set_note("custody_next", json.dumps(dict(enumerate(hashes, first))))

        count, head = self.custody.append(entries, announce)
        self.journal.set_note("custody_head", f"{count}:{head}")

    def verify(self) -> Verdict:
        """Prove the custody log: the chain, and that its end is the one we wrote."""
        remembered = self.journal.note("custody_head")
        head = (int(remembered.split(":")[0]), remembered.split(":")[1]) if remembered else None
        announced = {
            int(number): line for number, line in json.loads(self.journal.note("custody_next") or "{}").items()
        }
        return self.custody.verify(head, announced)

    def verify_evidence(self) -> dict[str, list[str]]:
        """Hash again every evidence file that still lies where it lay; give paths by `same`, `changed`, `gone`."""
        result: dict[str, list[str]] = {"same": [], "changed": [], "gone": []}
        for entry in self.custody.entries():
            if entry.get("action") != "take_in":
                continue
            lay = entry.get("absolute") or entry["path"]
            path = Path(os.fsdecode(lay.encode("utf-8", "surrogateescape")))
            if not path.is_file():
                result["gone"].append(entry["path"])
            else:
                same = sha256_file(path) == entry["evidence_id"]
                result["same" if same else "changed"].append(entry["path"])
        return result

    # -- one writer ----------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one writer while the block runs; the system frees the lock when the process dies.

        Raises:
            CaseLocked: if another run is writing.
        """
        import fcntl

        path = self.folder / ".lock"
        stream = path.open("a+", encoding="utf-8")
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.seek(0)
            holder = stream.read(200).strip() or "another run"
            stream.close()
            raise CaseLocked(
                f"{self.folder}: {holder} is writing to this case. Wait for it, or stop it first."
            ) from error
        try:
            stream.truncate(0)
            stream.write(f"process {os.getpid()} ({who()})")
            stream.flush()
            self._tidy()
            yield
        finally:
            stream.truncate(0)
            stream.close()

    def _tidy(self) -> None:
        """Remove what a killed run left of a stage: it holds names and texts in the clear."""
        for stage in (".identify-*", ".quoting-*", ".hits-*", ".register-*"):
            for left in self.folder.glob(stage):
                shutil.rmtree(left, ignore_errors=True)

    # -- tables --------------------------------------------------------------------------------------------------

    def parts(self, table: str) -> list[Path]:
        """Give the Parquet files of a table, in the order of their names."""
        return sorted((self.tables / table).glob("[!.]*.parquet"))

    def fingerprint(self, tables: tuple[str, ...], *more: str, decided: tuple[str, ...] = ABOUT_ACTIVITY) -> str:
        """Tell the state of some tables, `case.toml`, the decisions of these states and `more`, as one hash."""
        digest = hashlib.sha256()
        for table in tables:
            for part in self.parts(table):
                stat = part.stat()
                digest.update(f"{table}/{part.name}:{stat.st_size}:{stat.st_mtime_ns};".encode())
        digest.update((self.folder / "case.toml").read_bytes())
        decisions = [row for row in self.journal.decisions() if row["state"] in decided]
        digest.update(json.dumps([decisions, *more], default=str).encode())
        return digest.hexdigest()

    def decide(self, state: str, subjects: dict[str, list[str]]) -> None:
        """Keep a person's word: each subject (session or event) with the events it stands for now."""
        self.journal.decide(who(), [(subject, state, events) for subject, events in subjects.items()])
        self.log({"action": "decide", "state": state, "subjects": sorted(subjects)})


def _toml(text: str) -> str:
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]", " ", text), ensure_ascii=False)
