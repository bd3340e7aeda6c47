"""The invented world: who writes to whom, which mailboxes are evidence, and when things happened.

Every name is invented; domains end in `.example` (RFC 2606), addresses lie in the documentation ranges
(RFC 5737, RFC 3849), telephone numbers in ranges that are not given out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

AGENCY_DOMAIN = "cspa.go.jp.example"
GATEWAY = f"mx1.{AGENCY_DOMAIN}"
NEW_GATEWAY = f"mx2.{AGENCY_DOMAIN}"
LIST_HOST = "lists.cert.nordhavn.example"
LIST_ADDRESS = f"joint-analysis@{LIST_HOST}"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body whose people write mail."""

    key: str
    name: str
    name_en: str
    domain: str
    language: str
    zone: int


@dataclass(frozen=True, slots=True)
class Person:
    """One correspondent."""

    address: str
    name: str
    name_en: str
    organisation: Organisation
    honorific: str = "様"

    @property
    def family(self) -> str:
        """The family name, as a Japanese salutation uses it."""
        return self.name.split(" ", maxsplit=1)[0]

    @property
    def given(self) -> str:
        """The given name, as an English salutation uses it."""
        return self.name_en.split(" ", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that is part of the evidence, and the form it was handed over in."""

    address: str
    form: str
    in_cloud: bool
    own_folder: str | None = None
    own_kinds: frozenset[str] = frozenset()
    item_log: bool = True


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MAIL_FROM = _when("2022-08-01T00:00:00")
MAIL_UNTIL = _when("2023-06-20T00:00:00")
REACH_FROM = _when("2022-10-05T00:00:00")
REACH_TO = _when("2023-06-15T00:00:00")
DISCOVERED = _when("2023-06-13T06:00:00")
CONTAINED = _when("2023-06-15T00:00:00")
LOG_FROM = _when("2023-03-15T00:00:00")
LOG_UNTIL = _when("2023-06-20T00:00:00")
CSV_UNTIL = _when("2023-05-26T00:00:00")
JSON_FROM = _when("2023-05-11T00:00:00")

SPRAY = _when("2023-04-11T17:20:00")
FIRST_IN_A = _when("2023-04-17T18:05:12")
FIRST_IN_B = _when("2023-04-20T17:41:30")
RULE_MADE = _when("2023-05-08T18:22:40")
RULE_GONE = _when("2023-06-05T00:47:05")
SYNC = _when("2023-05-16T19:10:33")
THROTTLE = _when("2023-05-22T18:55:21")
THROTTLE_ENDS = THROTTLE + timedelta(hours=24)
FIRST_IN_C = _when("2023-05-20T16:02:08")
LAST_IN_C = _when("2023-05-24T17:33:47")
LAST_IN_B = _when("2023-06-12T18:12:09")
LAST_IN_A = _when("2023-06-13T01:31:44")

BOUNDARIES = (
    REACH_FROM,
    REACH_TO,
    LOG_FROM,
    JSON_FROM,
    CSV_UNTIL,
    SPRAY,
    FIRST_IN_A,
    FIRST_IN_B,
    RULE_MADE,
    RULE_GONE,
    SYNC,
    THROTTLE,
    THROTTLE_ENDS,
    FIRST_IN_C,
    LAST_IN_C,
    LAST_IN_B,
    LAST_IN_A,
)
MARGIN = timedelta(hours=5)


def settle(moment: datetime) -> datetime:
    """Move a moment on until it stands hours away from every boundary that decides a verdict."""
    while any(abs(moment - boundary) < MARGIN for boundary in BOUNDARIES):
        moment += timedelta(hours=11, minutes=7)
    return moment


AGENCY = Organisation("agency", "サイバー安全推進庁", "Cyber Safety Promotion Agency", AGENCY_DOMAIN, "ja", 9)
NORDHAVN = Organisation("nordhavn", "ノルドハウン国家CERT", "Nordhavn National CERT", "cert.nordhavn.example", "en", 1)
SOUTHMARK = Organisation(
    "southmark",
    "サウスマーク・サイバー局",
    "Southmark Cyber Directorate",
    "scd.gov.southmark.example",
    "en",
    -5,
)
MINATO = Organisation(
    "minato", "株式会社みなと運輸システム", "Minato Transport Systems", "minato-unyu.example", "ja", 9
)
AOBA = Organisation("aoba", "青葉電機株式会社", "Aoba Electric", "aoba-denki.example", "ja", 9)
SHINONOME = Organisation(
    "shinonome", "東雲保守サービス株式会社", "Shinonome Maintenance", "shinonome-hoshu.example", "ja", 9
)
SHIRAKABA = Organisation("shirakaba", "白樺大学", "Shirakaba University", "shirakaba-u.example", "ja", 9)
HAYATE = Organisation("hayate", "はやて旅行株式会社", "Hayate Travel", "hayate-ryoko.example", "ja", 9)
CHUO = Organisation("chuo", "中央新報社", "Chuo Shinpo", "chuo-shinpo.example", "ja", 9)
KESTREL = Organisation("kestrel", "ケストレル脅威調査", "Kestrel Threat Research", "kestrel-research.example", "en", 0)
KYOKAI = Organisation("kyokai", "実務者セキュリティ協会", "Practitioners' Association", "jitsumu-sec.example", "ja", 9)

PARTNERS = (NORDHAVN, SOUTHMARK)


def _staff(local: str, name: str, name_en: str, honorific: str = "さん") -> Person:
    return Person(f"{local}@{AGENCY_DOMAIN}", name, name_en, AGENCY, honorific)


A = _staff("tachibana.haruka", "橘 遥", "Haruka Tachibana")
B = _staff("kuroda.makoto", "黒田 誠", "Makoto Kuroda", "課長")
C = _staff("hoshino.ren", "星野 蓮", "Ren Hoshino")
D = _staff("mizuno.aya", "水野 彩", "Aya Mizuno")
E = _staff("onodera.takumi", "小野寺 拓海", "Takumi Onodera")
F = _staff("sakurai.nana", "桜井 奈々", "Nana Sakurai")
DESK = _staff("soudan-madoguchi", "相談窓口 担当", "Consultation Desk")
CHIEF = _staff("ishiguro.kei", "石黒 恵", "Kei Ishiguro", "室長")
AIDE = _staff("murakami.daichi", "村上 大地", "Daichi Murakami")
ADMIN = _staff("admin.ops", "情報 システム係", "Operations")


def _outside(organisation: Organisation, *people: tuple[str, str, str]) -> tuple[Person, ...]:
    return tuple(Person(f"{local}@{organisation.domain}", ja, en, organisation) for local, ja, en in people)


OUTSIDERS: dict[str, tuple[Person, ...]] = {
    "nordhavn": _outside(
        NORDHAVN,
        ("ingrid.solvang", "イングリッド ソルヴァング", "Ingrid Solvang"),
        ("mads.ekelund", "マッズ エケルンド", "Mads Ekelund"),
        ("freja.holmgaard", "フレイヤ ホルムゴー", "Freja Holmgaard"),
    ),
    "southmark": _outside(
        SOUTHMARK,
        ("d.okafor", "デイヴィッド オカフォー", "David Okafor"),
        ("r.castellan", "レイチェル カステラン", "Rachel Castellan"),
        ("p.winslow", "ピーター ウィンズロー", "Peter Winslow"),
    ),
    "minato": _outside(
        MINATO,
        ("n.arakawa", "荒川 直樹", "Naoki Arakawa"),
        ("y.hamada", "浜田 由美", "Yumi Hamada"),
        ("s.isobe", "磯部 修", "Osamu Isobe"),
    ),
    "aoba": _outside(
        AOBA,
        ("kitamura", "北村 彰", "Akira Kitamura"),
        ("nishio.m", "西尾 美穂", "Miho Nishio"),
        ("psirt-hara", "原 健太", "Kenta Hara"),
    ),
    "shinonome": _outside(
        SHINONOME, ("takeda", "武田 陽介", "Yosuke Takeda"), ("support.ueno", "上野 早苗", "Sanae Ueno")
    ),
    "shirakaba": _outside(
        SHIRAKABA,
        ("prof.asakura", "朝倉 隆", "Takashi Asakura"),
        ("m.kisaragi", "如月 美咲", "Misaki Kisaragi"),
    ),
    "hayate": _outside(HAYATE, ("corporate.ono", "大野 千尋", "Chihiro Ono")),
    "chuo": _outside(CHUO, ("k.shimizu", "清水 浩二", "Koji Shimizu"), ("e.tanabe", "田辺 絵里", "Eri Tanabe")),
    "kestrel": _outside(
        KESTREL,
        ("tom.harrow", "トム ハロウ", "Tom Harrow"),
        ("lena.voss", "レナ ヴォス", "Lena Voss"),
    ),
    "kyokai": _outside(KYOKAI, ("jimukyoku", "事務局 会員係", "Secretariat")),
}
EDITOR = Person(f"editor@{KESTREL.domain}", "編集 部", "Kestrel Weekly", KESTREL)

MAILBOXES: dict[str, Mailbox] = {
    A.address: Mailbox(A.address, "mbox", in_cloud=True, own_folder="Projects"),
    B.address: Mailbox(B.address, "maildir", in_cloud=True, own_folder="プロジェクト"),
    C.address: Mailbox(C.address, "zip", in_cloud=True, item_log=False),
    D.address: Mailbox(D.address, "eml", in_cloud=True, own_folder="Analysis"),
    E.address: Mailbox(E.address, "mbox", in_cloud=True, own_folder="Projects"),
    F.address: Mailbox(
        F.address, "mbox.gz", in_cloud=True, own_folder="人事", own_kinds=frozenset({"appraisal", "health"})
    ),
    DESK.address: Mailbox(DESK.address, "inferred", in_cloud=False),
}

INTRUDER_LISTED = "203.0.113.66"
INTRUDER_UNLISTED = "198.51.100.201"
INTRUDER_NETWORK = "2001:db8:bad:5::/64"
INTRUDER_IN_NETWORK = "2001:db8:bad:5::1f"
INTRUDER_HOSTED = "192.0.2.231"
SPRAY_AGENT = "python-requests/2.28.1"
SPRAY_UNLISTED = "192.0.2.199"
FORWARD_TARGET = "archive-sync@post.parcel-notice.example"
PHISH_DOMAIN = "secure-cspa.example"
