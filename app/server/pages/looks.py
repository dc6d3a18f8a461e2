"""Pages from templates: one look, light and dark as the system wants it, and headers that keep a
page from running, framing or telling anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse

from app.money import format_usd

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"
HEADERS: Mapping[str, str] = {
    # No script at all, nothing from elsewhere; forms lead back here alone.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@cache
def templates() -> Environment:
    """Every template escapes; a value that is missing is an error and no empty place."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # with the first page

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = day
    made.filters["moment"] = moment
    made.filters["count"] = count
    made.filters["usd"] = format_usd
    made.filters["money"] = money
    return made


def page(template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """A page; `values` are what its template names, `demo` always among them."""
    text = templates().get_template(f"{template}.html").render(values)
    return HTMLResponse(text, status, headers=dict(HEADERS))


@cache
def style_sheet() -> str:
    return (_FOLDER / "pages.css").read_text(encoding="utf-8")


def day(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at.year}"


def moment(at: datetime) -> str:
    return f"{day(at)}, {at:%H:%M} UTC"


def count(number: int) -> str:
    return f"{number:,}"


def money(minor: int, currency: str) -> str:
    """An amount of a currency with hundredths, as a bill has it."""
    figure = f"{minor // 100:,}.{minor % 100:02d}"
    return f"${figure}" if currency.lower() == "usd" else f"{figure} {currency.upper()}"
