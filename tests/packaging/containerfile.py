"""A Containerfile read into its instructions."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instruction:
    """`COPY`, and what stands behind it in one line."""

    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The words of a list in brackets, of a command with options before it, or of a line."""
        _, bracket, listed = self.rest.partition("[")
        return list(json.loads(bracket + listed)) if bracket else shlex.split(self.rest)


def instructions(path: Path) -> list[Instruction]:
    text = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.M)
    lines = [line.strip() for line in re.sub(r"\\\n\s*", " ", text).splitlines()]
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line]


def named(found: list[Instruction], name: str) -> list[Instruction]:
    return [each for each in found if each.name == name]
