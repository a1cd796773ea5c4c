"""``python -m services.casework serve [--all-in-one] | worker [--slot N]``."""

import sys

from services.casework.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
