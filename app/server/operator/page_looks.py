"""The operator's pages from templates: the looks of the other pages, with a row of places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse

from app.money import format_usd
from app.server.operator.commands_said import moment
from app.server.pages import looks
from app.server.pages.looks import HEADERS

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"
_COMMON = Path(looks.__file__).parent / "templates"


@cache
def templates() -> Environment:
    """Every template escapes; a value that is missing is an error and no empty place."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # with the first page

    made = Environment(
        loader=FileSystemLoader([_FOLDER, _COMMON]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["moment"] = moment
    made.filters["count"] = looks.count
    made.filters["usd"] = format_usd
    made.filters["facts"] = facts
    return made


def operator_page(
    template: str, values: Mapping[str, object], *, status: int = 200
) -> HTMLResponse:
    """A page; `values` are what its template names."""
    text = templates().get_template(f"{template}.html").render(values)
    return HTMLResponse(text, status, headers=dict(HEADERS))


@cache
def operator_style() -> str:
    return (_FOLDER / "operator.css").read_text(encoding="utf-8")


def facts(value: object) -> str:
    """What the audit log holds of before and after, short enough for a cell."""
    text = "nothing" if value in (None, {}, []) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 240 else f"{text[:239]}…"
