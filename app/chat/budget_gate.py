"""Before a message is sent: does every budget cover it, and does the user have to be asked?

Nothing is stored, sent or set aside here but the hold, and that in the transaction of the sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.chat.budget_words import refusal_words
from app.chat.budgets import BudgetKeeper
from app.chat.guard_rules import GuardShelf
from app.chat.quotes import Admission
from app.chat.routes import Route
from app.errors import InsufficientCredit, LimitReached, TuppenceError
from app.metering.allowances_split import WorstCase
from app.metering.budgets import BudgetRefusal, refusal, refusal_of, unpriced_under
from app.metering.guards import anomaly
from app.metering.quote import Quote, worst_case
from app.metering.token_count import TokenCount
from app.money import format_usd
from app.seam.budgets import SendQuestion
from app.store.hosted_calls import HostedCall
from app.store.shelves import Shelves


class BudgetReached(InsufficientCredit):
    """A hard budget does not cover a message; `refusal` says which, and by how much."""

    def __init__(self, found: BudgetRefusal) -> None:
        super().__init__(*refusal_words(found))
        self.refusal = found


class NeedsConfirmation(TuppenceError):
    """The user is asked before anything is sent. `token` is the word that says yes to it."""

    def __init__(self, question: SendQuestion, token: str) -> None:
        super().__init__(*_question_words(question))
        self.question = question
        self.token = token


@dataclass(frozen=True, slots=True)
class _Consent:
    """What the user said yes to: a likely cost of at most so much, and calls without a price."""

    pusd: int = 0
    unpriced: bool = False

    @property
    def token(self) -> str:
        return f"{self.pusd}:{int(self.unpriced)}"

    @classmethod
    def read(cls, token: str) -> _Consent:
        """What a token stands for; one that is none stands for nothing."""
        pusd, _, unpriced = token.partition(":")
        if not (pusd.isascii() and pusd.isdigit() and unpriced in ("0", "1")):
            return cls()
        return cls(int(pusd), unpriced == "1")


class BudgetGate:
    """Lets calls through to their holds, refuses them, or asks."""

    def __init__(self, shelves: Shelves, keeper: BudgetKeeper, guard: GuardShelf) -> None:
        self._shelves = shelves
        self._keeper = keeper
        self._guard = guard

    def let_next(self, chat_id: str, admission: Admission) -> Admission:
        """A further call of a message whose first one was let through: nobody is asked again.

        Raises BudgetReached where a hard budget does not cover it.
        """
        self._refuse(chat_id, admission)
        return self._without_dearer_ways(chat_id, admission)

    def let(self, chat_id: str, admissions: Sequence[Admission], confirmed: str) -> list[Admission]:
        """The calls of one message as they may be made; `confirmed` is what the user said yes to.

        Raises BudgetReached where a hard budget does not cover one, NeedsConfirmation where the
        user has not been asked yet and must be.
        """
        for admission in admissions:
            self._refuse(chat_id, admission)
        self._ask(chat_id, admissions, _Consent.read(confirmed))
        return [self._without_dearer_ways(chat_id, admission) for admission in admissions]

    def admit(self, admission: Admission, message_id: str, chat_id: str) -> None:
        """Set the most that a call can cost aside, within every budget that counts for it.

        Part of the caller's transaction. Raises BudgetReached, and then nothing is set aside.
        """
        hold = admission.hold_for(message_id, chat_id)
        keys = [admission.route.key_id, *(route.key_id for route in admission.alternates)]
        limits = self._keeper.limits(chat_id, dict.fromkeys(keys), hold.created_at)
        try:
            with self._shelves.database.transaction():
                self._shelves.holds.admit(replace(hold, limits=limits))
                if assistant_id := self._shelves.setups.assistant_id(chat_id):
                    self._shelves.assistants.note_call(hold.id, assistant_id, message_id)
                self._keep_hosted(admission, message_id)
        except LimitReached as error:
            for use in self._keeper.uses(chat_id, hold.key_id):
                if use.window.account == error.account:
                    raise BudgetReached(refusal(use, error.wanted)) from error
            raise

    def _refuse(self, chat_id: str, admission: Admission) -> None:
        uses = self._keeper.uses(chat_id, admission.route.key_id)
        found = refusal_of(uses, _worst(admission.route, admission.quote))
        if found is not None:
            raise BudgetReached(found)

    def _keep_hosted(self, admission: Admission, message_id: str) -> None:
        """What is needed to ask the server for this call, should its answer be lost."""
        routes = (admission.route, *admission.alternates)
        target = next((route.hosted for route in routes if route.hosted is not None), None)
        if target is None:
            return
        message = self._shelves.messages.get(message_id)
        self._shelves.hosted_calls.begin(
            HostedCall(
                hold_id=admission.hold_id,
                message_id=message_id,
                server_id=target.record.id,
                holder=target.record.holder,
                model=target.model.id,
                at=admission.at,
                base_letters=len(message.text) if message else 0,
                base_thinking=len(message.thinking) if message else 0,
            )
        )

    def _ask(self, chat_id: str, admissions: Sequence[Admission], consent: _Consent) -> None:
        """Raise NeedsConfirmation where the user has to be asked, and was not yet."""
        priced = [one.quote.likely_pusd for one in admissions if one.quote.likely_pusd is not None]
        most = [one.quote.most_pusd for one in admissions]
        cost, sure = sum(priced), _Consent(sum(priced), consent.unpriced)
        found = anomaly(cost, self._shelves.budgets.recent_costs(), self._guard.rules())
        if found is not None and cost > consent.pusd:
            whole = sum(one for one in most if one is not None)
            question = SendQuestion("anomaly", cost, whole, found.usual_pusd, found.times)
            raise NeedsConfirmation(question, sure.token)
        if consent.unpriced:
            return
        for admission in admissions:
            slipped = unpriced_under(self._keeper.uses(chat_id, admission.route.key_id))
            if admission.quote.most_pusd is None and slipped is not None:
                name = admission.route.model_name
                question = SendQuestion("unpriced", None, None, model=name, budget=slipped.name)
                raise NeedsConfirmation(question, replace(sure, unpriced=True).token)

    def _without_dearer_ways(self, chat_id: str, admission: Admission) -> Admission:
        """Another key answers only within what is set aside, where a budget stops: a switch
        must not lead past it."""
        stops = any(use.budget.hard for use in self._keeper.uses(chat_id, admission.route.key_id))
        held = admission.quote.most_pusd or 0
        kept = []
        for route in admission.alternates:
            uses = [use for use in self._keeper.uses(chat_id, route.key_id) if use.budget.hard]
            most = _worst(route, admission.quote).at(admission.quote.most_output_tokens).pusd
            if (stops or uses) and (most is None or most > held):
                continue
            if all(use.left_pusd >= held for use in uses):
                kept.append(route)
        return replace(admission, alternates=tuple(kept))


_NOT_SENT = "Nothing was sent."


def _worst(route: Route, quote: Quote) -> WorstCase:
    spread = quote.input_tokens_most - quote.input_tokens
    count = TokenCount(quote.input_tokens, quote.input_certainty, spread)
    return worst_case(count, route.price, quote.most_output_tokens)


def _question_words(question: SendQuestion) -> tuple[str, str]:
    """The question for those who are not at a window."""
    if question.kind == "unpriced":
        said = f"The price of {question.model} is not known: your {question.budget} cannot stop it."
        return said, "Sent all the same, only its tokens are counted."
    most = "" if question.most_pusd is None else f", at most {format_usd(question.most_pusd)}"
    cost, usual = format_usd(question.cost_pusd or 0), format_usd(question.usual_pusd)
    than = f"{question.times:,} times" if question.times > 1 else "more than"
    return f"This message would cost about {cost}{most}: {than} your usual {usual}.", _NOT_SENT
