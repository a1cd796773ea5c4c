"""``python -m services.portal serve [--all-in-one] | worker [--slot N]``."""

import sys

from services.portal.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
