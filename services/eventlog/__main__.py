"""``python -m services.eventlog writer | provision``."""

import sys

from services.eventlog.processes import run_writer
from services.eventlog.provision import main as provision

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["writer"]:
            sys.exit(run_writer())
        case ["provision"]:
            sys.exit(provision())
        case _:
            sys.exit("用法 usage: python -m services.eventlog writer | provision")
