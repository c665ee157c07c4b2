"""`python -m convoscope.server` is the command `convoscope`."""

import sys

from convoscope.server.cli import main

if __name__ == "__main__":
    sys.exit(main())
