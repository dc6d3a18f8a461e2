"""Backup while calls run, and what is put back: sound books, and never under a running server."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.server.database import SQLITE_FILE
from app.server.main import main
from app.server.operator.backup import BackupTrouble, back_up, look_through, restore
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import give, sound, whole_call
from tests.server.operator.office import Office, lively

CALLS = 200


def _file(server: CreditServer) -> Path:
    return server.services.settings.data / SQLITE_FILE


async def test_a_backup_while_two_hundred_calls_run_is_sound(
    credit_server: CreditServer, tmp_path: Path
) -> None:
    server = credit_server
    people = [await server.person("premium", subscribed_ms=0) for _ in range(4)]
    for person in people:
        await give(server, person, 5_000_000)
    file, made = _file(server), []

    async def copy() -> None:
        for number in range(5):
            target = tmp_path / f"copy-{number}.db"
            made.append(await asyncio.to_thread(back_up, file, target))
            await asyncio.sleep(0.05)

    copying = asyncio.create_task(copy())
    await asyncio.gather(
        *(whole_call(server, people[n % 4].caller, output_tokens=60) for n in range(CALLS))
    )
    await copying
    await sound(server)
    entries = [each.entries for each in made]
    assert entries == sorted(entries)
    for each in made:
        assert each.path.stat().st_mode & 0o777 == 0o600
        assert look_through(each.path).sha256 == each.sha256
    await server.services.database.close()
    restored = restore(file, made[0].path, server.time.at)
    assert restored.before is not None
    assert look_through(restored.before).entries >= entries[-1]
    await server.services.database.open()
    await sound(server)
    rows = await server.run("SELECT count(*) FROM ledger_entries")
    assert rows == [(entries[0],)]
    await whole_call(server, people[0].caller)
    await sound(server)


async def test_nothing_is_restored_under_a_running_server(
    credit_server: CreditServer, tmp_path: Path
) -> None:
    server = credit_server
    await lively(server)
    copy = tmp_path / "copy.db"
    await asyncio.to_thread(back_up, _file(server), copy)
    before = await server.run("SELECT count(*) FROM requests")
    with pytest.raises(BackupTrouble, match="in use: the server runs"):
        await asyncio.to_thread(restore, _file(server), copy, server.time.at)
    assert await server.run("SELECT count(*) FROM requests") == before
    await sound(server)


@pytest.mark.parametrize("harm", ["none", "text", "cut", "books", "newer"])
async def test_what_is_no_sound_backup_is_refused_and_nothing_is_lost(
    credit_server: CreditServer, tmp_path: Path, harm: str
) -> None:
    server, copy = credit_server, tmp_path / "copy.db"
    await lively(server)
    await asyncio.to_thread(back_up, _file(server), copy)
    match harm:
        case "none":
            copy.unlink()
        case "text":
            copy.write_text("no database at all")
        case "cut":
            copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
        case "books":
            with sqlite3.connect(copy) as connection:
                connection.execute("UPDATE ledger_accounts SET posted = posted + 1")
        case _:
            with sqlite3.connect(copy) as connection:
                connection.execute("UPDATE server_schema SET version = 999")
    await server.services.database.close()
    size = _file(server).stat().st_size
    with pytest.raises(Exception, match=r"no file|no sound|damaged|add up|newer"):
        restore(_file(server), copy, server.time.at)
    assert _file(server).stat().st_size == size
    assert [each.name for each in _file(server).parent.glob("*before*")] == []
    await server.services.database.open()
    await sound(server)


async def test_a_backup_writes_over_nothing_and_leaves_no_halves(
    credit_server: CreditServer, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(BackupTrouble, match="there already"):
        back_up(_file(credit_server), target)
    assert target.read_text() == "mine"
    with pytest.raises(BackupTrouble, match="cannot be written"):
        back_up(_file(credit_server), tmp_path / "nowhere" / "copy.db")
    await credit_server.person()
    await give(credit_server, credit_server.people[0], 5)
    await credit_server.run("UPDATE ledger_accounts SET posted = 6")
    with pytest.raises(BackupTrouble, match="do not add up"):
        back_up(_file(credit_server), tmp_path / "other.db")
    assert list(tmp_path.glob("other*")) == []


async def test_a_backup_is_on_the_log_of_both(credit_server: CreditServer, tmp_path: Path) -> None:
    office, copy = Office(credit_server), tmp_path / "copy.db"
    said = await office.admin(f"backup {copy}")
    assert "server.secret" in said.text
    assert [line[0] for line in await office.log()] == ["backup"]
    with sqlite3.connect(copy) as connection:
        rows = connection.execute("SELECT act FROM operator_acts").fetchall()
    assert rows == [("backup",)]


async def test_postgres_has_its_own_tools(tmp_path: Path, postgres_url: str) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        with pytest.raises(Exception, match="pg_dump"):
            await Office(server).admin(f"backup {tmp_path / 'copy.db'}")
        assert await Office(server).log() == []


def _admin(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.server.main", "admin", *words, "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={k: v for k, v in os.environ.items() if not k.startswith("TUPPENCE_SERVER_")},
    )


def test_from_the_shell_a_server_is_backed_up_while_it_runs_and_restored_when_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("TUPPENCE_SERVER_")]:
        monkeypatch.delenv(name)
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    running = subprocess.Popen(
        [sys.executable, "-m", "app.server.main", "run", "--port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        assert "credit server" in running.stdout.readline()
        assert _admin(data, "backup", str(copy)).returncode == 0
        refused = _admin(data, "restore", str(copy), "--yes")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "the server runs" in refused.stderr
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)

    def admin(*words: str) -> str:
        """The same commands in this process, which is quicker: it does not have to begin."""
        assert main(["admin", *words, "--data", str(data)]) == 0
        return capsys.readouterr().out

    assert "Nothing was changed" in admin("restore", str(copy))
    admin("restore", str(copy), "--yes", "--reason", "a test")
    assert '"act": "restore"' in admin("log", "--json")
    with pytest.raises(SystemExit) as wrong:
        main(["admin", "restore", "--data", str(data)])
    assert wrong.value.code == 2
    assert "usage" in capsys.readouterr().err
