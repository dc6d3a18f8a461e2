"""`tuppence`: the window without arguments, a command with them."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the window or a command; returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in ([], ["--demo"]):
        from app.desktop import open_window

        return open_window(demo=bool(words))
    from app.commands.entry import main as run_command

    return run_command(words)


if __name__ == "__main__":
    sys.exit(main())
