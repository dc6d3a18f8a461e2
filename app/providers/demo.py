"""What the demo says: prepared answers about this program, chosen by a word of the question.

Each says that it is scripted. Nothing is sent anywhere; the counts are the script's own guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.metering.usage import Certainty, Usage

DEMO_MODEL = "demo"
DEMO_NAME = "Demo (scripted)"
_LETTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """A prepared answer in Markdown. `breaks_off` plays a lost connection, after which `rest`
    is what was left to say."""

    text: str
    thinking: str = ""
    breaks_off: bool = False
    rest: str = ""

    def after(self, begun: str) -> DemoAnswer:
        """What is left of it behind the part that had come."""
        whole, came = self.text + self.rest, begun.rstrip()
        if not came or not whole.startswith(came):
            return DemoAnswer(_NOTHING_LEFT)
        return DemoAnswer(whole[len(begun) :] if whole.startswith(begun) else whole[len(came) :])

    def usage(self, *, input_tokens: int | None, request_letters: int, written: str) -> Usage:
        """The script's own guess: four letters a token where no count is given."""
        return Usage(
            input=_tokens(request_letters) if input_tokens is None else input_tokens,
            output=_tokens(len(written)),
            reasoning=_tokens(len(self.thinking)) if self.thinking else 0,
            certainty=Certainty.ESTIMATED,
        )


_NOTE = (
    "*This is a scripted demo: no model wrote this, nothing was sent anywhere, and nothing is "
    "charged.*"
)
_THINKING = (
    "The script looks for a word it knows in the message. It does not understand the question; "
    "it picks the prepared answer that fits best."
)
_HELLO = f"""Hello! {_NOTE}

You can try the window with it: what you type is counted while you type, and this answer has a \
receipt below it.

Ask me about one of these, and you get a prepared answer:

- **cost** – how a message is priced
- **code** – a block of code to copy
- **table** – a table with figures
- **think** – an answer with thinking above it
- **long** – a longer text to scroll and to stop
- **error** – an answer that breaks off in the middle

When you add a key of a provider, real models answer in the same place."""
_COST = f"""{_NOTE}

A message costs what the provider bills for it: the **input**, which is the whole conversation so \
far, and the **output**, which is the answer with its thinking.

| part | tokens | price per million | cost |
| --- | ---: | ---: | ---: |
| input | 1,200 | $2.50 | $0.0030 |
| from the cache | 800 | $1.25 | $0.0010 |
| output | 400 | $10.00 | $0.0040 |
| **together** | **2,400** | | **$0.0080** |

These figures are an example. Before you send, the composer shows what a message will likely cost \
and the most it can cost; afterwards the receipt shows what it did cost, and why. A figure that \
was counted on this computer instead of told by the provider is marked as an estimate."""
_CODE = f"""{_NOTE}

Here is a block to copy. It adds up what an answer costs, in whole picodollars, so that nothing is \
lost to rounding:

```python
def cost_pusd(tokens: int, usd_per_million: str) -> int:
    \"\"\"The exact cost of some tokens; a picodollar is 1e-12 US dollars.\"\"\"
    whole, _, fraction = usd_per_million.partition(".")
    micro_usd = int(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)
    return tokens * micro_usd


assert cost_pusd(1_200, "2.50") == 3_000_000_000  # $0.003
```

The button above the block copies it."""
_TABLE = f"""{_NOTE}

| what you see | where it comes from |
| --- | --- |
| likely cost | counted input, and the median of recent answers |
| at most | counted input, and the cap that is sent along |
| receipt | the provider's own figures |
| this month | every call of your keys, titles and retries too |

A table scrolls sideways when it is wider than the window."""
_THINK = f"""{_NOTE}

Models that think write down their steps before they answer. You can open and close them above the \
answer. Thinking is billed as output, so it stands on its own line of the receipt: a short answer \
can cost more than a long one."""
_ERROR = f"""{_NOTE}

Now this answer breaks off, as it does when a connection is lost. What came until then is kept, \
and you can"""
_ERROR_REST = """ let it go on from there, as you just did, or ask anew. Both attempts stand on \
the receipt, each with its own figures."""
_NOTHING_LEFT = " That was all of it."
_LOCK = f"""{_NOTE}

A lock makes two writers of the same row take turns. One transaction changes the row and holds its \
lock until it ends; the other waits, then sees what the first one left:

```sql
-- session A
BEGIN;
UPDATE wallet SET balance = balance - 5 WHERE id = 7;

-- session B waits here until A commits or rolls back
UPDATE wallet SET balance = balance - 3 WHERE id = 7;
```

Readers are not held up: a plain `SELECT` sees the last committed version. A real model would go \
into your own case."""
_LETTER = f"""{_NOTE}

> Dear Ms. Taylor,
>
> thank you for your help last week. The papers arrived on Monday, and everything was in order. \
If you are in town this month, I would be glad to thank you over a cup of coffee.
>
> Kind regards

A real model would ask whom the letter is for, and write it in your tone."""
_DINNER = f"""{_NOTE}

A late-autumn dinner for six:

1. **Starter** – pumpkin soup with roasted seeds (1.5 kg pumpkin, 1 l stock)
2. **Main course** – braised leeks and mushrooms on barley (6 leeks, 800 g mushrooms, 400 g barley)
3. **Dessert** – baked apples with quince jelly (6 apples)

Soup and dessert can be made the day before. A real model would ask about allergies first."""
_NOTE_DE = (
    "*Das ist eine vorbereitete Demo: Kein Modell hat das geschrieben, nichts wurde irgendwohin "
    "gesendet, und nichts wird berechnet.*"
)
_LOCK_DE = f"""{_NOTE_DE}

Eine Sperre sorgt dafür, dass zwei, die dieselbe Zeile schreiben, nacheinander drankommen. Die \
erste Transaktion ändert die Zeile und hält ihre Sperre bis zum Ende; die zweite wartet:

```sql
-- Sitzung A
BEGIN;
UPDATE konto SET stand = stand - 5 WHERE id = 7;

-- Sitzung B wartet hier, bis A fertig ist
UPDATE konto SET stand = stand - 3 WHERE id = 7;
```

Wer nur liest, wartet nicht: Ein `SELECT` sieht die letzte festgeschriebene Fassung."""
_LETTER_DE = f"""{_NOTE_DE}

> Liebe Frau Schneider,
>
> vielen Dank für Ihre Hilfe in der letzten Woche. Die Unterlagen kamen am Montag an, und alles \
war in Ordnung. Wenn Sie diesen Monat in der Stadt sind, lade ich Sie gern auf einen Kaffee ein.
>
> Herzliche Grüße

Ein echtes Modell würde fragen, für wen der Brief ist, und in deinem Ton schreiben."""
_DINNER_DE = f"""{_NOTE_DE}

Ein Essen für sechs im Spätherbst:

1. **Vorspeise** – Kürbissuppe mit gerösteten Kernen (1,5 kg Kürbis, 1 l Brühe)
2. **Hauptgang** – geschmorter Lauch und Pilze auf Graupen (6 Stangen, 800 g Pilze, 400 g Graupen)
3. **Nachtisch** – Bratäpfel mit Quittengelee (6 Äpfel)

Suppe und Nachtisch lassen sich am Tag vorher machen."""
_PARAGRAPH = (
    "A conversation grows with every message, and all of it is sent again each time. That is why "
    "the tenth message of a chat costs more than the first, even when it is shorter. Providers "
    "keep what they have read for a few minutes and take less for it then; the receipt shows such "
    "tokens as read from the cache."
)
_PICTURE = (
    "The picture that you added arrived. A script cannot look at it; a model that takes pictures "
    "could, and would bill it as input."
)


def demo_answer(question: str, *, pictures: int = 0) -> DemoAnswer:
    """The prepared answer for a question; the greeting where no word is known."""
    words = set(re.findall(r"\w+", question.lower()))
    answer = next((found for keys, found in _ANSWERS if words & keys), DemoAnswer(_HELLO))
    if pictures:
        answer = replace(answer, text=f"{_PICTURE}\n\n{answer.text}")
    return answer


_LONG = "\n\n".join(
    [_NOTE, *(f"### Part {part}\n\n{_PARAGRAPH}" for part in range(1, 13)), "That was all of it."]
)
_ANSWERS: tuple[tuple[frozenset[str], DemoAnswer], ...] = (
    (
        frozenset({"error", "break", "fail", "cut"}),
        DemoAnswer(_ERROR, breaks_off=True, rest=_ERROR_REST),
    ),
    (frozenset({"lock", "locks"}), DemoAnswer(_LOCK)),
    (frozenset({"letter"}), DemoAnswer(_LETTER)),
    (frozenset({"dinner"}), DemoAnswer(_DINNER)),
    (frozenset({"datenbanksperre", "datenbanksperren", "sperre"}), DemoAnswer(_LOCK_DE)),
    (frozenset({"brief"}), DemoAnswer(_LETTER_DE)),
    (frozenset({"abendessen"}), DemoAnswer(_DINNER_DE)),
    (frozenset({"long", "scroll", "stop"}), DemoAnswer(_LONG)),
    (frozenset({"code", "python", "function", "program"}), DemoAnswer(_CODE)),
    (frozenset({"table", "list"}), DemoAnswer(_TABLE)),
    (frozenset({"think", "thinking", "reason", "why"}), DemoAnswer(_THINK, _THINKING)),
    (
        frozenset({"cost", "costs", "price", "prices", "token", "tokens", "pay", "bill", "cheap"}),
        DemoAnswer(_COST, _THINKING),
    ),
)


def _tokens(letters: int) -> int:
    return max(1, -(-letters // _LETTERS_PER_TOKEN))
