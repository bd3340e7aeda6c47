"""Which addresses are no person's: mailboxes of roles, lists and machines, each with its reason in words.

RFC 2142 names the mailboxes of common functions; RFC 5321 (4.5.1) the postmaster. The other words are those that real
mailboxes have. A personal name of the same words in front of the address ("Ann Press" <ann.press@...>) outweighs a word.
"""

import re
from collections.abc import Mapping

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.addresses import Address, word_of
from unsealed.identify.persons.kana import has_han, has_kana
from unsealed.identify.persons.likeness import Level, compare
from unsealed.identify.persons.names import Name, clean, fold, parse
from unsealed.identify.persons.wordlist import words

_MACHINE = words("""
    noreply donotreply nepasrepondre noresponder daemon mailerdaemon bounce bounces bounced autoreply autoresponder autoconfirm
    automailer mailer automated notification notifications notify notifier robot bot cron root nobody bogus unsubscribe undisclosed
    msprvs listserv majordomo listproc listmaster mailman maiser confirm confirmation alert alerts monitoring nagios
    jira bugzilla tracker devnull system sysadmin smtp exchange antispam virus quarantine""")
_ROLE = words("""
    info infos information support supports helpdesk help service services servicedesk customerservice customercare custserv sales
    billing invoice invoices accounts accounting payable payroll orders order purchasing procurement contact contactus kontakt
    contacto office admin administrator administration administrative webmaster postmaster hostmaster abuse security soc cert csirt
    noc it hr humanresources personnel jobs job careers career recruiting recruitment bewerbung press presse media pr publicrelations
    marketing communications communication newsletter news newsdesk editor editorial redaktion subscribe subscription subscriptions
    announce announcement announcements team group staff everyone all allstaff employees members member committee board council
    secretariat secretary sekretariat registrar registration register library reception frontdesk feedback enquiries inquiry inquiries
    legal compliance privacy dataprotection gdpr dpo audit finance treasury facilities operations ops dispatch logistics warehouse shipping
    desk hotline center centre department dept division bureau mailbox postbox post postfach poststelle verwaltung
    vertrieb einkauf buchhaltung rechnung service kundenservice helpline booking bookings reservations reservation events event
    conference webinar training education calendar meeting room conferenceroom chairman president ceo office officeofthechairman
    list lists users devel dev discuss mailinglist dl distribution worldwide domestic alias archive backup test demo guest
    public general technology ecards promotions promo offers offer deals rewards specials shop store webshop online
    soumu jinji keiri eigyo eigyou koho kouho jimukyoku madoguchi toiawase otoiawase soudan kaikei somu kikaku jouhou joho
    request requests reply replies owner approval approvals updates update digest daily weekly membership webteam web www ftp
    hello hi ask survey surveys feedback response responses schedule schedules scheduling report reports reporting outage
    fax print printer scanner scan copier voicemail resource resources research ecommerce trading tradingdesk settlements
    students student faculty alumni parents workers talk feeds rssfeeds sig discussion developers satalk""")
_WEAK_ALONE = words("it hi pr hr all dev post press board test room page web guest ask soc dl list help office legal")
"""Words that may be a person's: a role only where they are the whole local part or stand first."""
_ROLE_NAME = re.compile(
    r"(?i)\b(?:no[- ]?reply|mailer[- ]daemon|newsletter|announcements?|customer (?:service|care|support)|help ?desk|support"
    r"|team|group|committee|department|office of|mailing list|administrator|distribution|webmaster|postmaster|notifications?"
    r"|alerts?|service ?desk|human resources|public relations|secretariat|undisclosed|dl-|listserv|updates?|sales|marketing"
    r"|information|accounts? payable|payroll|reservations?|subscriptions?|editor|registration|conference room|general|worldwide"
    r"|developers|workers|mailing|users(?: group)?|list|talk|discussion|discuss|announce|devel|sig"
    r"|all (?:staff|employees|users)|everyone|members?|board|bureau|desk|system|admin)\b"
)
_ROLE_JAPANESE = re.compile(
    r"(?:事務局|サポート|窓口|ヘルプデスク|お問い?合わ?せ|問い?合わ?せ|メーリングリスト|総務|人事部|人事課|経理|広報|営業部|営業課|開発部|システム部|情報システム|管理者"
    r"|受付|係$|センター|配信|自動|通知|お知らせ|ニュース|メルマガ|編集部|採用|全社|各位|委員会|協会|運営|チーム|グループ|担当$|部$|課$|室$|局$)"
)
_NO_NAME = re.compile("窓口|事務局|問い?合わ?せ|担当$")
"""What no family or given name is made of, however the words stand."""
_COMPOUND = re.compile(
    r"^(?:info|support|webmaster|customer|admin|newsletter)|(?:info|news|list|team|alerts?|support|admin|services?|updates?|desk"
    r"|group|office|mgmt|prices|notes|mailer|newsletter|feeds|talk|users|devel|workers)$"
)
_VIA = re.compile(r"(?i)(?:^|\s)via\s")
_TOKEN = re.compile(r"[0-9a-f]{16,}|[0-9a-z]{28,}|[0-9]{9,}")
_SPLIT = re.compile(r"[._\-+=]+")
LISTENING = 5
"""An address without a person's name that so many others write to, and that never writes, is a list's."""
_LIST_HOSTS = words("yahoogroups.com googlegroups.com groups.io egroups.com freelists.org mailman3.org listbox.com")
_LIST_LABELS = words("lists list listserv mailman groups ml")
_MAIL_HOSTS = words(
    "bounce bounces mailer mailers e em news newsletter reply notifications alerts mktg list lists noreply mailman listserv"
)
_HEADINGS = words("undisclosed-recipients recipients unlisted-recipients multiple")


def shared_because(address: Address, names: Mapping[str, int], *, senders: int = 0) -> str | None:
    """Give the reason why an address is no person's, in words; None where it is a person's.

    Args:
        address: the address.
        names: its display names and how many letters have each.
        senders: how many people, by their full names, wrote under it.
    """
    local = address.local
    if not local or local in _HEADINGS:
        return "no mailbox: what is written where no recipient is named"
    lists = [name for name in names if _VIA.search(name)]
    if lists and 2 * sum(names[name] for name in lists) > sum(names.values()):
        return 'a mailing list: its letters come from people "via" it'
    if senders > 2:
        return f"{senders} people wrote under it"
    person = _person(names, address)
    words = [word for word in _SPLIT.split(fold(local)) if word]
    bare = [re.sub(r"\d+", "", word) for word in words]
    joined = "".join(bare)
    if machine := next((word for word in (*bare, joined) if word in _MACHINE), None):
        return f'a machine: "{machine}" in the address'
    if "=" in local:
        return "a machine: an address that a mailing program made for one letter"
    if _TOKEN.fullmatch(local.split("+")[-1]) and not person:
        return "a machine: a number for a name"
    if reason := _by_words(bare, joined, address, person=person):
        return reason
    return _by_names(names, address, person=person)


def list_because(address: Address, names: Mapping[str, int], written_by: int) -> str | None:
    """Give the reason why an address that never wrote is a list's, in words; None where it may be a person's.

    Args:
        address: the address.
        names: its display names and how many letters have each.
        written_by: how many different addresses wrote to it.
    """
    if address.domain in _LIST_HOSTS or address.domain.split(".")[0] in _LIST_LABELS:
        return f"a mailing list: {address.domain} holds lists"
    people = [written for written in names if (name := parse(written)) and name.full and not looks_shared(written)]
    person = 2 * sum(names[written] for written in people) > sum(names.values())
    if written_by >= LISTENING and not person and not re.search("[._]", address.local):
        return f"a mailing list: {written_by} addresses wrote to it, and it never wrote"
    return None


def _person(names: Mapping[str, int], address: Address) -> Name | None:
    """Give the personal name that most letters of an address have, where it has to do with the address."""
    best: tuple[int, Name] | None = None
    for written, count in names.items():
        name = parse(written)
        if name and name.full and not looks_shared(written) and (best is None or count > best[0]):
            best = (count, name)
    if best is None or 2 * best[0] < sum(names.values()):
        return None
    words = {word for word in _SPLIT.split(fold(address.local)) if len(word) > 1}
    joined = "".join(_SPLIT.split(fold(address.local)))
    fits = any(word in joined for word in best[1].raw if len(word) > 2) or not words.isdisjoint(best[1].raw)
    fits = fits or joined == "".join(word[0] for word in best[1].raw)
    return best[1] if fits else None


def _by_words(bare: list[str], joined: str, address: Address, *, person: Name | None) -> str | None:
    if not bare:
        return None
    if person:
        return None
    if joined in _ROLE:
        return f'a role: "{joined}" is the address'
    for index, word in enumerate(bare):
        if word not in _ROLE:
            continue
        given = index > 0 and nicknames.known(bare[0]) and (len(bare) == 2 or bare[1] not in _ROLE)
        if given or (word in _WEAK_ALONE and index > 0 and len(bare) == 2) or (len(word) < 3 and index > 0):
            continue
        return f'a role: "{word}" in the address'
    if len(joined) > 7 and len(bare) == 1 and (found := _COMPOUND.search(joined)):
        return f'a role: "{found[0]}" in the address'
    label = address.organisation.split(".")[0]
    if len(label) > 2 and label in bare and not address.free and (len(bare) == 1 or not nicknames.known(bare[0])):
        return "a role: the organisation's own name in the address"
    first = address.domain.split(".")[0]
    if first in _MAIL_HOSTS and not address.free and address.domain.count(".") > 1 and not nicknames.known(bare[0]):
        return f'a machine: sent from "{first}" of its domain'
    return None


def _by_names(names: Mapping[str, int], address: Address, *, person: Name | None) -> str | None:
    total = sum(names.values())
    if not total or person:
        return None
    roles = {name: count for name, count in names.items() if looks_shared(name)}
    if 2 * sum(roles.values()) > total:
        return f'a role or a list: its name is "{clean(max(sorted(roles), key=lambda name: roles[name]))}"'
    label = address.organisation.split(".")[0]
    if len(label) > 3 and not address.free:
        own = sum(
            count
            for name, count in names.items()
            if fold(clean(name)).replace(" ", "").removesuffix("com").strip(".") == label
        )
        if 2 * own > total:
            return "a role: the organisation's name is its name"
    return None


def looks_shared(display: str) -> bool:
    """Tell whether a display name is that of a role or a list."""
    text = clean(display)
    if has_han(text) or has_kana(text):
        return bool(_NO_NAME.search(text)) or (bool(_ROLE_JAPANESE.search(text)) and parse(text) is None)
    return bool(_ROLE_NAME.search(text))


def different_people(names: Mapping[str, int]) -> int:
    """Count the people among display names, by full names that can't be one person's."""
    known: list[Name] = []
    for written in sorted(names, key=lambda one: (-names[one], one))[:40]:
        name = parse(written)
        if (
            name
            and name.full
            and not looks_shared(written)
            and all(compare(name, one) is Level.DIFFERENT for one in known)
        ):
            known.append(name)
    return len(known)


def may_be_name(local: str) -> bool:
    """Tell whether a local part of one word may be a name."""
    return len(word_of(local)) > 3 and word_of(local) not in _ROLE
