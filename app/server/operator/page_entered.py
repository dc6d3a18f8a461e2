"""Who may see the operator's pages, and how a page and a form are answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Cookie, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import TuppenceError
from app.server.errors import Refused
from app.server.operator.entrance import OperatorVisit, is_own_form, visit_of
from app.server.operator.operator import Operator
from app.server.operator.page_looks import operator_page
from app.server.services import Services

COOKIE = "tuppence_operator"
PLACES = (
    ("accounts", "Accounts", "/operator"),
    ("holds", "Holds", "/operator/holds"),
    ("events", "Events", "/operator/events"),
    ("routes", "Routes", "/operator/routes"),
    ("margins", "Margins", "/operator/margins"),
    ("log", "Audit log", "/operator/log"),
)
TheCookie = Annotated[str, Cookie(alias=COOKIE, max_length=200)]
TheForm = Annotated[str, Form(alias="form", max_length=200)]
TheReason = Annotated[str, Form(alias="reason", max_length=500)]


class Entered:
    """The operator in a browser: they act through `operator`, as everybody who does."""

    def __init__(self, services: Services, visit: OperatorVisit, done: str = "") -> None:
        self.services = services
        self.visit = visit
        self.done = done
        self.operator = Operator(services, f"{visit.who} (page)")

    def page(self, place: str, template: str, **values: object) -> HTMLResponse:
        """A page with the row of places."""
        common = {
            "demo": self.services.settings.demo,
            "places": PLACES,
            "place": place,
            "who": self.visit.who,
            "form": self.visit.form,
            "done": self.done,
        }
        return operator_page(template, {**common, **values})


async def shown(
    services: Services,
    token: str,
    make: Callable[[Entered], Awaitable[Response]],
    done: str = "",
) -> Response:
    """A page for the operator, the way in for everybody else."""
    visit = await services.database.read(visit_of, services, token)
    if visit is None:
        return way_in(services)
    entered = Entered(services, visit, done[:300])
    try:
        return await make(entered)
    except (Refused, TuppenceError) as error:
        return _trouble(entered, error)


async def acted(
    services: Services,
    token: str,
    form: str,
    back: str,
    act: Callable[[Entered], Awaitable[str]],
) -> Response:
    """Carry out a form's act and lead back, with what was done. A form of another visit does
    nothing: no page elsewhere can fill one in."""
    visit = await services.database.read(visit_of, services, token)
    if visit is None:
        return way_in(services)
    entered = Entered(services, visit)
    if not is_own_form(visit, form):
        refused = Refused(403, "form_unknown", "This form is not of this visit. Load it again.")
        return _trouble(entered, refused)
    try:
        done = await act(entered)
    except (Refused, TuppenceError) as error:
        return _trouble(entered, error)
    joint = "&" if "?" in back else "?"
    return RedirectResponse(f"{back}{joint}{urlencode({'done': done})}", 303)


def way_in(services: Services, words: str = "", status: int = 401) -> HTMLResponse:
    """How an operator comes in; it tells nothing of what is there."""
    values = {
        "demo": services.settings.demo,
        "words": words,
        "has_password": bool(services.settings.operator_password),
    }
    return operator_page("operator_enter", values, status=status)


def _trouble(entered: Entered, error: Refused | TuppenceError) -> HTMLResponse:
    status = error.status if isinstance(error, Refused) else 409
    words = error.message if isinstance(error, Refused) else str(error)
    page = entered.page("", "operator_trouble", words=words)
    page.status_code = status
    return page
