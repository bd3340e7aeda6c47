"""Which letters did they open? Activity, accesses, events, messages and coverage to `exposures`."""

from unsealed.case import Case
from unsealed.expose import access, copies, forwarded, known_reach, quoting, verdict
from unsealed.query import engine

__all__ = ["expose"]


def expose(case: Case) -> int:
    """Judge every message copy, and every message that only a log names; give the number of rows.

    Args:
        case: the case, locked by the caller.
    """
    with engine(case) as db:
        copies.prepare(db, [reach.name for reach in case.config.reach if reach.kind == "mailbox"])
        for ground in access.DIRECT:
            ground(db)
        forwarded.forwarded(db)
        for reach in case.config.reach:
            known_reach.KINDS[reach.kind](db, reach)
        quoting.quoted(db)
        access.logged(db)
        access.unreached(db)
        return verdict.write(db)
