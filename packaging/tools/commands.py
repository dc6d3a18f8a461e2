"""The words that dev.py understands, and what each of them starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tools.environment import Environment, environment_for
from tools.places import CACHE, PACKAGING, ROOT, Level, Stopped, environment_folder

PROCESSES_MAX = 4  # of tests: each may have a PostgreSQL, a display and a keyring of its own
MEMORY_DISK = Path("/dev/shm")
MEMORY_BYTES = 4 * 2**30  # more than the tests' files of one run take

USAGE = """\
python3 packaging/dev.py WORD

  run [--demo]        open the window; the environment is made on the first start. The demo has
                      a credit server of its own beside it, with simulated payment
  run COMMAND ...     a command instead of the window; `run --help` lists them
  run server [--demo] the credit server; `run server admin --help` for its operator
  test                all tests but the long ones, shared out to the processor's cores
  test ARGS           ARGS go to pytest, which then works as ARGS say
  check               format, lint, types, imports
  bench [NAME ...]    measure against the limits; all benches without a name
  bench estimates F   count the requests recorded in the file F and compare with their bills
  soak [ARGS]         the long tests
  screenshots FOLDER  pictures of the real window
  lock                make the locks anew from pyproject.toml (needs uv)
"""


def main(words: list[str]) -> int:
    """Do what the first word says; returns the exit code."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    action = WORDS.get(words[0])
    if action is None:
        print(f"“{words[0]}” is not one of dev.py's words.\n\n{USAGE}", file=sys.stderr)
        return 2
    try:
        return action(words[1:])
    except Stopped as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; starting again goes on from here.", file=sys.stderr)
        return 130


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["server"]:
        _serve(arguments[1:])
    window = arguments in ([], ["--demo"])
    level = Level.SERVER if arguments == ["--demo"] else Level.RUN
    environment = _environment(level, "window" if window else None)
    _become(environment, ["-P", "-m", "app", *arguments], {"PYTHONPATH": str(ROOT)})


def _serve(arguments: list[str]) -> NoReturn:
    environment = _environment(Level.SERVER, None)
    words = arguments if arguments[:1] in (["run"], ["admin"]) else ["run", *arguments]
    _become(environment, ["-P", "-m", "app.server.main", *words], {"PYTHONPATH": str(ROOT)})


def _test(arguments: list[str]) -> int:
    _pytest(["-m", "not soak", *(arguments or _shared_out())], **_in_memory())


def _in_memory() -> dict[str, str]:
    """Lets tests keep their files in memory, where there is plenty: no commit waits for a disk."""
    if "TMPDIR" in os.environ or not MEMORY_DISK.is_dir():
        return {}
    disk = os.statvfs(MEMORY_DISK)
    plenty = disk.f_bavail * disk.f_frsize >= MEMORY_BYTES and _free_bytes() >= 2 * MEMORY_BYTES
    runs_programs = not disk.f_flag & os.ST_NOEXEC
    writable = os.access(MEMORY_DISK, os.W_OK)
    return {"TMPDIR": str(MEMORY_DISK)} if plenty and runs_programs and writable else {}


def _free_bytes() -> int:
    """Memory that a new program can have, as Linux counts it."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _shared_out() -> list[str]:
    """Words for pytest that let processes work off whole files, in the order of the tests.

    One for each core: with half as many again a run was a fifth shorter, and windows at a real
    screen missed their time now and then.
    """
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    processes = min(seen or 1, PROCESSES_MAX)
    if processes == 1:
        return []
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def _soak(arguments: list[str]) -> int:
    _pytest(["-m", "soak", "--timeout", "0", *arguments])


def _pytest(arguments: list[str], **extra: str) -> NoReturn:
    environment = _environment(Level.DEV, "test")
    os.chdir(ROOT)
    variables = {
        "PYTHONPATH": str(ROOT),  # tests start programs of their own
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        **extra,
    }
    _become(environment, ["-P", "-m", "pytest", *arguments], variables)


def _check(arguments: list[str]) -> int:
    """Every check is made, also after one that fails, so that one run tells all."""
    environment = _environment(Level.DEV, None)
    tools = environment.python.parent
    checks = (
        [tools / "ruff", "format", "--check", "--quiet", "."],
        [tools / "ruff", "check", "--quiet", "."],
        [tools / "mypy"],
        [tools / "lint-imports", "--cache-dir", CACHE / "imports"],
    )
    failed = []
    for check in checks:
        name = " ".join([check[0].name, *map(str, check[1:2])])
        print(f"== {name}", flush=True)
        if subprocess.run(check, cwd=ROOT, env=environment.variables(), check=False).returncode:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _bench(arguments: list[str]) -> int:
    environment = _environment(Level.DEV, "bench")
    _become(environment, [str(PACKAGING / "bench" / "run.py"), *arguments], {})


def _screenshots(arguments: list[str]) -> int:
    if len(arguments) != 1:
        raise Stopped("Name one folder: python3 packaging/dev.py screenshots FOLDER")
    environment = _environment(Level.DEV, "bench")
    script = PACKAGING / "screenshots" / "run.py"
    folder = str(Path(arguments[0]).absolute())
    path = os.pathsep.join((str(ROOT), str(PACKAGING)))
    _become(environment, ["-P", str(script), folder], {"PYTHONPATH": path})


def _lock(arguments: list[str]) -> int:
    from tools.lock import make_locks

    return make_locks()


def _environment(level: Level, need: str | None) -> Environment:
    """The environment, and the system looked over once for what this start needs of it."""
    expected = Environment(environment_folder())
    seen = expected.folder / f"system-{need}"
    if not expected.is_ready(level) or (need and not seen.exists()):
        # Only now: on every later start these imports would cost time for nothing.
        from tools.system import Need, provide, provide_venv

        if need:
            provide(Need(need))
        provide_venv()
    environment = environment_for(level)
    if need and not seen.exists():
        seen.touch()
    return environment


def _become(environment: Environment, arguments: list[str], extra: dict[str, str]) -> NoReturn:
    """Let the program take this process' place: nothing is left in between."""
    command = [str(environment.python), *arguments]
    variables = {**environment.variables(), **extra}
    if os.name == "nt":
        # There exec would give the prompt back while the program still runs.
        sys.exit(subprocess.run(command, env=variables, check=False).returncode)
    os.execve(command[0], command, variables)


WORDS: dict[str, Callable[[list[str]], int]] = {
    "run": _run,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "soak": _soak,
    "screenshots": _screenshots,
    "lock": _lock,
}
