"""`doctor`: one line for each check, what to do about what is wrong, and 1 where something is.

The checks are in `doctor_checks` and `doctor_system`; none of them changes anything.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from app.commands.doctor_report import Finding, Level, note, wrong
from app.commands.exits import DONE, FAILED
from app.config import load_config, load_paths
from app.errors import TuppenceError

_MARKS = {Level.FINE: "ok  ", Level.NOTE: "note", Level.WRONG: "FAIL"}


def run_doctor(arguments: argparse.Namespace) -> int:
    code = DONE
    for check in _checks(demo=arguments.demo, ledger=arguments.ledger):
        for finding in _guarded(check):
            sys.stdout.write(_line(finding))
            sys.stdout.flush()
            if finding.level is Level.WRONG:
                code = FAILED
    return code


def _checks(*, demo: bool, ledger: bool) -> list[Callable[[], list[Finding]]]:
    from app.commands import doctor_checks as checks
    from app.commands import doctor_system as system

    found: list[Callable[[], list[Finding]]] = [
        system.check_python,
        system.check_qt,
        system.check_libraries,
        system.check_display,
        checks.check_resources,
        checks.check_tokenizers,
        checks.check_prices,
        checks.check_clock,
        checks.check_sqlite,
    ]
    try:
        paths = load_paths(os.environ, demo=demo)
    except TuppenceError as error:
        # Said here and kept: the name `error` is gone when the list is used.
        finding = wrong("Folders", error.message, error.advice)
        return [*found, lambda: [finding]]
    if ledger:
        return [lambda: checks.check_database(paths.data), lambda: checks.check_ledger(paths.data)]
    config, notices = load_config(paths, os.environ)
    return [
        *found,
        lambda: checks.check_folders(paths),
        lambda: checks.check_disk(paths),
        lambda: checks.check_database(paths.data),
        lambda: checks.check_keyring(paths.data),
        lambda: [note("Settings", notice) for notice in notices],
        lambda: checks.check_proxy(config),
    ]


def _guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except TuppenceError as error:
        return [wrong("Check", error.message, error.advice)]


def _line(finding: Finding) -> str:
    words = f"{_MARKS[finding.level]}  {finding.subject}: {finding.words} {finding.advice}"
    return " ".join(words.split("\n")).rstrip() + "\n"
