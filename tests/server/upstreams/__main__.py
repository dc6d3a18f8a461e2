"""`python -m tests.server.upstreams`: the loopback provider as a program, for benches."""

from __future__ import annotations

import argparse

from aiohttp import web

from tests.server.upstreams.upstream import Upstream


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8799)
    port = parser.parse_args().port
    place = Upstream(port=port)
    print(place.url, flush=True)
    web.run_app(place.application(), host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
