"""Which letters did they open? Activity, accesses, events, messages and coverage to `exposures`."""

from unsealed.case import Case
from unsealed.expose import access, accounts, copies, known_reach, named, quoting, searches, traces, verdict
from unsealed.expose.ways import taken
from unsealed.query import engine

__all__ = ["expose"]


def expose(case: Case) -> int:
    """Judge every message copy, and every message that only a log names; give the number of rows.

    Args:
        case: the case, locked by the caller.
    """
    with engine(case) as db:
        copies.prepare(db, known_reach.named_mailboxes(case.config.reach))
        named.items(db)
        for way in taken(db).values():
            for step in way.took:
                step(db)
        for ground in (access.throttled, access.dark_days, access.unlogged):
            ground(db)
        traces.add(db)
        for reach in case.config.reach:
            known_reach.KINDS[reach.kind](db, reach)
        quoting.quoted(db)
        access.logged(db)
        access.unreached(db)
        searches.write(db)
        accounts.write(db)
        return verdict.write(db)
