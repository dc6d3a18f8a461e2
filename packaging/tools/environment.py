"""Makes the environment from the locks and finds it again; a broken one is made anew.

A finished environment carries a stamp with the names of what was installed. On each later start
the stamp is compared with the folder, which costs one directory listing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.holding import alone, is_in_use, mark_in_use
from tools.places import ENVIRONMENTS, Level, Stopped, environment_folder, interpreter_tag

IN_USE = "in-use"
_WHAT_FOR = {Level.RUN: "", Level.SERVER: " for the server", Level.DEV: " for testing"}


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment on disk."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def bytecode(self) -> Path:
        """Where compiled files go, so that the checkout holds none."""
        return self.folder / "bytecode"

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages"

    def stamp(self, level: Level) -> Path:
        """The file that says that this level was installed to its end, with what came by it."""
        return self.folder / f"ready-{level}.json"

    def is_ready(self, level: Level) -> bool:
        """Whether everything that was installed is still there."""
        try:
            there = set(os.listdir(self.packages))
            for each in {Level.RUN, level}:  # the others stand on it
                installed = json.loads(self.stamp(each).read_text(encoding="utf-8"))
                if not set(installed) <= there:
                    return False
            return self.python.exists()
        except (OSError, ValueError):
            return False

    def variables(self) -> dict[str, str]:
        """The environment variables of every program that is started from it."""
        variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(self.bytecode)}
        # Nothing is written beside the sources, and without compiled files each start is slow.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        return variables


def environment_for(level: Level) -> Environment:
    """The environment, made first where it is not whole; marked as in use by this process."""
    environment = Environment(environment_folder())
    if not environment.is_ready(level):
        with alone(ENVIRONMENTS / "making"):
            _make(environment, level)
            _remove_older(environment)
    mark_in_use(environment.folder / IN_USE)
    return environment


def _make(environment: Environment, level: Level) -> None:
    """Nothing to do where another process was quicker."""
    if not environment.is_ready(Level.RUN):
        if environment.folder.exists():
            tell("The environment is not whole; making it again.")
            shutil.rmtree(environment.folder)
        _make_empty(environment)
        _install(environment, Level.RUN)
    if level is not Level.RUN and not environment.is_ready(level):
        _install(environment, level)


def _make_empty(environment: Environment) -> None:
    tell("Making the environment, once; about 150 MB are fetched. Later starts are quick.")
    environment.folder.mkdir(parents=True)
    result = subprocess.run(
        [sys.executable, "-m", "venv", str(environment.folder)],
        env=environment.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        shutil.rmtree(environment.folder, ignore_errors=True)
        raise Stopped(f"Python could not make an environment:\n{result.stdout}{result.stderr}")


def _install(environment: Environment, level: Level) -> None:
    wanted = _count(level.lock)
    tell(f"Installing {wanted} packages{_WHAT_FOR[level]}.")
    command = [
        *(str(environment.python), "-m", "pip", "install", "--no-input", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check"),
        *("--progress-bar", "off", "--requirement", str(level.lock)),
    ]
    # What was there before may be replaced later, as the installer itself is for testing.
    before = set(os.listdir(environment.packages))
    last: list[str] = []
    with subprocess.Popen(
        command,
        env=environment.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        for line in pip.stdout or ():
            last = [*last[-14:], line.rstrip()]
            if line.startswith("Collecting "):
                tell(f"  {line.split()[1].split('==')[0]}")
            elif line.startswith("Installing collected"):
                tell("  unpacking")
    if pip.returncode != 0:
        raise Stopped(
            "Installing stopped; starting again goes on. The installer's last words:\n  "
            + "\n  ".join(last)
        )
    names = sorted(set(os.listdir(environment.packages)) - before - {"__pycache__"})
    _write(environment.stamp(level), json.dumps(names))


def _remove_older(environment: Environment) -> None:
    """Free the disk of what earlier locks needed, unless a program still runs from it."""
    for other in ENVIRONMENTS.glob(f"{interpreter_tag()}-*"):
        if other != environment.folder and not is_in_use(other / IN_USE):
            shutil.rmtree(other, ignore_errors=True)


def _count(lock: Path) -> int:
    return sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a stamp must not be half written."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def tell(words: str) -> None:
    """Progress goes beside the program's own output."""
    print(words, file=sys.stderr, flush=True)
