"""The parts that tests borrow from the machine really are what they say."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.fixtures.network import is_this_machine
from tests.fixtures.order import LONG_FILES, pytest_collection_modifyitems
from tests.fixtures.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]


def test_a_window_opens_on_the_tests_own_display(x_environment: dict[str, str]) -> None:
    code = "from PySide6.QtWidgets import QApplication\nprint(QApplication([]).platformName())"
    result = subprocess.run(
        [sys.executable, "-c", code], env=x_environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "xcb"


def test_postgresql_answers_over_its_socket(postgres: Postgres) -> None:
    psql = [str(postgres.programs / "psql"), postgres.dsn, "-At", "-c", "select 20 + 22"]
    assert subprocess.run(psql, capture_output=True, text=True, check=True).stdout == "42\n"


def test_chromium_reads_a_page(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    profile = tmp_path_factory.mktemp("browser")
    result = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *(f"--user-data-dir={profile}", "data:text/html,<p>hello</p>"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "<p>hello</p>" in result.stdout


def test_no_test_reaches_another_machine() -> None:
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="no network"):
        socket.getaddrinfo("host.invalid", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", None])
def test_the_loopback_can_be_reached(host: str | None) -> None:
    assert is_this_machine(host)


def test_the_files_that_are_begun_first_are_there() -> None:
    assert [name for name in LONG_FILES if not (ROOT / name).is_file()] == []


def test_processes_that_share_the_files_begin_with_the_long_ones() -> None:
    def order(config: object) -> list[str]:
        names = ("tests/a.py::b", f"{LONG_FILES[1]}::b", f"{LONG_FILES[0]}::b[1]", "tests/a.py::a")
        items = [SimpleNamespace(nodeid=name) for name in names]
        pytest_collection_modifyitems(cast(Any, config), cast(Any, items))
        return [str(names.index(item.nodeid)) for item in items]

    assert "".join(order(SimpleNamespace(workerinput={}))) == "2103"
    assert "".join(order(SimpleNamespace())) == "0123"


@pytest.mark.parametrize(("ci", "failed"), [("true", 1), ("", 0)])
def test_what_the_machine_lacks_is_a_skip_for_people_and_a_failure_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, failed: int
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makeconftest("pytest_plugins = ['tests.fixtures.needs']")
    pytester.makepyfile("import pytest\ndef test_it(): pytest.skip('needs a moon')")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=failed, skipped=1 - failed)
