"""Folders of Microsoft 365 mailboxes that the intruder opened to others: what lies in them was in reach, and nothing else.

Rules: https://learn.microsoft.com/powershell/module/exchange/add-mailboxfolderpermission: a permission on a folder is for
that folder alone.
"""

from unsealed.expose.m365.widened import folders_open
from unsealed.expose.ways.way import Way

WAY = Way(sources=(), could=(folders_open,))
