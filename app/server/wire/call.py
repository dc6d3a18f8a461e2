"""What a client asked for, read and cleaned: for counting, and for an upstream of any language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.metering.framing import CountHints
from app.metering.tokens import NO_HINTS
from app.providers.encode import Encoded, encode, lost_in
from app.providers.hosts import Host
from app.providers.languages import Language
from app.quick_init import quick_init
from app.request import ChatRequest, ToolMode


@quick_init
@dataclass(frozen=True, slots=True)
class ChatCall:
    """One request of the chat or the responses endpoint.

    `request` names the model as the client did; its `output_tokens_max` is the client's cap, or
    `WireLimits.output_tokens_most` where it set none (`capped` False). `extras` are fields for
    upstreams that speak OpenAI's Chat. `dropped` names what was left out. `instructions` is what
    the Responses endpoint repeats in its answers.
    """

    request: ChatRequest
    stream: bool
    include_usage: bool
    capped: bool
    extras: tuple[tuple[str, object], ...] = ()
    dropped: tuple[str, ...] = ()
    instructions: str | None = field(default=None, repr=False)

    @property
    def model(self) -> str:
        """The model's name as the client wrote it."""
        return self.request.model

    @property
    def hints(self) -> CountHints:
        """What the count of the input must know beside the request."""
        form, choice = self.request.answer_form, self.request.tool_choice
        if form is None and choice is None and self.request.effort is None:
            return NO_HINTS
        return CountHints(
            schema_json=form.schema_json if form is not None else "",
            forced=choice is not None and choice.mode in (ToolMode.REQUIRED, ToolMode.ONE),
            thinking=self.request.effort is not None,
        )

    def as_upstream(self, model: str, output_tokens_max: int) -> ChatRequest:
        """The request in an upstream's name for the model; the cap is never raised."""
        cap = min(self.request.output_tokens_max, output_tokens_max)
        if model == self.request.model and cap == self.request.output_tokens_max:
            return self.request
        return replace(self.request, model=model, output_tokens_max=cap)

    def lost(self, host: Host, model: str) -> tuple[str, ...]:
        """What an upstream of this language cannot do for the client, as names of fields."""
        language = host.language_of(model)
        lost = lost_in(self.request, language)
        if language is not Language.OPENAI_CHAT:
            lost += tuple(name for name, _ in self.extras)
        return lost

    def encoded(self, host: Host, model: str, output_tokens_max: int) -> Encoded:
        """Path and body for an upstream: made anew from what was read, nothing is copied.

        Always streamed, always with usage, always with a cap.
        """
        made = encode(self.as_upstream(model, output_tokens_max), host)
        if host.language_of(model) is not Language.OPENAI_CHAT or not self.extras:
            return made
        return Encoded(made.path, {**made.body, **dict(self.extras)})
