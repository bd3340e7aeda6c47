"""A search of Gmail's or Vault's as a condition on letters, as far as it can be judged from a letter.

Operators: https://support.google.com/mail/answer/7190, https://support.google.com/vault/answer/2474474.
"""

import re

from unsealed.query import literal

_WORD = re.compile(r'(-)?(?:([a-zA-Z_]+):)?(?:"([^"]*)"|\(([^)]*)\)|([^\s()"]+))')
_PEOPLE = 'list_concat(m."to", m.cc, m.bcc)'
_FIELDS = {
    "subject": "contains(lower(coalesce(m.subject, c.subject, '')), {0})",
    "from": "contains(lower(coalesce(m.from_address, '') || ' ' || coalesce(m.from_name, '')), {0})",
    "to": f"len(list_filter({_PEOPLE}, lambda p: contains(lower(coalesce(p.address, '') || ' ' || coalesce(p.name, '')), {{0}}))) > 0",
    "rfc822msgid": "c.mid = trim({0}, '<>')",
}
_ANYWHERE = "(contains(lower(coalesce(m.subject, c.subject, '')), {0}) OR contains(lower(coalesce(m.text, '')), {0}))"


def condition(query: str) -> tuple[str, str]:
    """Give two conditions in SQL over `c` (copies) and `m` (messages): surely found by the search, and possibly found.

    What can't be judged from a letter (labels, attachments' words, dates in other forms, OR) leaves it possible. A plain
    word that is not in subject or text may stand in an attachment or a header: possible, not sure.
    """
    sure, may = [], []
    rest = query.strip()
    if re.search(r"\b(?:OR|AROUND)\b|[{}|]", rest):
        return "FALSE", "TRUE"
    for minus, field, quoted, grouped, plain in _WORD.findall(rest):
        text = (quoted or grouped or plain).strip().lower()
        known = _FIELDS.get(field.lower())
        if not text or text == "and":
            continue
        if minus or grouped or (field and not known) or "*" in text:
            sure.append("FALSE")
            continue
        if known:
            sure.append(known.format(literal(text)))
            may.append(known.format(literal(text)))
        else:
            sure.append(_ANYWHERE.format(literal(text)))
    held = "c.message_id IS NOT NULL"  # of a letter that only a log names, little can be judged
    return " AND ".join([held, *sure] if sure else ["TRUE"]), f"NOT {held} OR {' AND '.join(may)}" if may else "TRUE"
