"""The cookie of a visit to a page: for that page's addresses alone, out of scripts' reach."""

from __future__ import annotations

from datetime import timedelta

from fastapi.responses import RedirectResponse

from app.server.services import Services


def entered(
    services: Services, place: str, *, cookie: str, visit: str, lasts: timedelta
) -> RedirectResponse:
    """On to a page with its visit; the cookie is for the addresses below the page's first word."""
    answer = RedirectResponse(place, 303)
    answer.set_cookie(
        cookie,
        visit,
        max_age=int(lasts.total_seconds()),
        path="/" + place.strip("/").partition("?")[0].partition("/")[0],
        httponly=True,
        samesite="strict",
        secure=services.settings.address.startswith("https://"),
    )
    return answer
