"""The project's own files, read and parsed once for the rules about them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("app", "tests", "packaging")
TEXT_SUFFIXES = (".py", ".md", ".toml", ".qss", ".txt", ".sh", ".yml", ".yaml", ".cfg", "")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, also inner ones."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def handlers(self) -> Iterator[ast.ExceptHandler]:
        """Every `except` clause."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ExceptHandler):
                yield node


@cache
def kept_files() -> tuple[Path, ...]:
    """Every file that is part of the project: what git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    names = [name for name in listed.stdout.split("\0") if name]
    return tuple(path for name in sorted(set(names)) if (path := ROOT / name).is_file())


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files of these folders of the root; all three without any."""
    wanted = folders or FOLDERS
    found = []
    for path in kept_files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and name.split("/")[0] in wanted:
            text = path.read_text(encoding="utf-8")
            found.append(Source(name, text, ast.parse(text)))
    return tuple(found)


@cache
def written_texts() -> tuple[tuple[str, str], ...]:
    """(path, text) of every file that a person writes; recordings and resources are not."""
    found = []
    for path in kept_files():
        name = path.relative_to(ROOT).as_posix()
        ours = not name.startswith(("tests/golden/", "resources/")) or name.endswith(".qss")
        if ours and path.suffix in TEXT_SUFFIXES and not name.endswith(".lock"):
            found.append((name, path.read_text(encoding="utf-8")))
    return tuple(found)
