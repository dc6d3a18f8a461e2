#!/usr/bin/env python3
"""Sets up, runs, tests and measures Tuppence: `python3 packaging/dev.py run`.

Needs nothing but Python 3.11 or newer. The work is done in the files under tools/; this one
only makes sure that they can be read by the Python that it was given.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

if sys.version_info < (3, 11):  # noqa: UP036 - this file must still say so on an older one
    sys.exit(
        "Tuppence needs Python 3.11 or newer; this is {}.{}. "
        "Install a newer one and start dev.py with it.".format(*sys.version_info[:2])
    )

sys.path.insert(0, str(HERE))
sys.pycache_prefix = str(HERE / ".environment" / "cache" / "dev")
sys.dont_write_bytecode = False  # nothing is written beside the sources

from tools.commands import main  # noqa: E402 - after the version check

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
