"""What a loopback upstream does with a request, as data; the model's name chooses the script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

# Must never be found in anything that leaves a server: in errors, frames, headers, logs, rows.
CANARY_KEY = "sk-canary-7f3d9b2e5a1c4860canary"
CANARY_ORGANIZATION = "org-canary4711organization"
CANARIES = (CANARY_KEY, CANARY_ORGANIZATION)


class Billing(StrEnum):
    """What the upstream bills when the client hangs up."""

    STOPS = "stops"  # what was sent until then
    ON = "on"  # the whole answer, as if nobody had left


class UsageTold(StrEnum):
    """Which usage the upstream reports at the end."""

    TRUE = "true"
    NONE = "none"
    ABSURD = "absurd"  # negative input, output far above every cap
    NOT_A_NUMBER = "not_a_number"


@dataclass(frozen=True, slots=True)
class Script:
    """One answer. Times are in seconds, places are counts of tokens that were sent before.

    `tokens` is cut to the request's output cap. `refuse` is a status instead of an answer, its
    body holds the canaries. `leaks` puts the canaries into fields of ordinary frames too.
    `silent_after`, `error_after`, `cut_after`: from that token on the line stays open and silent,
    tells an error inside the 200, or is cut. `tool` is a call (name, arguments) instead of text.
    """

    tokens: int = 20
    prompt_tokens: int = 12
    thinking_tokens: int = 0
    first_byte_s: float = 0.0
    chunk_s: float = 0.0
    billing: Billing = Billing.STOPS
    usage: UsageTold = UsageTold.TRUE
    refuse: int = 0
    retry_after_s: int | None = None
    silent_after: int | None = None
    error_after: int | None = None
    cut_after: int | None = None
    tool: tuple[str, str] | None = None
    leaks: bool = False
    word: str = "word{} "

    def text_of(self, place: int) -> str:
        """The token with this number, from 0."""
        return self.word.format(place)

    def text(self, tokens: int) -> str:
        """All that so many tokens say."""
        return "".join(self.text_of(place) for place in range(tokens))


# The six kinds of trouble, by the name to ask for.
TROUBLES: Mapping[str, Script] = {
    "stops-billing": Script(tokens=200, chunk_s=0.01, billing=Billing.STOPS),
    "bills-on": Script(tokens=200, chunk_s=0.01, billing=Billing.ON),
    "silent": Script(silent_after=5),
    "error-after-tokens": Script(error_after=5),
    "no-usage": Script(usage=UsageTold.NONE),
    "absurd-usage": Script(usage=UsageTold.ABSURD),
}
USUAL: Mapping[str, Script] = {
    **TROUBLES,
    "plain": Script(),
    "thinks": Script(thinking_tokens=6),
    "calls-tool": Script(tool=("weather", '{"city": "Bern"}')),
    "cut": Script(cut_after=5),
    "never-begins": Script(silent_after=0),
    "leaks": Script(leaks=True),
    "nan-usage": Script(usage=UsageTold.NOT_A_NUMBER),
}


def script_for(model: str, own: Mapping[str, Script]) -> Script:
    """The script of a model: a test's own, one of USUAL, `refuse-429`, `tokens-500`, or plain.

    What stands before the last slash of the name is ignored, as with a gateway's names.
    """
    bare = model.rpartition("/")[2]
    if (found := own.get(model) or own.get(bare) or USUAL.get(bare)) is not None:
        return found
    if refused := re.fullmatch(r"refuse-(\d{3})", bare):
        status = int(refused[1])
        return Script(refuse=status, retry_after_s=2 if status == 429 else None)
    if counted := re.fullmatch(r"tokens-(\d+)", bare):
        return replace(USUAL["plain"], tokens=int(counted[1]))
    return USUAL["plain"]
