"""The system's browser for the pictures: presses the simulated payment's button once it may.

Called as `pay.py TILL URL`: waits for the file TILL, then sends the page's own form.
"""

from __future__ import annotations

import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

WAIT_S = 60


def main(till: Path, url: str) -> None:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    deadline = time.monotonic() + WAIT_S
    while not till.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    form = {"checkout": query["checkout"], "secret": query["secret"], "pay": "yes"}
    page = f"{parts.scheme}://{parts.netloc}{parts.path}"
    with urllib.request.urlopen(page, data=urlencode(form).encode(), timeout=WAIT_S) as answer:
        answer.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
