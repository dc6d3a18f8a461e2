"""Asking a provider whether a key works, before it is kept. Only the operator's settings say where
a provider is; nothing of a client's does."""

from __future__ import annotations

import logging

from app.catalog.plan_catalog import PlanCatalog
from app.errors import KeyRefused, ProviderError
from app.providers.client import connect
from app.providers.connection import Proxy
from app.providers.hosts import HOSTS, Host
from app.providers.retry import Retry
from app.server.errors import Refused, bad_request
from app.server.proxy.ways import variable_of
from app.server.services import Services

_log = logging.getLogger(__name__)


def host_for(catalog: PlanCatalog, provider: str) -> Host:
    """The host that a workspace's key is for. Raises Refused (400) for one that the catalog does
    not take keys for, or that this server cannot ask."""
    found = _hosts().get(provider)
    able = hosts_for(catalog)
    if found is None or found not in able:
        names = ", ".join(host.id for host in able)
        raise bad_request(
            f"This server uses no key of that provider. It can ask: {names}.", "provider"
        )
    return found


def hosts_for(catalog: PlanCatalog) -> tuple[Host, ...]:
    """The hosts that a workspace may have a key for, by their ids."""
    allowed = catalog.own_key_providers
    able = {host.id: host for name, host in _hosts().items() if not allowed or name in allowed}
    return tuple(able[name] for name in sorted(able))


def _hosts() -> dict[str, Host]:
    """By id, and by the name that prices have for their provider."""
    hosts = {each.id: each for each in HOSTS.values() if each.needs_key and not each.local}
    return hosts | {each.price_provider: each for each in hosts.values()}


async def key_works(services: Services, host: Host, secret: str) -> bool:
    """False where the provider could not be asked, so that nobody knows.

    Raises Refused (400) for a key that the provider refuses.
    """
    from app.providers.http_aiohttp import AiohttpDoor

    settings = services.settings
    proxy_url = settings.variable(variable_of(host.id, "PROXY_URL"))
    base_url = settings.variable(variable_of(host.id, "BASE_URL"))
    door = AiohttpDoor(Proxy(proxy_url) if proxy_url else None)
    try:
        provider = connect(
            host, secret=secret, http=door, base_url=base_url, retry=Retry(attempts_max=1)
        )
        await provider.check_key()
    except KeyRefused:
        # From None: what the provider answered may hold a part of the key.
        raise Refused(
            400, "key_refused", f"{host.name} refuses this key. Copy it again, whole.", "key"
        ) from None
    except ProviderError as error:
        _log.info("a key for %s was kept unchecked: %s", host.id, type(error).__name__)
        return False
    finally:
        await door.aclose()
    return True
