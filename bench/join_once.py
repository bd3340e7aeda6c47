"""Judge the letters of a case once, in a process of its own; tell how many rows there are, as JSON."""

import json
import sys
from pathlib import Path

from unsealed.case import Case
from unsealed.expose import expose
from unsealed.query import engine
from unsealed.schema import TOLD


def main() -> None:
    """Run `expose` on the case that is named."""
    case = Case.open(Path(sys.argv[1]))
    rows = expose(case)
    with engine(case) as db:
        told = db.value(f"SELECT count(*) FROM exposures WHERE verdict IN {TOLD}")
    print(json.dumps({"exposures": rows, "told": told}))


if __name__ == "__main__":
    main()
