"""Events of the core with their words in the user's language, before anybody shows them.

Two tables say which fields hold the core's own words; all others hold what people, models and
files said, and are never touched. A test asks for every text of the seam to be in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from app.seam import (
    assistants,
    budgets,
    events,
    hosted,
    hosted_views,
    quote_views,
    reconciliation,
    usage_views,
    views,
)
from app.ui.core_words import CoreWords, load_words
from app.ui.resources import folder

_Event = events.Event

# Sentences and parts of sentences.
SENTENCES: dict[type, tuple[str, ...]] = {
    views.FaultView: ("message", "advice"),
    views.CostLine: ("payer", "note"),
    views.ModelRow: ("provider_name", "payer", "why_not", "price_note"),
    views.ReceiptPartView: ("label", "unit", "rate_text"),
    views.ReceiptCallView: ("payer", "price_source", "basis"),
    views.ReceiptShareView: ("payer",),
    views.ReceiptView: ("payer", "rule", "price_source", "notes"),
    views.KeyRow: ("detail",),
    views.KeychainView: ("trouble", "news"),
    quote_views.ShareView: ("label",),
    quote_views.LimitView: ("name",),
    quote_views.CheaperView: ("payer",),
    quote_views.QuoteView: ("payer", "blocked", "note", "not_exact"),
    budgets.SendQuestion: ("budget",),
    budgets.BudgetSaved: ("message",),
    assistants.AssistantSaved: ("message",),
    reconciliation.ReportSiteView: ("key_name", "who"),
    reconciliation.ReconciliationView: ("notes",),
    reconciliation.ReconciliationShown: ("message", "advice"),
    reconciliation.AdminKeyKept: ("message", "advice"),
    usage_views.UsageLine: ("note",),
    hosted_views.InsteadView: ("payer", "price"),
    hosted_views.OutOfTokensView: ("message",),
    hosted_views.CheckoutView: ("message", "price"),
    hosted_views.LicenseView: ("message", "advice"),
    hosted_views.ShopView: ("demo",),
    events.EngineFailed: ("message", "advice"),
    events.Notice: ("text", "advice"),
    events.FileRefused: ("message", "advice"),
    events.KeyChecked: ("message", "advice"),
    events.KeyPriceSet: ("message",),
    events.ProxyTested: ("message",),
    events.UsageExportEnded: ("message", "advice"),
}

# Names that the core gives where there is no other.
NAMES: dict[type, tuple[str, ...]] = {
    views.MessageView: ("model_name",),
    views.ModelRow: ("name",),
    views.ReceiptCallView: ("model", "provider"),
    views.KeyRow: ("provider_name",),
    views.ProviderRow: ("name",),
    views.KeychainView: ("name",),
    views.SpendLine: ("label",),
    quote_views.QuoteView: ("model_name",),
    budgets.BudgetView: ("subject",),
    usage_views.UsageLine: ("label",),
    usage_views.UsageCall: ("model", "key"),
    reconciliation.ReconciledLine: ("key", "model"),
}

# What holds other values of the seam that have words in them.
_INSIDE: dict[type, tuple[str, ...]] = {
    views.MessageView: ("cost", "fault"),
    views.PaneView: ("messages",),
    views.ChatView: ("panes",),
    views.ReceiptCallView: ("parts",),
    views.ReceiptView: ("calls", "shares"),
    views.BillingView: ("by_key", "by_model"),
    quote_views.QuoteView: ("shares", "shortened_by", "budget"),
    budgets.BudgetsListed: ("budgets",),
    budgets.SendNeedsConfirmation: ("question",),
    reconciliation.SourcesView: ("sites",),
    reconciliation.ReconciledLine: ("days",),
    reconciliation.ReconciliationView: ("total", "lines"),
    reconciliation.ReconciliationSourcesReady: ("sources",),
    reconciliation.ReconciliationShown: ("view",),
    usage_views.UsageView: ("models", "chats", "keys", "payers", "members"),
    hosted_views.OutOfTokensView: ("free_models", "own_keys"),
    hosted.HostedDone: ("fault",),
    hosted.SendOutOfTokens: ("view",),
    hosted.CheckoutChanged: ("checkout",),
    hosted.LicenseShown: ("license",),
    hosted.ShopShown: ("shop",),
    hosted_views.ShopView: ("checkouts",),
    events.ChatOpened: ("chat",),
    events.MessageAdded: ("message",),
    events.MessageChanged: ("message",),
    events.SendRefused: ("fault", "cheaper"),
    events.QuoteReady: ("quotes",),
    events.CheaperFound: ("models",),
    events.QuotedAgain: ("quote",),
    events.ReceiptReady: ("receipt",),
    events.BillingReady: ("billing", "budgets"),
    events.ModelsListed: ("rows",),
    events.KeysListed: ("rows", "providers"),
    events.KeychainReady: ("keychain",),
    events.UsageShown: ("usage",),
    events.UsageCallsShown: ("calls",),
}


class Translated:
    """Gives events back with every word of the core said in another language."""

    def __init__(self, core_words: CoreWords) -> None:
        self._words = core_words

    def event(self, event: _Event) -> _Event:
        """The same event, in the user's words."""
        return cast("_Event", self._value(event))

    def _value(self, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(self._value(item) for item in value)
        kind = type(value)
        changes: dict[str, object] = {}
        self._note(value, SENTENCES.get(kind, ()), self._words.say, changes)
        self._note(value, NAMES.get(kind, ()), self._words.name, changes)
        for field in _INSIDE.get(kind, ()):
            inner = getattr(value, field)
            if inner:
                changes[field] = self._value(inner)
        # The tables above name dataclasses alone.
        return replace(value, **changes) if changes else value  # type: ignore[type-var]

    def _note(
        self,
        value: object,
        fields: Iterable[str],
        say: Callable[[str], str],
        changes: dict[str, object],
    ) -> None:
        for field in fields:
            text = getattr(value, field)
            if isinstance(text, tuple):
                changes[field] = tuple(say(each) for each in text)
            elif text:
                changes[field] = say(text)


def translated(language: str) -> Translated | None:
    """What says events in a language such as `de`; None where the core's own words are meant."""
    found = load_words(language, folder() / "translations")
    return None if found is None else Translated(found)
