"""Content searches and exports as the records tell them: which mailboxes, which letters, and what was done with them.

Records: https://learn.microsoft.com/purview/edisc-ref-audit-log (a search is defined, previewed, exported, its export
downloaded), and the cmdlets https://learn.microsoft.com/powershell/module/exchange/new-compliancesearch,
.../new-compliancesearchaction, .../new-mailboxexportrequest, .../search-mailbox, .../new-mailboxsearch. A search alone shows
how much it found, not what.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from unsealed.expose import asks, cmdlets, kql, opath
from unsealed.expose.asks import Ask

Row = Mapping[str, Any]
Names = Mapping[str, tuple[str, ...]]
_DEFINED = {"New-ComplianceSearch", "Set-ComplianceSearch", "SearchCreated", "SearchUpdated"}
_EXPORTED = {"SearchExported"}
_DOWNLOADED = {"SearchExportDownloaded"}
_SEEN = {
    "SearchPreviewed",
    "ViewedSearchPreviewed",
    "PreviewItemListed",
    "ViewedSearchExported",
    "AddQueryToWorkingSet",
}
_ITEMS = {"PreviewItemRendered", "PreviewItemDownloaded", "ViewDocument", "DownloadDocument"}
_MAILBOX = {"New-MailboxExportRequest", "Search-Mailbox", "New-MailboxSearch", "Start-MailboxSearch"}
OPERATIONS = sorted(
    {*_DEFINED, *_EXPORTED, *_DOWNLOADED, *_SEEN, *_ITEMS, *_MAILBOX, "New-ComplianceSearchAction", "ExportJob"}
)
_ENDING = re.compile(r"_(?:export|preview|report|purge)(?:_\w+)?$", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s\"\\]{1,400}@[^<>\s\"\\]{1,400}>")


class Scope(NamedTuple):
    """Which letters are meant."""

    every: bool = False
    """Every mailbox of the tenant."""
    mailboxes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Addresses that stand for no mailbox that is known: perhaps a group's."""
    excluded: tuple[str, ...] = ()
    query: str = ""
    asked: Ask | None = None
    """What a mailbox export asks beside; a query is read when it is run."""
    folders: tuple[str, ...] = ()
    not_folders: tuple[str, ...] = ()
    archive: bool = False


class Taken(NamedTuple):
    """What one record says the intruder took, or could look at."""

    event_id: str
    us: int
    """When the record is from."""
    as_of: int
    """What lay there then is what was taken."""
    what: str
    """`copied`, `seen`; of letters that the record names, `opened` or `downloaded`."""
    told: str
    scope: Scope
    items: tuple[str, ...] = ()
    """Message-IDs that the record names."""
    user: str | None = None


class Search(NamedTuple):
    """A search as it is defined at one moment."""

    name: str
    scope: Scope


class Book:
    """Keeps the searches while the records are read in order of time, whoever made them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.boxes = {box for found in names.values() for box in found}
        self.searches: dict[str, Search] = {}
        self.exported: dict[str, tuple[Scope, int]] = {}
        """What the newest export of a search held, and from when."""
        self.sets: dict[str, list[tuple[Scope, int]]] = {}
        """What was put into the review sets of a case."""

    def read(self, row: Row) -> Iterator[Taken]:
        """Take one record in; give what it lets the intruder have, if it is theirs."""
        record = cmdlets.parse(row["raw"])
        given = cmdlets.parameters(record)
        operation = row["operation"]
        if operation in _DEFINED:
            self._define(row, record, given)
        elif operation in _MAILBOX:
            yield from self._mailbox(row, given)
        elif operation in _ITEMS:
            yield from self._items(row, record)
        else:
            yield from self._done(row, record, given)

    # -- content searches ----------------------------------------------------------------------------------------

    def _define(self, row: Row, record: Mapping[str, Any], given: Mapping[str, str]) -> None:
        keys = self._keys(row, record, given)
        old = next((self.searches[key] for key in keys if key in self.searches), None)
        before = old.scope if old else Scope()
        every, boxes, groups = self._places(said(record, given, "exchangelocation", "exchangelocations"))
        excluded = self._places(said(record, given, "exchangelocationexclusion", "exclusions"))[1]
        query = said(record, given, "contentmatchquery", "query")
        new = before._replace(
            every=every if every or boxes or groups else before.every,
            mailboxes=boxes if every or boxes or groups else before.mailboxes,
            groups=groups if every or boxes or groups else before.groups,
            excluded=excluded or before.excluded,
            query=before.query if query is None else query,
        )
        search = Search(keys[0] if keys else "", self._added(new, given))
        for key in keys:
            self.searches[key] = search

    def _added(self, scope: Scope, given: Mapping[str, str]) -> Scope:
        """Bring what is added to a search's places, or taken from them, to bear."""
        every, more, groups = self._places(given.get("addexchangelocation"))
        less = self._places(given.get("removeexchangelocation"))[1]
        out = self._places(given.get("addexchangelocationexclusion"))[1]
        back = self._places(given.get("removeexchangelocationexclusion"))[1]
        return scope._replace(
            every=scope.every or every,
            mailboxes=tuple(box for box in (*scope.mailboxes, *more) if box not in less),
            groups=(*scope.groups, *groups),
            excluded=tuple(box for box in (*scope.excluded, *out) if box not in back),
        )

    def _done(self, row: Row, record: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Taken]:
        """Read that something was done with a search: exported, downloaded, looked at."""
        operation, case = row["operation"], str(record.get("Case") or record.get("CaseId") or "")
        keys = self._keys(row, record, given)
        name = keys[0] if keys else "not named"
        if operation == "ExportJob":
            for scope, as_of in self.sets.get(case) or [(_unknown("what the review set held"), row["us"])]:
                yield from self._taken(
                    row, "copied", f"exported from the review set of an eDiscovery case ({name})", scope, as_of
                )
            return
        scope = self._scope(row, record, given, keys)
        if operation == "AddQueryToWorkingSet":
            self.sets.setdefault(case, []).append((scope, row["us"]))
        exports = operation in _EXPORTED or (operation == "New-ComplianceSearchAction" and cmdlets.on(given, "export"))
        looks = operation in _SEEN or (operation == "New-ComplianceSearchAction" and cmdlets.on(given, "preview"))
        if exports:
            for key in keys:
                self.exported[key] = scope, row["us"]
            yield from self._taken(row, "copied", f"exported by the content search {name!r}", scope, row["us"])
        elif operation in _DOWNLOADED:
            held, as_of = next((self.exported[key] for key in keys if key in self.exported), (scope, row["us"]))
            yield from self._taken(
                row, "copied", f"an export of the content search {name!r} was downloaded", held, as_of
            )
        elif looks:
            what = "its export" if operation == "ViewedSearchExported" else "its results"
            yield from self._taken(
                row, "seen", f"the content search {name!r} was opened to look at {what}", scope, row["us"]
            )

    def _scope(self, row: Row, record: Mapping[str, Any], given: Mapping[str, str], keys: list[str]) -> Scope:
        """Give what a record's search is for: as it was defined, or as the record itself says."""
        found = next((self.searches[key].scope for key in keys if key in self.searches), None)
        if found is not None:
            return found
        if said(record, given, "exchangelocations", "exchangelocation"):
            self._define(row, record, given)
            return self.searches[keys[0]].scope if keys else _unknown("a search without a name")
        return _unknown("how the search was defined, before this log")

    def _items(self, row: Row, record: Mapping[str, Any]) -> Iterator[Taken]:
        """One result was opened or downloaded: the letter where the record names it, else any that the search found."""
        told = f"opened from the results of a content search ({row['operation']})"
        items = tuple(dict.fromkeys(_MESSAGE_ID.findall(str(record))))
        given = cmdlets.parameters(record)
        scope = self._scope(row, record, given, self._keys(row, record, given))
        if row["by_intruder"]:
            what = "seen" if not items else "downloaded" if "Download" in row["operation"] else "opened"
            yield Taken(row["event_id"], row["us"], row["us"], what, told, scope, items, row["user"])

    # -- mailboxes -----------------------------------------------------------------------------------------------

    def _mailbox(self, row: Row, given: Mapping[str, str]) -> Iterator[Taken]:
        """Read an export of one mailbox, or a search that copies what it finds into another."""
        operation = row["operation"]
        if operation == "New-MailboxExportRequest":
            yield from self._taken(row, "copied", _told_export(given), self._export(row, given), row["us"])
        elif operation == "Search-Mailbox":
            every, boxes, groups = self._places(given.get("identity") or row["target"])
            scope = Scope(every=every, mailboxes=boxes, groups=groups, query=given.get("searchquery", ""))
            if given.get("targetmailbox") and not cmdlets.on(given, "logonly"):
                told = f"copied by Search-Mailbox to {given['targetmailbox']}"
                yield from self._taken(row, "copied", told, scope, row["us"])
        else:
            name = cmdlets.folded(given.get("name") or given.get("identity") or str(row["target"] or ""))
            if operation == "New-MailboxSearch":
                self.searches[f"in-place {name}"] = Search(name, self._in_place(given))
            known = self.searches.get(f"in-place {name}")
            copies = operation == "Start-MailboxSearch" or (
                given.get("targetmailbox") and not cmdlets.on(given, "estimateonly")
            )
            if copies:
                scope = known.scope if known else _unknown("how the search was defined, before this log")
                yield from self._taken(row, "copied", f"copied by the mailbox search {name!r}", scope, row["us"])

    def _export(self, row: Row, given: Mapping[str, str]) -> Scope:
        whole = given.get("mailbox") or given.get("identity") or str(row["target"] or "")
        every, boxes, groups = self._places(whole)
        root = given.get("sourcerootfolder", "")
        folders = _folders(given.get("includefolders", "")) or ((f"{root.rstrip('/')}/*",) if root else ())
        return Scope(
            every=every,
            mailboxes=boxes,
            groups=groups,
            asked=opath.ask(given.get("contentfilter", "")),
            folders=folders,
            not_folders=_folders(given.get("excludefolders", "")),
            archive=cmdlets.on(given, "isarchive"),
        )

    def _in_place(self, given: Mapping[str, str]) -> Scope:
        places = given.get("sourcemailboxes") or "All"
        every, boxes, groups = self._places(places)
        asked = [asks.named("sender", who) for who in cmdlets.words(given.get("senders", ""))]
        people = [asks.named("recipients", who) for who in cmdlets.words(given.get("recipients", ""))]
        start, end = (asks.moment(given[key]) if given.get(key) else None for key in ("startdate", "enddate"))
        bounds = asks.between("c.arrived", start[0] if start else None, end[1] if end else None)
        whole = asks.every([*([asks.some(asked)] if asked else []), *([asks.some(people)] if people else []), bounds])
        return Scope(every=every, mailboxes=boxes, groups=groups, query=given.get("searchquery", ""), asked=whole)

    # -- parts ---------------------------------------------------------------------------------------------------

    def _taken(self, row: Row, what: str, told: str, scope: Scope, as_of: int) -> Iterator[Taken]:
        if row["by_intruder"]:
            yield Taken(row["event_id"], row["us"], as_of, what, told, scope, user=row["user"])

    def _keys(self, row: Row, record: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
        """Give the names by which a search may be known: its own, and its object's."""
        named = [given.get(key) for key in ("name", "searchname", "identity")]
        named += [said(record, {}, key) for key in ("searchname", "searchid", "sourcesearch")]
        named += [str(record.get("ObjectId") or ""), str(row["target"] or "")]
        keys = (cmdlets.folded(_ENDING.sub("", name)) for name in named if name)
        return list(dict.fromkeys(key for key in keys if key))

    def _places(self, value: str | None) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
        """Give which mailboxes a list of places names: whether all, those known, and what may be a group."""
        words = cmdlets.words(value or "")
        if "all" in words:
            return True, (), ()
        boxes, groups = list[str](), list[str]()
        for word in words:
            found = cmdlets.person(word, None, self.names)
            (boxes if found in self.boxes else groups).append(found or word)
        return False, tuple(boxes), tuple(groups)


def said(record: Mapping[str, Any], given: Mapping[str, str], *names: str) -> str | None:
    """Give what a record says under one of some names: as a parameter, a field, or an extended property; or None."""
    for name in names:
        if name in given:
            return given[name]
    fields = {key.lower(): value for key, value in record.items()}
    more = {
        str(pair.get("Name", "")).lower(): pair.get("Value") for pair in cmdlets.pairs(record.get("ExtendedProperties"))
    }
    for name in names:
        value = fields.get(name, more.get(name))
        if value is not None:
            return ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return None


def query(scope: Scope, us: int) -> Ask:
    """Give all that a scope asks of a letter's content, for a search run at a time."""
    return asks.every([kql.ask(scope.query, us), *([scope.asked] if scope.asked else [])])


def _unknown(what: str) -> Scope:
    return Scope(every=True, asked=asks.cant_tell(what))


def _folders(value: str) -> tuple[str, ...]:
    names: Iterable[str] = (
        word.strip().strip("\"'").replace("\\", "/") for word in re.split(r"[;,]", value.strip("(){}"))
    )
    return tuple(name for name in names if name)


def _told_export(given: Mapping[str, str]) -> str:
    path = given.get("filepath")
    return "exported by New-MailboxExportRequest" + (f" to {path}" if path else "")
