"""What a mail address says: the one form of all its spellings, whose domain it is, and which name its local part holds."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from unsealed.identify.persons import nicknames
from unsealed.identify.persons.names import Name, fold, make
from unsealed.identify.persons.wordlist import words

FREE = words("""
    gmail.com googlemail.com yahoo.com yahoo.co.jp yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.ca yahoo.in yahoo.co.in
    yahoo.com.au yahoo.com.br ymail.com rocketmail.com myyahoo.com hotmail.com hotmail.co.jp hotmail.co.uk hotmail.fr hotmail.de
    hotmail.it hotmail.es outlook.com outlook.jp outlook.de outlook.fr live.com live.jp live.co.uk live.nl live.fr msn.com
    passport.com icloud.com me.com mac.com aol.com aim.com netscape.net compuserve.com juno.com prodigy.net earthlink.net mindspring.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net pacbell.net swbell.net ameritech.net cox.net charter.net
    optonline.net rr.com roadrunner.com worldnet.att.net usa.net mail.com email.com excite.com lycos.com hushmail.com protonmail.com
    proton.me pm.me tutanota.com tutamail.com fastmail.com fastmail.fm zoho.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de
    t-online.de freenet.de arcor.de posteo.de mailbox.org mail.de 1und1.de online.de freemail.hu wanadoo.fr orange.fr free.fr
    laposte.net sfr.fr libero.it tiscali.it alice.it virgilio.it tin.it terra.es telefonica.net wp.pl o2.pl onet.pl interia.pl
    seznam.cz centrum.cz abv.bg mail.ru inbox.ru list.ru bk.ru yandex.ru yandex.com rambler.ru ukr.net i.ua btinternet.com
    btopenworld.com ntlworld.com virginmedia.com sky.com talktalk.net blueyonder.co.uk tiscali.co.uk rogers.com shaw.ca sympatico.ca
    telus.net bigpond.com optusnet.com.au xtra.co.nz rediffmail.com sify.com qq.com 163.com 126.com sina.com sohu.com foxmail.com
    yeah.net aliyun.com hanmail.net daum.net naver.com nate.com uol.com.br bol.com.br terra.com.br ig.com.br hotmail.com.br
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp ymobile.ne.jp nifty.com nifty.ne.jp biglobe.ne.jp
    so-net.ne.jp ocn.ne.jp plala.or.jp dion.ne.jp infoseek.jp goo.jp excite.co.jp livedoor.com mail.goo.ne.jp hi-ho.ne.jp asahi-net.or.jp
    jcom.home.ne.jp eonet.ne.jp zaq.ne.jp wind.ne.jp yahoo.ne.jp users.noreply.github.com bluewin.ch hispeed.ch sunrise.ch
    skynet.be telenet.be planet.nl xs4all.nl hetnet.nl home.nl ziggo.nl kpnmail.nl telia.com online.no broadpark.no
    chello.at aon.at inode.at sapo.pt clix.pt otenet.gr""")
"""Providers of mail for everybody: their domain tells no organisation."""
_SECOND = words(
    "co com ac edu go gov gob gouv or org ne net ad ed lg gr mil nom ltd plc sch nhs police id web info art k12"
)
_JP_PREFECTURES = words("""
    hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata toyama
    ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama
    hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa""")
_PLUS = words(
    "gmail.com icloud.com me.com mac.com outlook.com hotmail.com live.com fastmail.com fastmail.fm proton.me protonmail.com pm.me"
)
_IMCEAEX = re.compile(r"imceaex-(.+)@([^@]+)")
_IMCEA = re.compile(r"imcea[a-z0-9]*-(.+)@([^@]+)")
_CN = re.compile(r"(?:^|[/_])cn=([^/]+?)(?=[/_](?:cn|ou|o)=|$)")
_ORGANISATION = re.compile(r"(?:^|[/_])o=([^/_]+)")
_GUEST = re.compile(r"(.+)_([^_@]+\.[^_@]+)#ext#@.+")
_BATV = re.compile(r"(?:prvs=[0-9a-z]{6,12}=|btv1==[0-9a-z]+=+)(.+@.+)")
_SRS = re.compile(r"srs[01][=+-].*?=([^=@]+\.[^=@]+)=([^=@]+)@.+")
_EDGES = " '\"`<>,;:()[]"
_PARTS = re.compile(r"[._\-]+")
_DIGITS = re.compile(r"\d+$")


class Address(NamedTuple):
    """A mail address, taken apart."""

    canonical: str
    """The same for all spellings that reach one mailbox."""
    local: str
    domain: str
    organisation: str
    """The domain that somebody registered, or the name of an X.500 organisation."""
    free: bool
    """Of a provider of mail for everybody."""


@lru_cache(300_000)
def take_apart(address: str) -> Address:
    """Take an address apart; what has no `@` is a name of a directory or a server."""
    canonical = _canonical(address.strip(_EDGES).lower())
    local, at, domain = canonical.rpartition("@")
    if not at:
        found = _ORGANISATION.search(canonical)
        names = _CN.findall(canonical)
        return Address(canonical, names[-1] if names else canonical, "", found[1] if found else "", False)
    owner = registered(domain)
    return Address(canonical, local, domain, owner, owner in FREE or domain in FREE)


def _canonical(address: str) -> str:
    """Undo what systems do to an address: tags, dots that Gmail leaves out, wrappings of bounces, guests and Exchange."""
    if found := _GUEST.fullmatch(address):
        address = f"{found[1]}@{found[2]}"
    elif address.startswith("imcea"):
        address = _unwrapped(address)
    elif found := _BATV.fullmatch(address):
        address = found[1]
    elif found := _SRS.fullmatch(address):
        address = f"{found[2]}@{found[1]}"
    local, at, domain = address.rpartition("@")
    if not at:
        return address
    domain = domain.rstrip(".").strip(_EDGES)
    local = local.rpartition("<")[2]  # `legal <.hall@example.com>`: a name in brackets that was taken for an address
    local = local.strip(_EDGES).replace("'.'", ".").replace("'", "") if "'" in local else local.strip(_EDGES)
    if domain in {"googlemail.com", "gmail.com"}:
        domain, local = "gmail.com", local.replace(".", "")
    head, plus, _ = local.partition("+")
    if plus and head and (domain in _PLUS or domain not in FREE):
        local = head
    return f"{local}@{domain}"


def _unwrapped(address: str) -> str:
    """Undo Exchange's encapsulation of addresses of other systems (MS-OXOABK, "IMCEA")."""
    if found := _IMCEAEX.fullmatch(address):
        names = _CN.findall(found[1].replace("_", "/"))
        return f"{names[-1]}@{found[2]}" if names else address
    if found := _IMCEA.fullmatch(address):
        inner = unquote(found[1].replace("+", "%")).strip()
        local = inner.split("@")[0].split("/")[0].strip().replace(" ", ".")
        return f"{local}@{found[2]}" if local else address
    return address


@lru_cache(100_000)
def registered(domain: str) -> str:
    """Give the part of a domain that somebody registered: `example.co.jp` of `mail.example.co.jp`.

    By the habit of registries of countries to have second levels (`co.jp`, `ac.uk`, `com.au`), not by a list of all.
    """
    labels = domain.split(".")
    if len(labels) < 3:
        return domain
    last, second = labels[-1], labels[-2]
    if last == "jp" and second in _JP_PREFECTURES and len(labels) > 3:
        return ".".join(labels[-4:])
    if len(last) == 2 and (second in _SECOND or (last == "jp" and second in _JP_PREFECTURES)):
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


@lru_cache(20_000)
def name_in(local: str) -> Name | None:
    """Give the name that a local part spells out: `taro.tanaka`, `lay_kenneth`; None where it is one word or no name.

    The order of its words is not known, but the first is mostly the given name.
    """
    words = [_DIGITS.sub("", fold(word)) for word in _PARTS.split(local.strip("._-'"))]
    words = [word for word in words if word]
    if not 2 <= len(words) <= 4 or not all(word.isalpha() for word in words):
        return None
    if max(map(len, words)) < 3 or len(words) == len([word for word in words if len(word) < 3]):
        return None
    return make(" ".join(word.title() for word in words), words)


def middle_only(local: str) -> tuple[str, str] | None:
    """Give (initial, family name) of `d..steffes`: an address whose given name was lost, and the middle initial stayed."""
    first, dots, family = local.strip("'").partition("..")
    family = fold(family.lstrip(".'"))
    return (first, family) if dots and len(first) == 1 and family.isalpha() and len(family) > 2 else None


@lru_cache(20_000)
def word_of(local: str) -> str:
    """Give a local part as one word of letters: `klay` of `klay2`; empty where it is none."""
    word = _DIGITS.sub("", fold(local.strip("._-'")))
    return word if word.isalpha() and len(word) > 1 else ""


def spellings(name: Name) -> dict[str, str]:
    """Give the words a person of a full name may have for a local part, and how each is made: `name`, `initial`, `reversed`."""
    found: dict[str, str] = {}
    for raw in {name.raw, name.tokens}:
        wholes = [word for word in raw if len(word) > 1]
        if len(wholes) == 1 and len(raw) == 2 and len(raw[0]) == 1:
            found.setdefault(raw[0] + wholes[0], "initial")
        if len(wholes) < 2:
            continue
        ends = [(wholes[0], wholes[-1]), (wholes[-1], wholes[0])]
        if not name.ordered and nicknames.known(wholes[-1]) and not nicknames.known(wholes[0]):
            ends.reverse()  # `zimmerlin.william`
        for given, family in ends[: 1 if name.ordered else 2]:
            how = "initial" if (given, family) == ends[0] else "reversed"
            middle = raw[1] if len(raw) > 2 and raw[0] == given else ""
            for word in _spelled(given, family, middle):
                found.setdefault(word, how)
            for word in (given + family, family + given, given + middle[:1] + family):
                found[word] = "name"
    return found


def _spelled(given: str, family: str, middle: str) -> Iterator[str]:
    """Give the words with an initial: `klay`, `layk`, `kllay`; cut to the seven or eight letters of old systems' accounts."""
    yield given[0] + family
    yield family + given[0]
    if middle:
        yield given[0] + middle[0] + family
    for size in (7, 8):
        if len(family) >= size:
            yield (given[0] + family)[:size]
