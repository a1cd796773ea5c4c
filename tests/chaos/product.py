"""``python -m tests.chaos.product writer | serve | worker [--slot N]``: the product's own processes around `notes`."""

import sys

from services.eventlog.api.runtime import Doors
from services.eventlog.processes import run_service, run_writer
from tests.chaos.notes import Note, notes

DOORS = Doors(roles={Note: frozenset({"auditor"})})

if __name__ == "__main__":
    if sys.argv[1] == "writer":
        sys.exit(run_writer())
    sys.exit(run_service(sys.argv[1:], service=notes, doors=DOORS))
