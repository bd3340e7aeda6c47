"""Names of the folders that every mailbox has, in the languages that they are shown in."""

_NAMES = {
    "inbox": (
        "inbox",
        "受信トレイ",
        "受信箱",
        "posteingang",
        "boîte de réception",
        "bandeja de entrada",
        "받은 편지함",
        "收件箱",
        "收件匣",
        "받은편지함",
        "recibidos",
    ),
    "sent items": (
        "sent items",
        "sent",
        "sent mail",
        "[gmail]/sent mail",
        "送信済みアイテム",
        "送信済みメール",
        "送信済み",
        "gesendete elemente",
        "éléments envoyés",
        "elementos enviados",
        "보낸 편지함",
        "已发送邮件",
        "寄件備份",
        "gesendet",
        "messages envoyés",
        "enviados",
        "보낸편지함",
        "已发邮件",
    ),
    "drafts": (
        "drafts",
        "draft",
        "下書き",
        "entwürfe",
        "brouillons",
        "borradores",
        "임시 보관함",
        "임시보관함",
        "草稿",
    ),
    "deleted items": (
        "deleted items",
        "trash",
        "deleted",
        "deleted messages",
        "[gmail]/trash",
        "削除済みアイテム",
        "ゴミ箱",
        "gelöschte elemente",
        "éléments supprimés",
        "elementos eliminados",
        "지운 편지함",
        "已删除邮件",
        "刪除的郵件",
        "papierkorb",
        "corbeille",
        "papelera",
        "휴지통",
        "已删除邮件",
    ),
    "junk email": (
        "junk email",
        "junk e-mail",
        "junk",
        "spam",
        "[gmail]/spam",
        "迷惑メール",
        "junk-e-mail",
        "courrier indésirable",
        "correo no deseado",
        "정크 메일",
        "垃圾邮件",
        "垃圾郵件",
        "스팸함",
    ),
    "outbox": ("outbox", "送信トレイ", "postausgang"),
    "archive": ("archive", "archives", "アーカイブ", "archiv"),
}
_BY_NAME = {alias: name for name, aliases in _NAMES.items() for alias in aliases}


def well_known(name: str) -> str | None:
    """Give the usual English name, in lower case, of a folder that every mailbox has."""
    return _BY_NAME.get(name.strip().strip("/").casefold())


def key(name: str) -> str:
    """Give what two names of one folder have in common."""
    folded = name.replace("\\", "/").strip("/").casefold()
    return well_known(folded) or folded


def levels(path: str) -> list[str]:
    """Give the levels of a folder's path in comparable form; "Top of Information Store" and its like are no level."""
    parts = [part for part in path.replace("\\", "/").strip("/").casefold().split("/") if part]
    while len(parts) > 1 and parts[0] in _TOPS:
        parts = parts[1:]
    if len(parts) > 1 and (known := well_known("/".join(parts[-2:]))):
        return [*parts[:-2], known]
    return [*parts[:-1], well_known(parts[-1]) or parts[-1]] if parts else []


_TOPS = {"top of information store", "ipm_subtree", "インフォメーション ストアの先頭", "root", "mailbox"}
