"""A core that notes the orders it is given and tells what a test hands it; and sample views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.seam import events
from app.seam.commands import Command, SendMessage
from app.seam.events import Event
from app.seam.quote_views import QuoteView
from app.seam.views import (
    BillingView,
    Certainty,
    ChatRow,
    ChatView,
    CostLine,
    DaySpend,
    DraftView,
    MessageState,
    MessageView,
    ModelRow,
    PaneView,
    SettingsView,
    SpendLine,
)

CENT = 10**10
GPT, CLAUDE = "key1/gpt-4o", "key2/claude-sonnet-4-5"


class RecordingPort:
    """The seam's port without a core."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._box: list[Event] = []
        self.orders: list[Command] = []
        self.stopped = False

    def submit(self, command: Command) -> None:
        self.orders.append(command)

    def drain(self) -> Sequence[Event]:
        box, self._box = self._box, []
        return box

    def stop(self) -> None:
        self.stopped = True

    def tell(self, *told: Event) -> None:
        """Put events into the box, as the core does."""
        self._box.extend(told)
        self._wake()

    def asked(self, kind: type[Command]) -> list[Command]:
        """The orders of one kind, oldest first."""
        return [order for order in self.orders if isinstance(order, kind)]

    def sent(self) -> list[SendMessage]:
        """What was sent, without the ids that each press of Send makes."""
        return [
            replace(order, request_id="") for order in self.orders if isinstance(order, SendMessage)
        ]


def ready(*, first_run: bool = False, **settings: object) -> events.EngineReady:
    return events.EngineReady(first_run, SettingsView(**settings))  # type: ignore[arg-type]


def model(ref: str, name: str, provider: str, payer: str, *abilities: str) -> ModelRow:
    return ModelRow(
        ref=ref, name=name, provider=provider, provider_name=provider.title(),
        abilities=abilities, context_tokens=128_000, input_rate=2_500_000,
        output_rate=10_000_000, payer=payer,
    )  # fmt: skip


MODELS = (
    model(GPT, "GPT-4o", "openai", "your OpenAI key", "images", "tools"),
    model(CLAUDE, "Claude Sonnet", "anthropic", "your Anthropic key", "images", "thinks"),
)


BEGAN = datetime.now(UTC)


def chat_row(
    chat_id: str, title: str, total_pusd: int | None = 0, *, days: int = 0, pinned: bool = False,
    certainty: Certainty = Certainty.EXACT, streaming: bool = False,
) -> ChatRow:  # fmt: skip
    at = BEGAN - timedelta(days=days)
    return ChatRow(chat_id, title, at, pinned, total_pusd, certainty, streaming)


def message(
    message_id: str, role: str, text: str, *, parent: str | None = None,
    state: MessageState = MessageState.COMPLETE, cost: CostLine | None = None, name: str = "",
    thinking: str = "", thinking_s: float | None = None,
) -> MessageView:  # fmt: skip
    return MessageView(
        id=message_id, parent_id=parent, role=role, text=text, state=state,
        created_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC), model_name=name, cost=cost,
        thinking=thinking, thinking_s=thinking_s, siblings=(message_id,),
    )  # fmt: skip


def chat(
    chat_id: str = "c1", *panes: tuple[str, tuple[MessageView, ...]], title: str = "",
    draft: str = "",
) -> ChatView:  # fmt: skip
    shown = panes or ((GPT, ()),)
    return ChatView(
        chat_id, title,
        tuple(PaneView(place, ref, messages) for place, (ref, messages) in enumerate(shown)),
        DraftView(draft),
    )  # fmt: skip


def quote(
    pane: int = 0, *, tokens: int = 2947, certainty: Certainty = Certainty.ESTIMATED,
    likely: int | None = 6 * 10**9, most: int | None = 17 * 10**9, name: str = "GPT-4o",
    payer: str = "your OpenAI key", blocked: str = "",
) -> QuoteView:  # fmt: skip
    return QuoteView(pane, name, tokens, certainty, 400, 4096, likely, most, payer, blocked=blocked)


def cost_line(total: int | None, seconds: float, payer: str = "your OpenAI key") -> CostLine:
    return CostLine(total, Certainty.EXACT, 312, 75, 0, payer, seconds)


def billing() -> BillingView:
    def line(label: str, cents: int, messages: int = 4) -> SpendLine:
        return SpendLine(label, cents * CENT, Certainty.EXACT, 12_000, messages)

    heights = (20, 44, 12, 60, 35, 8, 5, 52, 70, 38, 90, 25, 46, 31)
    days = tuple(
        DaySpend(date(2026, 11, 8) + timedelta(days=place), height * CENT, Certainty.EXACT, 3)
        for place, height in enumerate(heights)
    )
    return BillingView(
        line("today", 41), line("month", 618, 80), (line("OpenAI", 402), line("Anthropic", 216)),
        (line("GPT-4o", 402), line("Claude Sonnet", 216)), days, 0, datetime.now(UTC),
    )  # fmt: skip


def started(port: RecordingPort, view: ChatView | None = None) -> None:
    """The core opened and told what the window asks for at first."""
    port.tell(
        ready(), events.ModelsListed(MODELS), events.ChatOpened(view or chat("c1")),
        events.BillingReady(billing()),
    )  # fmt: skip
