"""Asking whichever provider has a usage interface, by its id."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from app.errors import RequestRejected
from app.providers import (
    usage_reports_anthropic,
    usage_reports_openai,
    usage_reports_openrouter,
)
from app.providers.connection import Http
from app.providers.usage_reports import SITES, ReportAsked, UsageReport, require_admin_form
from app.providers.usage_reports_ask import ReportDoor

_REPORTS = {
    "openai": usage_reports_openai.openai_report,
    "anthropic": usage_reports_anthropic.anthropic_report,
    "openrouter": usage_reports_openrouter.openrouter_report,
}


async def fetch_report(
    http: Http, provider: str, secret: str, asked: ReportAsked, base_url: str = ""
) -> UsageReport:
    """The provider's own figures; raises the ProviderError tree, ValueError for no such provider.

    A key of the wrong kind is refused before it is sent, where its form tells.
    """
    if provider not in _REPORTS:
        raise ValueError(f"no usage interface: {provider}")
    require_admin_form(SITES[provider], secret)
    return await _REPORTS[provider](http, secret, asked, base_url)


async def check_admin_key(
    http: Http, provider: str, secret: str, now: datetime, base_url: str = ""
) -> None:
    """Whether a key may read the bill, by the smallest question; raises the ProviderError tree."""
    require_admin_form(SITES[provider], secret)
    yesterday = now.date() - timedelta(days=1)
    door = _door(http, provider, secret, base_url)
    if provider == "openai":
        start = int(datetime.combine(yesterday, time(), UTC).timestamp())
        params = [("start_time", str(start)), ("limit", "1")]
        await door.get("/organization/costs", params)
    elif provider == "anthropic":
        params = [("starting_at", f"{yesterday}T00:00:00Z"), ("limit", "1")]
        await door.get("/organizations/cost_report", params)
    else:
        try:
            await door.get("/activity", [("date", str(yesterday))])
        except RequestRejected:
            # A day without activity may be refused; the key was taken all the same.
            await door.get("/activity")


def _door(http: Http, provider: str, secret: str, base_url: str) -> ReportDoor:
    if provider == "anthropic":
        return ReportDoor(
            http, SITES[provider], base_url or usage_reports_anthropic.BASE_URL, secret,
            header="x-api-key", extra=(("anthropic-version", "2023-06-01"),),
        )  # fmt: skip
    base = {
        "openai": usage_reports_openai.BASE_URL,
        "openrouter": usage_reports_openrouter.BASE_URL,
    }[provider]
    return ReportDoor(http, SITES[provider], base_url or base, secret)
