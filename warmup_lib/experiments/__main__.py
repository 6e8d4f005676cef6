"""``python -m warmup_lib.experiments``: compute the stored tables, about seven minutes.

Names of tables, such as ``zero_lr``, compute these and leave the others as they are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from warmup_lib.experiments.full_tables import MAKERS
from warmup_lib.experiments.tables import PATH, load, write


def main(names: Sequence[str]) -> None:
    makers = {make.__name__.removesuffix("_table"): make for make in MAKERS}
    for name in names:
        if name not in makers:
            raise SystemExit(f"there is no table {name!r}; the tables are {', '.join(makers)}")
    started = time.monotonic()
    tables = []
    for name, make in makers.items():
        tables.append(make() if name in names or not names else load(name))
        sys.stdout.write(f"{name}: {time.monotonic() - started:.0f} s so far\n")
        sys.stdout.flush()
    write(tables)
    sys.stdout.write(f"wrote {PATH.name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
