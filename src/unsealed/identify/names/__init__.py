"""Names of people in texts: correspondents', in signatures, greetings, fields and tables, Latin and Japanese."""

from unsealed.identify.names.case import MENTIONS, acquaint, spotted
from unsealed.identify.names.find import NAMED, Names
from unsealed.identify.names.forms import canonical, initials
from unsealed.identify.names.lexicon import Lexicon, learn

__all__ = ["MENTIONS", "NAMED", "Lexicon", "Names", "acquaint", "canonical", "initials", "learn", "spotted"]
