"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source_files import ROOT, Source, kept_files, sources, written_texts

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
TOP_LEVEL = {
    ".ci", ".env.sample", "README.md", "app", "packaging", "pyproject.toml", "resources", "tests",
}  # fmt: skip
# The engine's command guard and the window's crash hook; the server's handler will be the third.
CATCHES_ALL = {"app/engine/dispatch.py", "app/engine/runtime.py", "app/desktop.py"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}
# Colors are named once; the other two draw them from the theme's names or are pictures.
COLORS = {"app/ui/theme.py", "app/ui/palette.py", "app/ui/colors.py"}
COLOR = re.compile(r"""["'][^"'\n]*#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b""")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|tmp/\w+|home/\w+)/")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted|npmjs\.(?:org|com)|deb\.debian\.org|registry\.", re.I
)


def test_every_room_has_a_door_that_holds_only_words() -> None:
    folders = {source.path.rsplit("/", 1)[0] for source in sources("app")}
    doors = {
        source.path: source for source in sources("app") if source.path.endswith("__init__.py")
    }
    assert {f"{folder}/__init__.py" for folder in folders} <= set(doors)
    talkative = [
        path for path, door in doors.items() if len(door.tree.body) != 1 or not _has_words(door)
    ]
    assert talkative == []


def test_every_module_says_what_lives_there() -> None:
    rooms = sources("app", "packaging")
    assert [source.path for source in rooms if not _has_words(source)] == []


def test_no_file_outgrows_its_reader() -> None:
    long = {s.path: n for s in sources() if (n := len(s.text.splitlines())) >= FILE_LINES_MAX}
    assert long == {}


def test_no_function_outgrows_the_screen() -> None:
    long = {
        f"{source.path}:{function.name}": lines
        for source in sources()
        for function in source.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) >= FUNCTION_LINES_MAX
    }
    assert long == {}


def test_a_file_is_named_for_what_it_holds() -> None:
    assert [s.path for s in sources() if s.path.rsplit("/", 1)[-1][:-3] in VAGUE_NAMES] == []


def test_only_the_named_places_catch_everything() -> None:
    catching = {
        source.path
        for source in sources("app")
        if any(_catches_all(handler) for handler in source.handlers())
    }
    assert catching <= CATCHES_ALL


def test_no_error_is_dropped_in_silence() -> None:
    silent = [
        f"{source.path}:{handler.lineno}"
        for source in sources()
        for handler in source.handlers()
        if all(isinstance(step, ast.Pass) or _is_ellipsis(step) for step in handler.body)
    ]
    assert silent == []


def test_a_module_never_asks_for_everything_of_another() -> None:
    stars = [
        source.path
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    ]
    assert stars == []


def test_no_dialog_stops_the_event_loop() -> None:
    """`exec()` of a dialog runs a second loop inside the first; only the application has one."""
    calls = [
        f"{source.path}:{node.lineno}"
        for source in sources("app")
        if source.path.startswith("app/ui/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("exec", "exec_", "processEvents")
    ]
    assert calls == []


def test_colors_are_named_in_the_theme_alone() -> None:
    strays = [
        f"{source.path}: {found.group()}"
        for source in sources("app")
        if source.path not in COLORS
        for found in COLOR.finditer(source.text)
    ]
    assert strays == []


def test_no_path_of_one_machine_is_written_down() -> None:
    assert _places(MACHINE_PATH) == []


def test_no_registry_is_named() -> None:
    assert _places(REGISTRY) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.split("\n", 1)[1].strip())
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_top_level_stays_small() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in kept_files()} <= TOP_LEVEL


def _has_words(source: Source) -> bool:
    return bool(ast.get_docstring(source.tree))


def _catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether everything ends here; to clean up and raise it again is no catch."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return caught is None or bool(names & {"Exception", "BaseException"})


def _is_ellipsis(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


def _places(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}"
        for path, text in written_texts()
        if path != "tests/architecture/test_rules.py"
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
