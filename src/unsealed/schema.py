"""Every table of a case: its Arrow schema, one comment a field.

Times are UTC, `timestamp[us, tz=UTC]`. Ids are hex strings derived from content, so the same evidence gives the
same ids on every machine. Column names are a contract with other programs; columns may be added, never renamed.
"""

import hashlib
from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.string()
TIME = pa.timestamp("us", tz="UTC")
COUNT = pa.int64()
FLAG = pa.bool_()
ADDRESS = pa.struct([("address", TEXT), ("name", TEXT)])
HOP = pa.struct([("by", TEXT), ("from", TEXT), ("time", TIME), ("ip", TEXT)])
GROUND = pa.struct([("how", TEXT), ("event_id", TEXT), ("note", TEXT), ("message_id", TEXT), ("trace", FLAG)])
KIND = pa.struct([("kind", TEXT), ("sensitivity", TEXT), ("mentions", COUNT), ("letters", COUNT)])
MERGE = pa.struct([("one", TEXT), ("other", TEXT), ("score", pa.float64()), ("reason", TEXT)])

VERDICTS = ("accessed", "copied", "quoted", "in_reach", "not_accessed", "out_of_reach")
"""Strongest first. The first four are the default set to be told about."""

TOLD = VERDICTS[:4]


@dataclass(frozen=True)
class Table:
    """One table: what it holds, in a sentence, and its columns."""

    name: str
    holds: str
    stage: str
    schema: pa.Schema


def content_id(*parts: str | bytes | None) -> str:
    """Derive an id from content: 32 hex digits of SHA-256 over the parts, separated unambiguously."""
    pieces: list[bytes] = []
    for part in parts:
        data = b"\x00" if part is None else part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        pieces += (len(data).to_bytes(8, "big"), data)
    return hashlib.sha256(b"".join(pieces)).hexdigest()[:32]


def _table(name: str, stage: str, holds: str, *columns: tuple[str, pa.DataType, str]) -> Table:
    fields = [pa.field(column, kind, metadata={"doc": doc}) for column, kind, doc in columns]
    return Table(name, holds, stage, pa.schema(fields))


_TABLES = (
    _table(
        "evidence",
        "read",
        "What was taken in: a row a file, files inside archives included.",
        ("evidence_id", TEXT, "SHA-256 of the file's bytes"),
        ("path", TEXT, "where it lay, as given; `archive.zip!/member` for a file inside an archive"),
        ("kind", TEXT, "`mail`, `log`, `archive`, `empty` or `unknown`"),
        ("reader", TEXT, "which reader took it"),
        ("size_bytes", COUNT, "size"),
        ("records", COUNT, "messages or log records read from it"),
        ("skipped", COUNT, "records or parts of it that could not be read"),
        ("mailbox", TEXT, "the mailbox it was taken for, where it is mail of one"),
        ("mailbox_basis", TEXT, "`given` on the command line, from the `path`, or `inferred` from headers"),
        ("folder", TEXT, "the mail folder it was taken for"),
        (
            "duplicate",
            FLAG,
            "the same bytes for the same place had been read before; its records are not counted twice",
        ),
    ),
    _table(
        "skipped",
        "read",
        "What could not be read: a row a place, with the reason.",
        ("evidence_id", TEXT, "the file; null where it could not even be opened"),
        ("path", TEXT, "where it lay"),
        (
            "locator",
            TEXT,
            "the place in it (`byte:OFFSET+LENGTH`, `line:N`, `member:NAME`); `path:PATH` for a whole file",
        ),
        ("reason", TEXT, "a short code"),
        ("detail", TEXT, "the reason in words"),
    ),
    _table(
        "messages",
        "read",
        "Every copy of every message: a row a copy.",
        ("message_id", TEXT, "our id of this copy"),
        ("evidence_id", TEXT, "the file it lies in"),
        ("locator", TEXT, "its place in that file (`byte:OFFSET+LENGTH`)"),
        ("mailbox", TEXT, "whose mailbox it was in, lower case; null where nothing tells"),
        ("folder", TEXT, "the folder, `/` between levels; null where nothing tells"),
        ("internet_message_id", TEXT, "the Message-ID header, with its angle brackets"),
        ("date", TIME, "the Date header"),
        ("from_address", TEXT, "the sender's address, lower case"),
        ("from_name", TEXT, "the sender's display name"),
        ("to", pa.list_(ADDRESS), "To"),
        ("cc", pa.list_(ADDRESS), "Cc"),
        ("bcc", pa.list_(ADDRESS), "Bcc"),
        ("subject", TEXT, "the decoded subject"),
        ("in_reply_to", TEXT, "In-Reply-To: the first id in it"),
        ("references", pa.list_(TEXT), "References: all ids, oldest first"),
        ("conversation_id", TEXT, "the thread; the same for all its messages in every mailbox"),
        (
            "received",
            pa.list_(HOP),
            "the Received hops, newest first; `ip` is the address that the receiving server saw",
        ),
        ("size_bytes", COUNT, "size as it lies in the evidence"),
        ("text", TEXT, "plain text of the body, of HTML mail too"),
        ("content_hash", TEXT, "the same for copies of one letter, whatever their transport headers"),
        ("attachment_count", COUNT, "attachments"),
        ("arrived", TIME, "when the copy came to the mailbox: the newest Received hop, else the Date header"),
        ("mailbox_basis", TEXT, "`given` on the command line, from the `path`, or `inferred` from headers"),
        ("notes", pa.list_(TEXT), "what had to be assumed or repaired while reading"),
        ("thread_index", TEXT, "Outlook's conversation: the first 22 bytes of Thread-Index, hex"),
        ("owner_hints", pa.list_(TEXT), "addresses that may own the mailbox, best first; used to infer it"),
        ("group", TEXT, "what was inferred together: files of one mailbox"),
        ("labels", pa.list_(TEXT), "Gmail's labels, all of them; a message lies once under many"),
        ("hidden_text", TEXT, "text that the HTML carries but does not show; not part of `text`"),
        ("links", pa.list_(TEXT), "where the links of its HTML lead, each once"),
        ("reply_to", TEXT, "the first address of Reply-To, lower case"),
        ("return_path", TEXT, "the envelope sender that Return-Path keeps, lower case"),
    ),
    _table(
        "attachments",
        "read",
        "Every attachment of every message copy.",
        ("attachment_id", TEXT, "our id"),
        ("message_id", TEXT, "the message copy it hangs on"),
        ("filename", TEXT, "its decoded name; never used as a path"),
        ("media_type", TEXT, "the declared media type"),
        ("size_bytes", COUNT, "decoded size"),
        ("sha256", TEXT, "SHA-256 of the decoded bytes"),
        ("text", TEXT, "its text, where it was read"),
        (
            "text_status",
            TEXT,
            "`read`, `no_text` (no words), `image` (needs a person), `encrypted`, `too_large`, `too_slow`, `failed`, `undecodable`",
        ),
        ("sha1", TEXT, "SHA-1 of the decoded bytes, to match indicators by"),
        ("md5", TEXT, "MD5 of the decoded bytes, to match indicators by"),
        ("embedded_message_id", TEXT, "of an attached letter: its Message-ID header, with its angle brackets"),
        ("embedded_content_hash", TEXT, "of an attached letter: what `content_hash` of `messages` would be for it"),
    ),
    _table(
        "events",
        "read",
        "Every log record, once: a row a record.",
        ("event_id", TEXT, "our id; from the record's own id where it has one"),
        ("evidence_id", TEXT, "the file it was read from"),
        ("locator", TEXT, "its place in that file (`byte:OFFSET+LENGTH`)"),
        ("time", TIME, "when it happened"),
        ("source", TEXT, "which log (`m365_audit`, `postfix`, …)"),
        ("operation", TEXT, "what was done, in the log's own word"),
        ("user", TEXT, "who did it, lower case"),
        ("mailbox", TEXT, "whose mailbox was touched, lower case"),
        ("client_ip", TEXT, "address of the client, without port or brackets"),
        ("client", TEXT, "client or user agent"),
        ("session_id", TEXT, "session, where the log has one"),
        ("app_id", TEXT, "application"),
        ("outcome", TEXT, "`success`, `failure` or `partial`"),
        ("raw", TEXT, "the record as it stands in the evidence, JSON text"),
        ("record_id", TEXT, "the record's own id"),
        ("workload", TEXT, "the service that wrote it"),
        ("client_app_id", TEXT, "the application behind the application, where the log tells both"),
        ("target", TEXT, "the object acted on"),
        ("logon_type", TEXT, "`owner`, `delegate`, `admin` or null"),
        ("shape", TEXT, "the export's form; a fuller form wins where two hold the same record"),
        (
            "time_basis",
            TEXT,
            "what was supplied: `zone` (the case's), `year` (inferred), `year zone`, `date` (from a header); null where nothing",
        ),
        ("bytes_out", COUNT, "bytes that went to the client, where the log counts them"),
        ("access_type", TEXT, "how a MailItemsAccessed says that items were opened, in its own word: `Bind` or `Sync`"),
        (
            "throttled",
            TEXT,
            "what a MailItemsAccessed says of the log being throttled, in its own word: `True` or `False`",
        ),
        ("operation_count", COUNT, "how many operations the record stands for, where it tells"),
        ("internet_message_id", TEXT, "the message that a transport record is about, with its angle brackets"),
        ("queue_id", TEXT, "the mail server's own name for it while it was queued"),
        ("sender", TEXT, "envelope sender, lower case"),
        ("recipients", pa.list_(TEXT), "envelope recipients, lower case"),
    ),
    _table(
        "accesses",
        "read",
        "Item-level records unfolded: a row an item or a folder.",
        ("event_id", TEXT, "the record in `events`"),
        ("mailbox", TEXT, "whose mailbox, lower case"),
        ("folder", TEXT, "the folder as the record names it"),
        ("internet_message_id", TEXT, "the message as the record names it; null for a whole folder"),
        ("access", TEXT, "`bind`, `sync`, `attachment`, `fetch`, `send`, `create`, `update`, `move`, `delete`"),
        ("throttled", FLAG, "the record says that the log was being throttled"),
        ("subject", TEXT, "the subject, where the record tells it"),
        (
            "destination",
            TEXT,
            "the folder it was moved or copied to; `//MAILBOX/FOLDER` where that is in another mailbox",
        ),
    ),
    _table(
        "findings",
        "hunt",
        "What in logs and mail matches an indicator or a rule.",
        ("finding_id", TEXT, "our id"),
        ("kind", TEXT, "`indicator`, `intruder` (a line of case.toml), `sigma` or `behaviour`"),
        ("rule_id", TEXT, "the indicator or rule"),
        ("title", TEXT, "in words"),
        ("severity", TEXT, "`informational`, `low`, `medium`, `high` or `critical`"),
        ("techniques", pa.list_(TEXT), "ATT&CK techniques, where known"),
        ("time", TIME, "when"),
        ("event_id", TEXT, "the event, or null"),
        ("message_id", TEXT, "the message, or null"),
        ("source", TEXT, "file and line of the indicator"),
    ),
    _table(
        "activity",
        "hunt",
        "What is taken for the intruder's doing: a row an event.",
        ("event_id", TEXT, "the event"),
        ("session", TEXT, "what it was grouped by: a session id, or a name of our own"),
        ("reason", TEXT, "why it was drawn in, in words"),
        ("finding_ids", pa.list_(TEXT), "the findings it rests on"),
        ("state", TEXT, "`proposed`, `confirmed` or `rejected`"),
        ("time", TIME, "when"),
        ("user", TEXT, "who"),
        ("mailbox", TEXT, "the mailbox touched"),
        ("inside", FLAG, "it shows the intruder inside; a failed attempt does not"),
        (
            "score",
            pa.float64(),
            "how far the findings of its session speak for an intruder, 0 to 100; null where only other activity drew it in",
        ),
    ),
    _table(
        "coverage",
        "hunt",
        "What the logs can and cannot see: a row a source, scope and period.",
        ("source", TEXT, "which log; `m365_mail_items` is the item log within `m365_audit`"),
        ("scope", TEXT, "a mailbox, or `*` for all"),
        ("from", TIME, "from"),
        ("to", TIME, "to"),
        ("records", COUNT, "records in the period"),
        ("state", TEXT, "`whole`, `gap`, `throttled` or `absent`"),
        ("note", TEXT, "why, in words"),
        ("event_id", TEXT, "the event that shows why, such as the change of a setting; null where none does"),
    ),
    _table(
        "clocks",
        "hunt",
        "How far the clocks of two sources lie apart: a row for each two that have facts in common.",
        ("source", TEXT, "which log; `received:HOST` for the Received fields that a server wrote"),
        (
            "against",
            TEXT,
            "what it is compared with: a log, `received` (the newest Received field) or `date` (the Date field)",
        ),
        ("pairs", COUNT, "facts that both have"),
        ("offset_seconds", pa.float64(), "how far it is ahead, by the median; negative where it is behind"),
        ("spread_seconds", pa.float64(), "how far single pairs lie from that: 1.4826 times their median distance"),
        ("used", FLAG, "the offset is beyond the spread, and verdicts reckon with it"),
        ("note", TEXT, "in words"),
    ),
    _table(
        "intrusion",
        "hunt",
        "When they were in: one row, bounds and not a date.",
        ("first_evidence", TIME, "the first record of the intruder inside"),
        ("last_evidence", TIME, "the last record of the intruder inside"),
        ("began_after", TIME, "the last moment known to be clean; null where the logs begin too late to tell"),
        ("began_before", TIME, "it had begun by then"),
        ("ended_after", TIME, "it had not ended by then"),
        ("ended_before", TIME, "it had ended by then; null where nothing tells"),
        ("dwell_days_min", pa.float64(), "days between `began_before` and `ended_after`"),
        ("dwell_days_max", pa.float64(), "days between `began_after` and `ended_before`; null where unbounded"),
    ),
    _table(
        "exposures",
        "expose",
        "The verdicts: a row a message copy, and one for every message that only a log names.",
        ("message_id", TEXT, "our id of the copy; null where only a log names the message"),
        ("internet_message_id", TEXT, "the Message-ID"),
        ("mailbox", TEXT, "whose mailbox"),
        ("verdict", TEXT, "`accessed`, `copied`, `quoted`, `in_reach`, `not_accessed` or `out_of_reach`"),
        ("content_verdict", TEXT, "the strongest verdict of all copies of the letter"),
        (
            "grounds",
            pa.list_(GROUND),
            "why: how, by which event or message, a note; `trace`: the event shows no more than that the intruder was in",
        ),
        ("first_time", TIME, "first time that the verdict's grounds name"),
        ("last_time", TIME, "last time that the verdict's grounds name"),
        ("folder", TEXT, "the folder"),
        ("conversation_id", TEXT, "the thread"),
        ("subject", TEXT, "the subject, from the message or from the log"),
        ("from_address", TEXT, "the sender"),
        ("date", TIME, "the message's date"),
    ),
    _table(
        "searches",
        "expose",
        "What the intruder looked for: a row a search whose words a log tells.",
        ("event_id", TEXT, "the record of the search"),
        ("time", TIME, "when"),
        ("user", TEXT, "by which account"),
        ("mailbox", TEXT, "in whose mailbox, where it was in one"),
        ("query", TEXT, "the words, as the log has them"),
        ("operation", TEXT, "the kind of search, in the log's own word"),
        ("source", TEXT, "which log"),
    ),
    _table(
        "accounts",
        "expose",
        "Names of accounts that the intruder used and that are no mail address of the evidence: a row a name.",
        ("account", TEXT, "the name, as logs have it"),
        ("mailbox", TEXT, "the mailbox that it is; null where that can't be told"),
        ("reason", TEXT, "why not: `server`, `outside`, `other_tenant`, `ambiguous`, `unknown`"),
        ("may_be", pa.list_(TEXT), "the mailboxes that it may be, where there are several"),
        ("records", COUNT, "records of the intruder under this name"),
        ("first_time", TIME, "the first of them"),
        ("last_time", TIME, "the last of them"),
    ),
    _table(
        "mentions",
        "identify",
        "Personal data in letters and attachments: a row a place, without the value itself.",
        ("message_id", TEXT, "the message copy it stands in"),
        ("attachment_id", TEXT, "the attachment it stands in; null where it is in the letter itself"),
        ("kind", TEXT, "what it is: `email_address`, `payment_card`, `jp_my_number`, …"),
        ("value_masked", TEXT, "as much of it as may be shown"),
        (
            "value_hash",
            TEXT,
            "the same for all spellings of one value in this case; HMAC-SHA-256 with the case's own key (`identify.key`), hex",
        ),
        ("start", COUNT, "where it begins: characters of the text that `part` names"),
        ("end", COUNT, "where it ends: the place behind its last character"),
        ("person_id", TEXT, "whose it is; null where that is not known"),
        ("validated", FLAG, "its check digit is right; false where it has none"),
        (
            "part",
            TEXT,
            "`text` or `subject` of `messages`, `attachment` (`text` of `attachments`) or `filename` (of `attachments`)",
        ),
        ("identifier", TEXT, "the identifier that found it"),
        ("basis", TEXT, "why it is that person's; null where nobody's"),
    ),
    _table(
        "persons",
        "identify",
        "Whose data was in the letters: a row a person, in the clear, for those who have to be told.",
        ("person_id", TEXT, "derived from what the person is known by"),
        ("names", pa.list_(TEXT), "names and spellings, the one most used first"),
        ("addresses", pa.list_(TEXT), "mail addresses, lower case, the one most used first"),
        ("phones", pa.list_(TEXT), "phone numbers as E.164, from signatures and fields"),
        (
            "organisation",
            TEXT,
            "as a signature or the case names it, else the domain; null for domains of mail providers",
        ),
        ("internal", FLAG, "one of the case's own domains is theirs"),
        ("language", TEXT, "the language to write to them in, ISO 639-1; null where nothing tells"),
        ("country", TEXT, "ISO 3166-1 alpha-2, where a phone, a domain or an address tells; else null"),
        ("partner", TEXT, "the partner in `case.toml` whose domain is theirs"),
        ("messages_exposed", COUNT, "different letters to be told about in which they stand"),
        ("worst_verdict", TEXT, "the strongest verdict of those letters"),
        ("first_time", TIME, "the earliest of those letters"),
        ("last_time", TIME, "the latest of those letters"),
        ("kinds", pa.list_(KIND), "kinds of data of theirs in those letters, the most sensitive first"),
        ("risk", TEXT, "tier of harm: `high`, `medium`, `low`"),
        ("risk_rule", TEXT, "the rule that gave the tier, in words"),
        ("best_address", TEXT, "the address that most likely reaches them; null where none is known"),
        ("minor", FLAG, "a text says that they are a child"),
        ("vulnerable", FLAG, "a text says that they need protection"),
        ("merges", pa.list_(MERGE), "which spellings were joined to this person, and why"),
    ),
    _table(
        "appearances",
        "identify",
        "Where a person stands in letters to be told about: a row a person, a letter and a role.",
        ("person_id", TEXT, "the person"),
        ("message_id", TEXT, "the message copy"),
        ("attachment_id", TEXT, "the attachment; null where it is the letter itself"),
        (
            "role",
            TEXT,
            "`from`, `to`, `cc`, `bcc`, `reply_to`, `named` (in the text), `data` (data of theirs in the text)",
        ),
        ("verdict", TEXT, "`content_verdict` of the letter"),
    ),
    _table(
        "shared_mailboxes",
        "identify",
        "Addresses in letters to be told about that are no person's: of roles, lists and machines.",
        ("address", TEXT, "lower case"),
        ("names", pa.list_(TEXT), "display names, the one most used first"),
        ("organisation", TEXT, "as in `persons`"),
        ("internal", FLAG, "of one of the case's own domains"),
        ("partner", TEXT, "as in `persons`"),
        ("reason", TEXT, "why it is no person's"),
        ("messages_exposed", COUNT, "different letters to be told about in which it stands"),
        ("worst_verdict", TEXT, "the strongest verdict of those letters"),
    ),
    _table(
        "duties",
        "warn",
        "Who must be told, by when: a row a duty of each regime, due or not. Check with counsel.",
        ("regime", TEXT, "the regime, as its file is called"),
        ("duty", TEXT, "the duty, as the regime's file calls it"),
        ("title", TEXT, "the duty in words"),
        ("recipient", TEXT, "who is to be told"),
        ("due", TEXT, "`yes`, `no` or `unknown`"),
        ("why", TEXT, "why, in words with the numbers"),
        ("missing", pa.list_(TEXT), "what nothing tells and would decide it: keys of `case.toml`, commands, questions"),
        ("clock", TEXT, "what starts the clock, in words"),
        ("clock_start", TIME, "when it started; null where that is not known"),
        (
            "preliminary_due",
            TIME,
            "end of the time for the first report; null where there is none, or no number of days",
        ),
        ("preliminary_local", TEXT, "the same in the authority's local time, in words"),
        (
            "final_due",
            TIME,
            "end of the time for the duty; null where the law names no number, or the clock is not known",
        ),
        ("final_local", TEXT, "the same in the authority's local time, in words"),
        ("timing", TEXT, "what the law says of time"),
        ("persons", COUNT, "persons whom the duty is about, at least; null where there is no register"),
        ("persons_possible", COUNT, "and at most: of some nothing tells where they live"),
        ("article", TEXT, "article of the law"),
        ("source", TEXT, "address of what was read of the law"),
        ("read", TEXT, "when it was read"),
        ("status", TEXT, "`in_force`, `not_yet` or `proposed`"),
    ),
)

TABLES = {table.name: table for table in _TABLES}
"""All tables by name, in the order of the stages that write them."""


def empty(name: str) -> pa.Table:
    """Give a table of the right columns and no rows."""
    return TABLES[name].schema.empty_table()
