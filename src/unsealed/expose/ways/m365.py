"""Microsoft 365: the unified audit log and Entra's logs; MailItemsAccessed is its item log.

Rules: https://learn.microsoft.com/purview/audit-log-investigate-accounts.
"""

from unsealed.expose.forwarded import forwarded
from unsealed.expose.m365.exported import exported
from unsealed.expose.m365.widened import folders_open, kept_out, widened
from unsealed.expose.synced import synced
from unsealed.expose.ways.way import Way

WAY = Way(
    sources=("m365_audit", "entra_signin", "entra_audit"),
    items="m365_mail_items",
    widens=(widened,),
    took=(synced, forwarded, exported, kept_out, folders_open),
)
