"""The examination by ways in: unseen cases with known truth for each way an intruder reads mail.

Every way is a module with `build(seed, root) -> list[Case]`. The truth is derived from what was played and from
DESIGN.md's "Was this letter opened?", by `Box.judge` in `common.py`, or by a few lines in the way itself; never from
the product. Where the contract leaves a verdict open to honest reading, a copy carries a set of acceptable verdicts,
written `a|b`. `RULES` below names these sets, so that they can be decided; `exam-<way>.md` counts them.
"""

RULES = """
O1  A permission, rule or consent outlives the intruder's last trace, the item log is on and names nothing: letters
    that came in between are not_accessed|out_of_reach. Where the mailbox has no item log they are in_reach.
    Where it still stands when the log ends, what the log does not name is also in_reach: nobody sees what came then.
O2  Access to one folder only (folder permission): the mailbox's other folders are out_of_reach|not_accessed.
O3  Within reach of an application permission for the whole tenant, mailboxes where it never read and whose item
    log is on: not_accessed|out_of_reach.
O4  eDiscovery that was searched and not exported: any verdict from out_of_reach to in_reach for what matches;
    previewed: in_reach|copied. Exported, not matching: out_of_reach|not_accessed.
O5  A query's day by day bounds: letters within 14 hours of such a day, and letters sent: any of copied, not_accessed and
    out_of_reach (the zone of a day, and whether `received` holds for what was sent, nothing tells).
O6  IMAP that counts bodies: headers fetched but no body (hdr_count > 0, body_count = 0): not_accessed|in_reach.
    Letters larger than all body bytes of all sessions: in_reach|not_accessed (parts may have been fetched).
    Exactly as many bodies and bytes as all letters there: in_reach|copied.
O7  POP sees the inbox alone: other folders are not_accessed|out_of_reach where only POP was used; what may have lain in
    the inbox first, and no log tells, may be in_reach, too.
O8  Autodiscover, OAB, Ping, Provision, OPTIONS, FolderSync alone: not_accessed|out_of_reach; autodiscover
    also in_reach (a password that works).
O9  Takeout or Vault export made, but its download is not logged: copied|in_reach.
O10 A gateway's own log is whole in its time, and does not name the letter; headers stripped: out_of_reach.
    No log and no headers: out_of_reach|in_reach.
O11 Arrival within the estimated or known error of a clock around a border: both sides' verdicts.
O12 Gmail's log names only the first opening; a letter that its owner had opened before: not_accessed|in_reach.
O13 A principal or application that the intruder was given reach to somewhere goes on with its old work elsewhere, as it
    always did: those mailboxes are out_of_reach|not_accessed; what it reads there never counts.
O14 A letter that only a deletion names, after a sync of the folder it was deleted from, and nothing tells when it came:
    copied|in_reach. Soft-deleted before the intruder came, no item log: out_of_reach|in_reach (could be recovered).
O15 A taken server, database or backup (`[[reach]]` kind server): what had come by then is copied|in_reach. A listing of what
    was exported names letters and not copies: another copy of a listed letter is copied|out_of_reach.
"""
