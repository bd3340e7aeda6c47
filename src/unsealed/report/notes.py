"""The notes, reasons and details that stages write into tables, as templates, so that they can be told in other languages.

A test runs the demo and scenes of every kind, and fails for a note that no template knows.
"""


def N_(text: str) -> str:  # noqa: N802 - the name by which extraction finds what is to be translated
    """Mark a text for translation."""
    return text


TEMPLATES = (
    # -- grounds of exposures
    N_("no trace of the intruder in this mailbox"),
    N_("it came after the intruder was last seen in this mailbox"),
    N_("it was deleted before the intruder was first seen in this mailbox"),
    N_("it was not there while the intruder was"),
    N_("the item log of this mailbox is whole while the intruder was in it, and does not name the letter"),
    N_("the item log was throttled for 24 hours from {start}"),
    N_("no item log from {start} to {end}: {why}"),
    N_("folder {folder} was synchronised"),
    N_("{share} of its words stand in {message}"),
    N_("{operation} from {address}"),
    N_("it passed {host}, {what}"),
    N_("open to the intruder from {start} to {end} ({basis})"),
    N_("open to the intruder from {start} to {end}"),
    N_("open to the intruder from {start} ({basis})"),
    N_("open to the intruder to {end} ({basis})"),
    N_("the mailbox was open, {what}"),
    N_("the intruder was in this mailbox until {end}, and no item log of it exists"),
    N_("the intruder was in this mailbox until {end} by a way ({source}) whose log does not name what was read"),
    N_("sent on by the intruder's {what}"),
    N_("inbox rule {value} to {what}"),
    N_("mailbox forwarding {value} to {what}"),
    N_("transport rule {value} to {what}"),
    N_("when it came is not known"),
    N_("whether its condition ({condition}) was met can't be told"),
    N_("whether the letter lay there then can't be told"),
    # -- coverage
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
    # -- reasons of activity
    N_("same session as other activity of the intruder: {session}"),
    N_("same address, client and application within hours of other activity of the intruder: {what}"),
    N_("confirmed by a person"),
    N_("{finding} ({what})"),
    N_("ip {address}: from {what}"),
    N_("network {network}: from {what}"),
    N_("email {address}: named in {what}"),
    N_("domain {domain}: a hop of its way"),
    N_("domain {domain}: link to {what}"),
    N_("sha256 {value}: attachment {what}"),
    N_("sha1 {value}: attachment {what}"),
    N_("md5 {value}: attachment {what}"),
    N_("user_agent {value}: by client {client}"),
    N_("{line}: known to be the intruder's"),
    N_("case.toml intruder {number} ({basis})"),
    N_("case.toml intruder {number}"),
    N_("{what} line {number}"),
    # -- titles of behaviours
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
    N_("At {value} ({address}) {minutes} minutes after {what} ({other})"),
    N_("At {value} ({address}) {minutes} minutes after {what} ({other}): {distance} km"),
    N_("this account made such a jump between the two on {days} days before"),
)
