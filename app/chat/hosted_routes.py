"""Hosted models as routes: `hosted:SERVER/MODEL`, whose tokens pay, and how to ask them.

A route's `key_id` names the holder too (`hosted:SERVER:HOLDER`), so that every hold, receipt and
usage row says whose tokens they were, also after another organization was chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.account.desk import AccountDesk
from app.account.hosted import HostedProvider
from app.account.session import signed_out
from app.account.wallet import Wallets
from app.account.wallet_shapes import HostedModel, Wallet
from app.catalog.models import ModelCard
from app.catalog.plans import OwnKeys
from app.catalog.pricebook import PriceBook
from app.chat.chat_groups import ChatGroups
from app.errors import TuppenceError
from app.metering.payer import Payer, PayerKind
from app.providers.hosts import HOSTS, Host, Quirks
from app.providers.languages import Language
from app.store.servers import ServerRecord, Servers

PREFIX = "hosted:"
HOST_ID = "tuppence"
_GATEWAY = "openrouter"  # its names are those of most catalogs
_BY_VENDOR = {"qwen": "qwen", "openai": "openai", "anthropic": "anthropic", "google": "gemini"}


def is_hosted(key_id: str) -> bool:
    """Whether hosted credit pays for what goes through this key."""
    return key_id.startswith(PREFIX)


def server_of(key_id: str) -> str:
    """The server's id in a key id or a model reference."""
    return key_id.partition("/")[0].removeprefix(PREFIX).partition(":")[0]


def hosted_key(server_id: str, holder: str) -> str:
    return f"{PREFIX}{server_id}:{holder}"


def hosted_ref(server_id: str, model_id: str) -> str:
    return f"{PREFIX}{server_id}/{model_id}"


@dataclass(frozen=True, slots=True)
class HostedTarget:
    """A model at a server, for a holder. `wallet` is what was last known of their tokens."""

    record: ServerRecord
    model: HostedModel
    wallet: Wallet | None
    least_output_tokens: int
    group_name: str = ""

    @property
    def acts_for(self) -> str:
        return self.record.acts_for

    @property
    def key_id(self) -> str:
        return hosted_key(self.record.id, self.record.holder)

    @property
    def own_keys(self) -> str:
        """When a key that is kept at the server answers: always, after_allowance or never."""
        wallet = self.wallet
        has_one = wallet is not None and self.model.id in wallet.own_key_models
        return wallet.own_keys if wallet is not None and has_one else OwnKeys.NEVER

    @property
    def payer(self) -> Payer:
        words = f"{self._holder_name} tokens"
        if self.own_keys == OwnKeys.ALWAYS:
            words = self.key_payer.words
        return Payer(PayerKind.ALLOWANCE, words, self.key_id)

    def charged(self, rate: int | None) -> int | None:
        """What is charged where the provider's rate is this; itself where no markup is taken."""
        wallet = self.wallet
        if rate is None or wallet is None or self.own_keys == OwnKeys.ALWAYS:
            return rate
        markups = [line.markup for line in wallet.grants_for(self.model.id) if line.markup]
        return markups[0].charge(rate) if markups else rate

    @property
    def key_payer(self) -> Payer:
        """Who pays where a key that is kept at the server answers."""
        return Payer(PayerKind.OWN_KEY, f"the key of {self._holder_name}", self.key_id)

    @property
    def _holder_name(self) -> str:
        name = self.record.title
        if self.record.acts_for:
            name = (self.wallet.name if self.wallet is not None else "") or self.group_name or name
        return name


class HostedRoutes:
    """Finds hosted models and opens them."""

    def __init__(
        self,
        servers: Servers,
        desk: AccountDesk,
        wallets: Wallets,
        prices: PriceBook,
        chat_groups: ChatGroups,
    ) -> None:
        self._servers = servers
        self._desk = desk
        self._wallets = wallets
        self._prices = prices
        self._chat_groups = chat_groups

    def find(self, server_id: str, model_id: str, chat_id: str = "") -> HostedTarget:
        """A model for a chat, paid by the group that the chat belongs to.

        Raises TuppenceError in words where the model cannot be asked.
        """
        record = self._servers.get(server_id)
        if record is None:
            raise TuppenceError(
                "The server of this model is not known any more.", "Choose another model."
            )
        if not record.is_signed_in:
            raise signed_out(record)
        model = next((each for each in self._wallets.models(record) if each.id == model_id), None)
        if model is None:
            raise TuppenceError(
                f"{record.title} does not offer this model any more.", "Choose another model."
            )
        if model.trouble:
            raise TuppenceError(model.trouble, "Choose another model.")
        record, group = self._chat_groups.at(record, chat_id)
        return self._target(record, model, "" if group is None else group.name)

    def targets(self) -> Iterator[HostedTarget]:
        """All models of the chosen server, those that cannot be asked now among them."""
        record = self._desk.chosen()
        if record is not None and record.is_signed_in:
            for model in self._wallets.models(record):
                yield self._target(record, model)

    def open(self, key_id: str, host: Host) -> HostedProvider:
        """A provider for whoever the route was made for. Raises SignedOut."""
        server_id = server_of(key_id)
        session = self._desk.session(server_id)
        holder = key_id.removeprefix(f"{PREFIX}{server_id}:")
        acts_for = "" if holder == session.record.account else holder
        return HostedProvider(host, session, acts_for)

    def host(self, target: HostedTarget) -> Host:
        """Where it is asked; `price_provider` is by whom its tokens are counted."""
        return Host(
            HOST_ID,
            target.record.title,
            Language.OPENAI_CHAT,
            f"{target.record.url}/v1",
            self._counted_as(target.model),
            needs_key=False,
            quirks=Quirks(),
        )

    def card(self, target: HostedTarget) -> ModelCard:
        """The model's facts: limits as the server says, abilities as the price book does."""
        model = target.model
        known = self._prices.card(self._counted_as(model), model.id)
        return ModelCard(
            id=model.id,
            provider=HOST_ID,
            name=model.name,
            family=known.family if known else "",
            context_tokens=model.context_tokens or (known.context_tokens if known else None),
            output_tokens_max=model.output_tokens_max
            or (known.output_tokens_max if known else None),
            abilities=known.abilities if known else frozenset(),
            released=known.released if known else None,
        )

    def _target(
        self, record: ServerRecord, model: HostedModel, group_name: str = ""
    ) -> HostedTarget:
        about = self._wallets.about(record)
        least = about.least_output_tokens if about is not None else 256
        return HostedTarget(record, model, self._wallets.wallet(record), least, group_name)

    def _counted_as(self, model: HostedModel) -> str:
        gateway = HOSTS[_GATEWAY].price_provider
        if self._prices.card(gateway, model.id) is not None:
            return gateway
        vendor = HOSTS.get(_BY_VENDOR.get(model.vendor.lower(), ""))
        return vendor.price_provider if vendor is not None else gateway
