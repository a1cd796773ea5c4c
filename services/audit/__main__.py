"""``python -m services.audit serve [--all-in-one] | worker [--slot N]``."""

import sys

from services.audit.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
