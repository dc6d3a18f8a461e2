"""Someone who asks models on a catalog: each call is admitted, held, and settled in full."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.metering.allowances import Account, Grant, grants_for, percents_of, thresholds_crossed
from app.metering.allowances_admission import Admitted, Refused, admit
from app.metering.allowances_keeper import Keeper
from app.metering.allowances_split import settle_split
from tests.metering.allowance_accounts import NOW, account, call


@dataclass
class Person:
    """`ask` returns what each grant paid, or the refusal; `noticed` gathers (grant, percent)."""

    sold: PlanCatalog
    account: Account
    keeper: Keeper = field(default_factory=Keeper)
    noticed: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def on(cls, sold: PlanCatalog, plan: str, **more: object) -> Person:
        return cls(sold, account(plan, **more))

    def ask(
        self, model: str, tokens: int, at: datetime = NOW, *, output: int = 75
    ) -> list[tuple[str, int]] | Refused | Admitted:
        """A call of some tokens in all at $0.011 for 1,000; an own key's answer is `Admitted`."""
        worst = call(self.sold, model, tokens, output=min(output, tokens))
        answer = admit(self.sold, self.known(), model, worst, at)
        if isinstance(answer, Refused) or not answer.draws:
            return answer
        before = {draw.grant.id: draw.grant.used for draw in answer.draws}
        self.keeper.hold(answer.draws)
        settled = settle_split(answer.draws, worst.at(answer.output_tokens_max))
        self.keeper.settle(answer.draws, settled)
        for grant in self.grants(model, at):
            for percent in thresholds_crossed(
                grant, before.get(grant.id, grant.used), percents_of(self.sold, grant)
            ):
                self.noticed.append((grant.source, percent))
        return [(draw.grant.source, draw.amount) for draw in settled.draws]

    def known(self) -> Account:
        return replace(self.account, balances=self.keeper.balances)

    def grants(self, model: str, at: datetime = NOW) -> tuple[Grant, ...]:
        return grants_for(self.sold, self.known(), model, at)

    def left(self, model: str, at: datetime = NOW) -> dict[str, int]:
        return {grant.source: grant.left for grant in self.grants(model, at)}

    def change(self, **fields: object) -> None:
        self.account = replace(self.account, **fields)  # type: ignore[arg-type]
