"""Which folder of a mailbox is meant by the name or path that a log has for it."""

from collections.abc import Sequence

from unsealed import folders


def meant(
    named: str | None, held: Sequence[str | None], *, usual: bool | None = None
) -> tuple[list[str | None], list[str | None]]:
    """Give the folders of a mailbox that a record surely means, and those that it may mean.

    Levels are compared from the last one up, as far as both tell. Where the record has a name alone and folders in
    different places bear it, any of them may be meant. A mailbox none of whose folders has a usual name was kept in
    files of other names: its letters may have lain anywhere.

    Args:
        named: the folder as the record names it, if it does.
        held: the folders of that mailbox.
        usual: whether any of them has a name that tells; looked for in `held` where not given.
    """
    known = [folder for folder in held if folder]
    unknown: list[str | None] = [folder for folder in held if not folder]
    if not named:
        return [], list(held)
    exact = [folder for folder in known if _levels(folder) == _levels(named)]
    alike = [folder for folder in known if same_folder(named, folder)]
    if "/" in named or "\\" in named:
        alike = exact or alike
    if len({tuple(_levels(folder)) for folder in alike}) > 1:
        return [], [*alike, *unknown]
    if not alike and not (any(map(tells, known)) if usual is None else usual):
        return [], list(held)
    return list(alike), unknown


def same_folder(named: str, held: str) -> bool:
    """Tell whether a folder in a log, by path or by name alone, can be the folder of a letter.

    Names that every mailbox has match in any language.
    """
    one, other = _levels(named), _levels(held)
    depth = min(len(one), len(other))
    return depth > 0 and one[-depth:] == other[-depth:]


def _levels(path: str) -> list[str]:
    return [folders.well_known(level) or level for level in folders.levels(path)]


def tells(folder: str) -> bool:
    """Tell whether a folder has a name that every mailbox knows, at any level."""
    return any(folders.well_known(level) for level in folders.levels(folder)) or folders.well_known(folder) is not None
