"""What the models say in the pictures, as the bytes that their providers would send.

Words only; the window counts and prices them as it would any answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.fixtures.provider_server import Reply

QUESTION = "When does SELECT … FOR UPDATE block a plain UPDATE in Postgres? Show me."
FOLLOW_UP = "And SKIP LOCKED?"
NEXT = "Could two workers still take the same job that way?"

LOCKS_GPT = """\
It blocks whenever both touch the **same row**: `FOR UPDATE` takes the row lock that an `UPDATE` \
would take, and holds it until the transaction ends.

```sql
-- session A
BEGIN;
SELECT balance FROM wallet WHERE id = 7 FOR UPDATE;

-- session B: waits for A
UPDATE wallet SET balance = balance - 5 WHERE id = 7;
```

Readers are not held up: a plain `SELECT` sees the last committed version."""
LOCKS_CLAUDE = """\
Whenever the two statements want a **conflicting lock on one row**.

1. `FOR UPDATE` conflicts with every other row lock.
2. `UPDATE` takes `FOR NO KEY UPDATE`, unless it changes a key column.
3. So B waits until A commits or rolls back.

Set `lock_timeout` if you'd rather fail than wait."""
LOCKS_THINKING = (
    "The question is about row-level locks. FOR UPDATE takes the strongest of the four row locks. "
    "A plain UPDATE takes FOR NO KEY UPDATE unless a key column changes, and the two conflict. "
    "A short example with two sessions shows it best."
)
SKIP_GPT = (
    "It tells Postgres to pass over the rows that someone else holds, so workers can share one "
    "queue table without waiting for each other."
)
SKIP_CLAUDE = (
    "It makes a locking read ignore locked rows rather than wait for them, which is what a job "
    "queue wants: each worker takes the next free row."
)
BREAD = """\
Weigh everything against the flour: that is the **baker's percentage**.

| Loaf | Flour | Water | Hydration | Crumb |
| :--- | ---: | ---: | ---: | :--- |
| Sandwich | 500 g | 300 g | 60 % | fine, soft |
| Country | 500 g | 350 g | 70 % | even, moist |
| Focaccia | 500 g | 400 g | 80 % | open, wild |
| Pan de cristal | 500 g | 500 g | 100 % | glassy |

For the country loaf, the whole of it in a few lines:

```python
def water(flour_g: float, hydration: float) -> float:
    # Baker's percentage: everything is measured against the flour.
    return flour_g * hydration

print(f"{water(500, 0.70):.0f} g")  # 350 g
```

1. Mix flour and water, and wait 30 minutes.
2. Fold four times, *every half hour*.
3. Let it rise until it has grown by half.

> Wetter dough wants a hotter oven, and hands that are wet too.

The water follows from $w = h \\cdot f$. More at [The Fresh Loaf](https://www.thefreshloaf.com)."""
BREAD_THINKING = (
    "They asked for a table. Baker's percentages are measured against the flour, so hydration is "
    "water over flour. Four loaves from firm to wet should do, with one worked through in code."
)


def openai_reply(text: str, *, input_tokens: int, output_tokens: int, pace_s: float) -> Reply:
    """A stream of OpenAI's chat completions."""
    head = {"id": "chatcmpl-Ab3", "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06"}
    chunks: list[dict[str, object]] = [
        {**head, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
        for piece in _pieces(text)
    ]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": input_tokens, "completion_tokens": output_tokens}
    chunks.append({**head, "choices": [], "usage": usage})
    lines = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return Reply(f"{lines}data: [DONE]\n\n".encode(), pace_s=pace_s)


def anthropic_reply(
    text: str, *, thinking: str = "", input_tokens: int, output_tokens: int, pace_s: float
) -> Reply:
    """A stream of Anthropic's messages, with thinking before the text where there is any."""
    usage = {"input_tokens": input_tokens, "output_tokens": 1}
    model = "claude-sonnet-4-5-20250929"
    start = {"id": "msg_01Yx", "type": "message", "role": "assistant", "model": model}
    facts: list[dict[str, object]] = [
        {"type": "message_start", "message": {**start, "content": [], "usage": usage}}
    ]
    blocks = [("thinking", thinking)] if thinking else []
    for place, (kind, words) in enumerate([*blocks, ("text", text)]):
        block = {"type": kind, kind: ""}
        facts.append({"type": "content_block_start", "index": place, "content_block": block})
        for piece in _pieces(words):
            delta = {"type": f"{kind}_delta", kind: piece}
            facts.append({"type": "content_block_delta", "index": place, "delta": delta})
        facts.append({"type": "content_block_stop", "index": place})
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    counted = {"input_tokens": input_tokens, "output_tokens": output_tokens}
    facts.append({"type": "message_delta", "delta": end, "usage": counted})
    facts.append({"type": "message_stop"})
    lines = "".join(f"event: {fact['type']}\ndata: {json.dumps(fact)}\n\n" for fact in facts)
    return Reply(lines.encode(), pace_s=pace_s)


def refusal(status: int, message: str, **headers: str) -> Reply:
    """What a provider answers instead of a stream."""
    body = json.dumps({"error": {"message": message, "type": "error"}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(body, status, "application/json", headers=named)


def _pieces(text: str) -> Iterator[str]:
    """About a token each: words with the blank before them."""
    words = text.split(" ")
    for place, word in enumerate(words):
        yield word if place == 0 else f" {word}"
