"""Asking a provider's usage interface: pages of JSON, read exactly, with faults in plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote, urlencode

from app.errors import (
    KeyRefused,
    NotTheProvider,
    ProviderError,
    ProviderUnreachable,
    StreamBroken,
)
from app.providers.connection import Call, Http, Key
from app.providers.faults import error_of_response, not_the_provider
from app.providers.json_text import Json, as_list, as_object, as_text, read_json_exact
from app.providers.usage_reports import ReportSite, wrong_kind

PAGES_MAX = 400
_QUESTION_S = 60.0
Params = Sequence[tuple[str, str]]


class ReportDoor:
    """One provider, one key: `get` and `pages` raise the ProviderError tree."""

    def __init__(
        self,
        http: Http,
        site: ReportSite,
        base_url: str,
        secret: str,
        *,
        header: str = "Authorization",
        extra: tuple[tuple[str, str], ...] = (),
        admin: bool = True,
    ) -> None:
        self._http, self._site = http, site
        self._base_url = base_url.rstrip("/")
        self._secret = secret.strip()
        self._header, self._extra, self._admin = header, extra, admin

    async def get(self, path: str, params: Params = ()) -> Json:
        """One answer as an object."""
        call = self._call(path, params)
        async with self._http.open(call, within_s=_QUESTION_S) as answer:
            try:
                body = await answer.body()
            except StreamBroken as error:
                raise ProviderUnreachable(
                    f"The connection to {self._site.name} was lost.", "Try again."
                ) from error
            if answer.status != 200:
                raise self._refusal(answer.status, body, dict(answer.headers))
            return self._object(body, answer.status)

    async def pages(self, path: str, params: Params) -> AsyncIterator[Json]:
        """Every page of a report, following `next_page`."""
        page = ""
        for _ in range(PAGES_MAX):
            value = await self.get(path, [*params, ("page", page)] if page else params)
            if not isinstance(value.get("data"), list):
                raise self._no_report()
            yield value
            following = as_text(value.get("next_page"))
            if not value.get("has_more") or not following:
                return
            if following == page:
                raise self._no_report()
            page = following
        raise self._no_report()

    async def listed(self, path: str, cursor: str) -> list[Json]:
        """Every item of a list whose next page is asked for after the last id."""
        found: list[Json] = []
        after = ""
        for _ in range(PAGES_MAX):
            params = [("limit", "100"), *([(cursor, after)] if after else [])]
            value = await self.get(path, params)
            items = [as_object(item) for item in as_list(value.get("data"))]
            found.extend(items)
            last = as_text(value.get("last_id")) or (as_text(items[-1].get("id")) if items else "")
            if not value.get("has_more") or not last or last == after:
                return found
            after = last
        raise self._no_report()

    def _call(self, path: str, params: Params) -> Call:
        query = f"?{urlencode(list(params), quote_via=quote)}" if params else ""
        value = f"Bearer {self._secret}" if self._header == "Authorization" else self._secret
        return Call(
            "GET", f"{self._base_url}{path}{query}", self._site.name, headers=self._extra,
            key=Key(self._header, value, self._base_url),
        )  # fmt: skip

    def _refusal(self, status: int, body: bytes, headers: dict[str, str]) -> ProviderError:
        error = error_of_response(
            status, body, host=self._site.name, headers=headers, secret=self._secret
        )
        # Providers answer with either status to a key that is whole and of the other kind.
        if self._admin and (status in (401, 403) or isinstance(error, KeyRefused)):
            refused = wrong_kind(self._site, status)
            refused.message = f"{error.message} {refused.message}"
            return refused
        return error

    def _object(self, body: bytes, status: int) -> Json:
        if body.lstrip()[:1] == b"<":
            raise not_the_provider(self._site.name, status)
        try:
            value = read_json_exact(body)
        except (ValueError, RecursionError) as error:
            raise self._no_report() from error
        if not isinstance(value, dict):
            raise self._no_report()
        return as_object(value)

    def _no_report(self) -> NotTheProvider:
        return NotTheProvider(
            f"What {self._site.name} sent is no usage report.",
            "Compare with a CSV file from its website instead.",
        )
