"""`tuppence-server`: run the server, or act as its operator."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.config import VERSION
from app.errors import TuppenceError

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

# FastAPI asks of every field whether pydantic's first version made it, and would load that version
# for it: 3.4 MiB of each worker, for models that nothing here has. None is how Python is told that
# a module is not there, which FastAPI is prepared for. Workers import this module first, too.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code; a failure is one clear line on standard error."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="tuppence-server",
        description="Hosted tokens that any OpenAI-compatible client can spend.",
    )
    parser.add_argument("--version", action="version", version=f"tuppence-server {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_admin(commands)
    try:
        if words[:1] == ["admin"]:  # its own parser knows its options
            return _admin(words[1:])
        chosen = parser.parse_args(words)
        code: int = chosen.carry_out(chosen)
        return code
    except TuppenceError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="serve until stopped")
    run.add_argument("--demo", action="store_true", help="scripted models, simulated payment")
    run.add_argument("--host", help="the address to listen at (127.0.0.1)")
    run.add_argument("--port", type=int, help="the port; 0 takes a free one (8700)")
    run.add_argument("--data", type=Path, help="the folder of the database and of the keys")
    run.add_argument("--workers", type=int, help="processes; more than one wants PostgreSQL")
    run.add_argument("--while-input", action="store_true", help="end when standard input is closed")
    run.set_defaults(carry_out=_run)


def _add_admin(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("admin", help="act as the operator", add_help=False)


def _run(chosen: argparse.Namespace) -> int:
    from app.server.run import serve

    given = {"HOST": chosen.host, "PORT": chosen.port, "WORKERS": chosen.workers}
    return serve(
        {name: str(value) for name, value in given.items() if value is not None},
        data=chosen.data,
        demo=chosen.demo,
        while_input=chosen.while_input,
    )


def _admin(words: list[str]) -> int:
    from app.server.operator.commands import run_admin

    return run_admin(words)


if __name__ == "__main__":
    sys.exit(main())
