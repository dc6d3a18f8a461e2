"""Whether the network can be reached the way it is set, in words to show."""

from __future__ import annotations

from app.errors import NotTheProvider
from app.providers.connection import Call, Http

_CHECK_URL = "https://openrouter.ai/api/v1/models"


async def test_proxy(http: Http) -> str:
    """Whether the network can be reached the way it is set; returns words to show.

    Raises ProviderUnreachable or NotTheProvider with what is wrong.
    """
    call = Call("GET", _CHECK_URL, "the internet")
    async with http.open(call, within_s=15.0) as answer:
        if answer.status >= 500 or "json" not in answer.content_type:
            raise NotTheProvider(
                "Something else answered instead of the internet.", "Check the proxy's address."
            )
    return "The proxy works." if http.has_proxy else "The connection works, without a proxy."
