"""What every domain of the server works with, made once at the start of a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.pricebook import PriceBook, load_price_book
from app.clock import Clock
from app.config import resources_folder
from app.logs import register_secret
from app.metering.tokens import TokenCounter
from app.server.accounts.mail import mailer_of
from app.server.database import Database, database_at
from app.server.secret import ServerSecret
from app.server.settings import ServerSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that no domain owns. Domains keep their own state in objects of their own."""

    settings: ServerSettings
    database: Database
    catalog: PlanCatalog
    prices: PriceBook
    counter: TokenCounter
    secret: ServerSecret
    clock: Clock = field(default_factory=Clock)


class OfWorker(Generic[T]):
    """What a domain keeps for each worker, made when it is asked for first; always the same one for
    the same database object."""

    def __init__(self, make: Callable[[Services], T]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[Database, T] = WeakKeyDictionary()

    def __call__(self, services: Services) -> T:
        found = self._made.get(services.database)
        if found is None:
            found = self._made[services.database] = self._make(services)
        return found


def make_services(
    settings: ServerSettings, clock: Clock | None = None, database: Database | None = None
) -> Services:
    """Load the catalog, the prices and the secret. The database is not opened yet.

    Raises ConfigError and CatalogError.
    """
    resources = resources_folder()
    mailer_of(settings)  # a mail server that cannot be right is named before anything is served
    secret = ServerSecret.load(settings.secret, settings.data)
    for hidden in (settings.secret, settings.operator_password, settings.metrics_token):
        register_secret(hidden)
    return Services(
        settings=settings,
        database=database or database_at(settings.database_url, settings.data),
        catalog=load_catalog(settings.catalog),
        prices=load_price_book(resources / "prices", compact=True),
        counter=TokenCounter(resources / "tokenizers"),
        secret=secret,
        clock=clock or Clock(),
    )
