"""Hosted models as lines of the picker: recommended ones and free ones first, with what is left."""

from __future__ import annotations

from collections.abc import Iterator

from app.account.wallet import Wallets
from app.catalog.models import ModelCard
from app.chat.hosted_routes import HostedRoutes, HostedTarget, hosted_ref
from app.seam.hosted_views import HostedModelView, LeftView
from app.seam.views import ModelRow

# Sound and documents cannot be attached: that a model takes them would promise too much.
_ABILITIES = ("images", "tools", "thinks")


class HostedList:
    """Builds the lines from what the chosen server said last."""

    def __init__(self, routes: HostedRoutes, wallets: Wallets) -> None:
        self._routes = routes
        self._wallets = wallets

    def rows(self) -> Iterator[ModelRow]:
        """Recommended models by audience, then free ones, then the rest in the catalog's order."""
        targets = list(self._routes.targets())
        if not targets:
            return
        about = self._wallets.about(targets[0].record)
        audiences: dict[str, list[str]] = {}
        for each in about.recommended if about is not None else ():
            for model_id in each.models:
                audiences.setdefault(model_id, []).append(each.audience)
        order = list(audiences)

        def place(target: HostedTarget) -> tuple[int, int]:
            if target.model.id in audiences:
                return 0, order.index(target.model.id)
            return (1, 0) if target.model.free else (2, 0)

        for target in sorted(targets, key=place):
            yield self._row(target, tuple(audiences.get(target.model.id, ())))

    def _row(self, target: HostedTarget, recommended: tuple[str, ...]) -> ModelRow:
        model, card = target.model, self._routes.card(target)
        return ModelRow(
            ref=hosted_ref(target.record.id, model.id),
            name=model.name,
            provider="tuppence",
            provider_name=target.record.title,
            abilities=_abilities(card),
            context_tokens=card.context_tokens,
            input_rate=target.charged(model.input_rate),
            output_rate=target.charged(model.output_rate),
            payer=target.payer.words,
            available=not model.trouble,
            why_not=model.trouble,
            free=model.free,
            hosted=HostedModelView(
                server=target.record.title,
                weight=model.weight,
                free=model.free,
                left=tuple(left_views(target)),
                recommended=recommended,
                note=model.note,
            ),
        )


def left_views(target: HostedTarget) -> Iterator[LeftView]:
    """What may pay for a model, in the order of drawing; nothing before the first answer."""
    if target.wallet is not None:
        for line in target.wallet.grants_for(target.model.id):
            yield LeftView(line.name, str(line.unit), line.left, line.granted, line.resets)


def _abilities(card: ModelCard) -> tuple[str, ...]:
    return tuple(ability for ability in _ABILITIES if ability in card.abilities)
