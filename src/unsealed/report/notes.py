"""The notes and reasons that stages write into tables, as templates, so that they can be told in other languages.

Every scene of the tests fails for a note that no template knows (`tests/scene.py`), and so does a sentence in the source of
`expose` or `hunt` that none has (`tests/report/test_notes.py`). What may stand in a place is told by its name, in `retell`.
"""


def N_(text: str) -> str:  # noqa: N802 - the name by which extraction finds what is to be translated
    """Mark a text for translation."""
    return text


_REACH = (
    N_("no trace of the intruder in this mailbox"),
    N_("it came after the intruder was last seen in this mailbox"),
    N_("it was deleted before the intruder was first seen in this mailbox"),
    N_("it was not there while the intruder was"),
    N_(
        "the item log of this mailbox is whole from {start} to {end}, while the intruder was in it, and does not name the"
        " letter"
    ),
    N_("the item log was throttled for 24 hours from {start}"),
    N_("no item log from {start} to {end}: {why}"),
    N_("the log that we have begins only then"),
    N_("the log that we have ends then"),
    N_("the intruder was in this mailbox, and no item log of it exists"),
    N_("the intruder was in this mailbox until {end}, and no item log of it exists"),
    N_("the intruder was in this mailbox until {end} by a way ({way}) whose log does not name what was read"),
    N_("the intruder was in this mailbox by {name}, whose log does not name what was read"),
    N_("at most {bytes} bytes of letters were sent"),
    N_("nothing that the intruder did in this mailbox by {name} while the letter was there can give a letter"),
    N_(
        "the most that was sent to the intruder at once by {name} while the letter was there ({sent} bytes) is less than the"
        " letter ({bytes} bytes)"
    ),
    N_(
        "all that was sent to the intruder by {name} while the letter was there ({sent} bytes) is less than its text alone"
        " ({characters} characters): it was not fetched whole"
    ),
    N_("{operation} from {address}"),
    N_("read by what the intruder had given on {start}: {what}"),
    N_("let in by the intruder: {value}"),
    N_("{share} of its words stand in {message}"),
    N_("{share} of its words stand in {message}, which is attached whole to {holder}"),
    N_("attached whole to {message}"),
    N_("folder {folder} was synchronised"),
    N_("whether the letter lay there then can't be told"),
    N_("the whole inbox was fetched by POP: {letters} letters"),
    N_("the whole inbox was fetched by POP: {letters} letters, {bytes} bytes"),
    N_("sent through the mail server with the account's password"),
    N_("sent through the mail server with the account's password from {address}"),
)
_KNOWN = (
    N_("{what}, open to the intruder from {start} to {end} ({basis})"),
    N_("{what}, open to the intruder from {start} ({basis})"),
    N_("{what}, open to the intruder to {end} ({basis})"),
    N_("{what}, open to the intruder ({basis})"),
    N_("{what}, open to the intruder from {start} to {end}"),
    N_("{what}, open to the intruder from {start}"),
    N_("{what}, open to the intruder to {end}"),
    N_("{what}, open to the intruder"),
    N_("the mailbox was open"),
    N_("it passed {name}"),
    N_("the log of {name} names it: it passed there"),
    N_("it lay on {name}"),
    N_("a copy of {name} was taken, and it held the letter"),
    N_("it lies in {name}, a copy that the intruder took"),
    N_("{name}, a copy that the intruder took, held its mailbox"),
    N_("{name}, a copy that the intruder took, is listed to contain it: {path}, line {number}"),
    N_("{what}, taken between {start} and {end}"),
    N_("{what}, taken after {start}"),
    N_("{what}, taken by {end}"),
    N_("whether it lay there then is not known"),
)
_FORWARDED = (
    N_("sent on by the intruder's {what}"),
    N_("inbox rule {value} to {name}"),
    N_("mailbox forwarding {value} to {name}"),
    N_("transport rule {value} to {name}"),
    N_("forwarding to {name}"),
    N_("when it came is not known"),
    N_("whether its condition ({conditions}) was met can't be told"),
    N_("whether its conditions were met can't be told"),
    N_("Gmail's log says that it was forwarded to {name}"),
    N_("an email monitor of the intruder's copied incoming mail"),
    N_("an email monitor of the intruder's copied outgoing mail"),
)
_GIVEN = (
    N_("the intruder gave {what}"),
    N_("no item log of this mailbox exists"),
    N_("the item log is whole and does not name the letter"),
    N_(
        "{name} read it, who had read this mailbox or been let in by somebody else before the intruder gave {what}: not"
        " counted"
    ),
    N_("{what}, which shows headers alone"),
    N_("full access for {name}"),
    N_("{rights} on the folder {folder} for {name}"),
    N_("the calendar for {name}"),
    N_("consent to the application {name} ({scopes}) for every account"),
    N_("consent to the application {name} ({scopes}) for {mailbox}"),
    N_("the application permission {role} for {name} in every mailbox"),
    N_("the role {value} for {name}"),
    N_("the role {value} for {name} in the scope {path}"),
    N_("the application {name}, let in by the intruder, could read this mailbox, and no log names what it read"),
    N_("the delegate {name}, made by the intruder, could read this mailbox, and no log names what it read"),
)
_EXPORTED = (
    N_("exported from the review set of an eDiscovery case ({name})"),
    N_("exported by the content search {title}"),
    N_("an export of the content search {title} was downloaded"),
    N_("the content search {title} was opened to look at its export"),
    N_("the content search {title} was opened to look at its results"),
    N_("opened from the results of a content search ({operation})"),
    N_("exported by New-MailboxExportRequest"),
    N_("exported by New-MailboxExportRequest to {path}"),
    N_("copied by Search-Mailbox to {mailbox}"),
    N_("copied by the mailbox search {title}"),
    N_("{what}, query {query}"),
    N_("whether it is one of them can't be told"),
    N_("whether it is one of them ({conditions}) can't be told"),
    N_("whether its mailbox was among those searched can't be told"),
    N_("{what} held it"),
    N_("{what} may have held it"),
    N_("a Google Takeout with mail that the intruder asked for"),
    N_("a Vault export that the intruder made"),
    N_("a mailbox dump that the intruder asked for"),
    N_("no download of it is logged"),
    N_("that it was ever made is not logged"),
    N_("it had been opened before, and Gmail logs the first opening alone"),
    N_("it may have been opened before, and Gmail logs the first opening alone"),
)
_COVERAGE = (
    N_("records on most days"),
    N_("it begins {days} days before its last record, as a log does that is kept for {kept} days"),
    N_("no record of any account for {days} days"),
    N_("the log has records, but no sign-ins"),
    N_("no MailItemsAccessed record of this mailbox by anyone: the item log was off, or is not in the evidence"),
    N_("its owner signed in, and no item access was recorded"),
    N_("before the first item record of this mailbox"),
    N_("after the last item record of this mailbox"),
    N_("the whole log has no record"),
    N_("IsThrottled: for 24 hours anything may have been opened unrecorded"),
    N_("item records by someone"),
    N_("Gmail's log begins later"),
    N_("Gmail's log names openings by someone; of each letter the first alone"),
    N_("Gmail's log ends earlier"),
    N_("{what} (from {start} until {end})"),
    N_("{what} (from {start})"),
    N_("Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled false: nothing was logged for anyone"),
    N_("Set-OrganizationConfig -AuditDisabled true: mailbox auditing was off for everyone"),
    N_("Set-MailboxAuditBypassAssociation: nothing that {name} did in mailboxes was logged"),
    N_("Set-Mailbox -AuditEnabled false: the auditing of this mailbox was switched off"),
    N_("Set-Mailbox -AuditOwner: MailItemsAccessed of its owner was no longer logged"),
    N_("Set-Mailbox -AuditDelegate: MailItemsAccessed of its delegate was no longer logged"),
    N_("Set-Mailbox -AuditAdmin: MailItemsAccessed of its admin was no longer logged"),
    N_("the licence with Audit (Premium) was taken away, which MailItemsAccessed came with"),
    N_("the licence with Audit (Premium) was given only at {start}"),
    N_("auditing was switched on only at {start}"),
)
_ACTIVITY = (
    N_("same session as other activity of the intruder: {session}"),
    N_("same address, client and application within hours of other activity of the intruder: {address}, {client}"),
    N_("confirmed by a person"),
    N_("rejected by a person"),
    N_("{what} (behaviour {behaviour})"),
    N_("{what} (case.toml intruder {number})"),
    N_("{what} (case.toml intruder {number} ({basis}))"),
    N_("{what} ({source})"),
    N_("{path} line {number}"),
    N_("{path} line {number} ({basis})"),
)
_INDICATORS = (
    N_("ip {value}: {what}"),
    N_("network {value}: {what}"),
    N_("domain {value}: {what}"),
    N_("url {value}: {what}"),
    N_("email {value}: {what}"),
    N_("user_agent {value}: {what}"),
    N_("app_id {value}: {what}"),
    N_("session_id {value}: {what}"),
    N_("guid {value}: {what}"),
    N_("sha256 {value}: {what}"),
    N_("sha1 {value}: {what}"),
    N_("md5 {value}: {what}"),
    N_("filename {value}: {what}"),
    N_("subject {value}: {what}"),
    N_("{line}: known to be the intruder's"),
    N_("{what} [{why}]"),
    N_("from {address}"),
    N_("by client {client}"),
    N_("by host {name}"),
    N_("named in {operation}"),
    N_("mail from {name}"),
    N_("mail to {name}"),
    N_("sender {name}"),
    N_("answers go to {name}"),
    N_("returned to {name}"),
    N_("a hop of its way"),
    N_("attachment {name}"),
    N_("subject {subject}"),
    N_("session_id {session}"),
    N_("app_id {value}"),
    N_("client_app_id {value}"),
    N_("user {name}"),
    N_("link to {path}"),
    N_("link wrapped, to {path}"),
    N_("link in {operation} to {path}"),
    N_("link in {operation} wrapped, to {path}"),
    N_("common here: {accounts} of {all} accounts, {regular} of them regularly, on {days} days"),
    N_("common here: {letters} letters of {senders} senders on {days} days"),
    N_("a network this wide is a provider's"),
    N_("after its validity ended on {end}"),
    N_("before its validity begins on {start}"),
    N_("on the warning list {name}"),
    N_("its author's confidence is {number} of 100"),
    N_("only a part of what its author's pattern asks for"),
)
_BEHAVIOURS = (
    N_("{what}: {visits} sign-ins and accesses on {days} days over the {span} days before {why}"),
    N_("First time from {value}"),
    N_("First time from the country {value}"),
    N_("First time with the client {client}"),
    N_("First time through the application {value}"),
    N_("came from {number} network"),
    N_("came from {number} networks"),
    N_("came from {number} other client"),
    N_("came from {number} other clients"),
    N_("came from {number} other country"),
    N_("came from {number} other countries"),
    N_("went through {number} other application"),
    N_("went through {number} other applications"),
    N_(
        "Active at {hour} h UTC ({records} records): on {days} of {all} active days before was this account active"
        " within {around} hours of that hour"
    ),
    N_(
        "{number} MiB taken within an hour: in {hours} active hours over the {days} days before, this account never took"
        " more than {most} MiB"
    ),
    N_(
        "{number} items opened or copied within an hour: in {hours} active hours over the {days} days before, this account"
        " never reached more than {most}"
    ),
    N_(
        "{number} folders opened or copied within an hour: in {hours} active hours over the {days} days before, this"
        " account never reached more than {most}"
    ),
    N_(
        "One client, {client}, at {address} was inside {number} accounts on one day: on {days} days before it was inside at"
        " most {most}, and {known} of {all} accounts had come from that address"
    ),
    N_("Opened {number} mailboxes of others on one day: on {days} days before this account opened at most {most}"),
    N_("At {value} ({address}) {minutes} minutes after {name} ({other})"),
    N_("At {value} ({address}) {minutes} minutes after {name} ({other}): {distance} km"),
    N_("this account made such a jump between the two on {days} days before"),
)
TEMPLATES = (*_REACH, *_KNOWN, *_FORWARDED, *_GIVEN, *_EXPORTED, *_COVERAGE, *_ACTIVITY, *_INDICATORS, *_BEHAVIOURS)
UNNAMED = (
    N_("an account not named"),
    N_("a holder not named"),
    N_("an address not named"),
    N_("not named"),
    N_("'not named'"),
    N_("(not named)"),
    N_("without a name"),
    N_("the web"),
    N_("IMAP or POP"),
)
"""What stands in a place where the evidence has no name, or where we name a way in."""
LISTED = (
    N_("query {query}"),
    N_("filter {query}"),
    N_("the archive"),
    N_("the folder"),
    N_("how near the words stand"),
    N_("what the review set held"),
    N_("a search without a name"),
    N_("how the search was defined, before this log"),
    N_("conditions from before this log"),
    N_("one of {number} rules was ended, it can't be told which"),
)
"""What could not be judged, in a list between commas and names of properties."""
