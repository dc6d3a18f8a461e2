"""The first start, the second, and what heals itself: dev.py in a small checkout of its own.

The checkout has empty locks, so that a real environment is made in seconds and without a network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = 'import sys\nprint("hello", *sys.argv[1:], sys.prefix)\n'
OVERHEAD_S = 0.3

Dev = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "a checkout"
    copy_tools(root)
    return root


def copy_tools(root: Path) -> None:
    tools = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "packaging" / "tools", root / "packaging" / "tools", ignore=tools)
    shutil.copy(ROOT / "packaging" / "dev.py", root / "packaging")
    for name in ("requirements.lock", "requirements-server.lock", "requirements-dev.lock"):
        (root / "packaging" / name).write_text("# nothing\n", encoding="utf-8")
    (root / "app").mkdir()
    (root / "app" / "__main__.py").write_text(PROGRAM, encoding="utf-8")


@pytest.fixture(scope="session")
def once_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout after its first start, to be copied."""
    root = tmp_path_factory.mktemp("made") / "checkout"
    copy_tools(root)
    subprocess.run(command(root, "run", "ask"), env=plain(), check=True, capture_output=True)
    return root


@pytest.fixture
def started(once_made: Path, checkout: Path) -> Path:
    """The same checkout, with an environment that is whole."""
    made = Path("packaging", ".environment")
    shutil.copytree(once_made / made, checkout / made, symlinks=True)
    return checkout


@pytest.fixture
def dev(checkout: Path, tmp_path: Path) -> Dev:
    def call(*words: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(checkout, *words), cwd=cwd, env=plain(), capture_output=True, text=True,
            check=False, timeout=100,
        )  # fmt: skip

    return call


def command(checkout: Path, *words: str) -> list[str]:
    return [sys.executable, str(checkout / "packaging" / "dev.py"), *words]


def plain() -> dict[str, str]:
    """The variables of a person's shell: nothing of the environment that runs this test."""
    ours = ("PYTHONPATH", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV", "TUPPENCE_ENVIRONMENT")
    return {name: value for name, value in os.environ.items() if name not in ours}


def environment_of(checkout: Path) -> Path:
    (folder,) = (checkout / "packaging" / ".environment").glob(f"{sys.implementation.name}-*")
    return folder


def test_the_first_start_makes_the_environment_and_the_second_is_quick(
    checkout: Path, dev: Dev
) -> None:
    first = dev("run", "ask", "--now")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("hello ask --now ")
    assert "Making the environment" in first.stderr
    second = dev("run", "ask")
    assert (second.returncode, second.stderr) == (0, "")
    program = [str(environment_of(checkout) / "bin" / "python"), "-c", "pass"]
    bare_s = min(computed_s(lambda: subprocess.run(program, check=True)) for _ in range(3))
    assert min(computed_s(lambda: dev("run", "ask")) for _ in range(3)) - bare_s < OVERHEAD_S


def computed_s(call: Callable[[], object]) -> float:
    """What the processor spends on the programs that a call starts; a busy machine adds nothing."""
    before = os.times()
    call()
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


def test_the_checkout_stays_clean(started: Path, dev: Dev) -> None:
    before = {path for path in started.rglob("*") if ".environment" not in path.parts}
    assert dev("run", "ask").returncode == 0
    assert {path for path in started.rglob("*") if ".environment" not in path.parts} == before


def test_an_interrupted_environment_is_made_again(started: Path, dev: Dev) -> None:
    (environment_of(started) / "ready-run.json").unlink()
    again = dev("run", "ask")
    assert again.returncode == 0, again.stderr
    assert "not whole" in again.stderr


@pytest.mark.parametrize("part", ["bin", "lib"])
def test_an_environment_that_lost_a_part_is_made_again(started: Path, dev: Dev, part: str) -> None:
    shutil.rmtree(environment_of(started) / part)
    again = dev("run", "ask")
    assert again.returncode == 0, again.stderr
    assert "not whole" in again.stderr


def test_a_torn_stamp_counts_as_none(started: Path, dev: Dev) -> None:
    (environment_of(started) / "ready-run.json").write_text('["pi', encoding="utf-8")
    assert dev("run", "ask").returncode == 0
    json.loads((environment_of(started) / "ready-run.json").read_text(encoding="utf-8"))


def test_an_installer_that_tests_replaced_is_no_harm(started: Path, dev: Dev) -> None:
    (packages,) = (environment_of(started) / "lib").glob("python*/site-packages")
    (installer,) = packages.glob("pip-*.dist-info")
    installer.rename(packages / "pip-99.0.dist-info")
    assert (dev("run", "ask").stderr, dev("run", "ask").returncode) == ("", 0)


def test_two_first_starts_at_once_share_one_environment(checkout: Path) -> None:
    both = [
        subprocess.Popen(
            command(checkout, "run", "ask"), env=plain(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    ends = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert all(out.startswith("hello ask") for out, _ in ends)
    assert sum("Making the environment" in words for _, words in ends) == 1


def test_a_changed_lock_gets_a_new_environment_and_frees_the_old_one(
    started: Path, dev: Dev
) -> None:
    old = environment_of(started)
    (started / "packaging" / "requirements.lock").write_text("# changed\n", encoding="utf-8")
    assert dev("run", "ask").returncode == 0
    assert environment_of(started) != old


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps files in use by itself")
def test_an_environment_in_use_is_left_alone(started: Path, dev: Dev) -> None:
    waiting = 'import sys\nprint("up", flush=True)\nsys.stdin.read()\n'
    (started / "app" / "__main__.py").write_text(waiting, encoding="utf-8")
    running = subprocess.Popen(
        command(started, "run", "ask"), env=plain(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    old = environment_of(started)
    (started / "packaging" / "requirements.lock").write_text("# changed\n", encoding="utf-8")
    (started / "app" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    assert dev("run", "ask").returncode == 0
    assert old.exists()
    running.communicate("", timeout=20)


def test_a_lock_that_cannot_be_installed_says_so_in_words(checkout: Path, dev: Dev) -> None:
    wheel = checkout / "gone-1.0-py3-none-any.whl"
    (checkout / "packaging" / "requirements.lock").write_text(
        f"gone @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n", encoding="utf-8"
    )
    failed = dev("run", "ask")
    assert failed.returncode == 1
    assert "Installing stopped" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("words", "shared_out"), [((), True), (("tests/ui",), False), (("-n", "0"), False)]
)
def test_all_tests_are_shared_out_to_the_cores_and_some_as_they_are_asked_for(
    started: Path, dev: Dev, words: tuple[str, ...], shared_out: bool
) -> None:
    (started / "pytest.py").write_text(PROGRAM, encoding="utf-8")
    for name in ("ready-dev.json", "system-test"):
        (environment_of(started) / name).write_text("[]", encoding="utf-8")
    said = dev("test", *words)
    assert said.stdout.startswith(f"hello -m not soak {' '.join(words)}"), said
    processes = min(len(os.sched_getaffinity(0)), 4)
    assert (f"-n {processes} --dist loadfile" in said.stdout) == (shared_out and processes > 1)


def test_an_unknown_word_is_answered_with_the_known_ones(dev: Dev) -> None:
    answer = dev("rnu")
    assert answer.returncode == 2
    assert "“rnu”" in answer.stderr
    assert "screenshots" in answer.stderr


def test_an_old_python_is_told_what_is_needed() -> None:
    """The version check must come before anything that an old Python cannot read."""
    text = (ROOT / "packaging" / "dev.py").read_text(encoding="utf-8")
    assert text.index("version_info < (3, 11)") < text.index("from tools")
    old = text.replace("sys.version_info", "(3, 8, 0)")
    result = subprocess.run([sys.executable, "-c", old.replace("__file__", repr("x"))],
                            capture_output=True, text=True, check=False)  # fmt: skip
    assert result.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.8" in result.stderr
