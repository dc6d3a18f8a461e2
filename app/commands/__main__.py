"""`python -m app.commands`: the command line without the window."""

from __future__ import annotations

import sys

from app.commands.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
