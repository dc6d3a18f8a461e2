"""What somebody does with hosted tokens, step by step, in front of the demo's window."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tests.end_to_end.hosted.somebody import WAIT_S, Seen, Somebody


def start_free(somebody: Somebody) -> None:
    """The first run's first button, to a chat that can be written in."""
    somebody.sit_down()
    somebody.click("", name="start-free")
    somebody.until(lambda shown: "" not in models(shown) and models(shown), "a model is chosen")
    somebody.until(is_online, "what is left, as of now")


def models(shown: list[Seen]) -> list[str]:
    """The models of the panes, empty where one has none."""
    return [one.said.partition("Model: ")[2] for one in shown if one.said.startswith("Model")]


def is_online(shown: list[Seen]) -> bool:
    """Whether what is left is known as of now."""
    said = left(shown)
    return bool(said) and not any(word in said for word in ("as of", "offline", "asking"))


def left(shown: list[Seen]) -> str:
    """What the account says in the sidebar's foot."""
    return next((one.said for one in shown if one.kind == "AccountChip"), "")


def choose_model(somebody: Somebody, name: str) -> None:
    """Open the picker by its key, type, and take the first line."""
    somebody.hands.key("ctrl+m")
    somebody.until(
        lambda shown: any(o.focus and o.kind not in ("Editor", "QPushButton") for o in shown),
        "the picker's field",
    )
    somebody.hands.type(name)
    somebody.hands.key("Return")
    somebody.until(lambda shown: models(shown) == [name], f"{name} is chosen")


def costs(shown: list[Seen]) -> list[str]:
    """The lines below the answers, as a screen reader says them."""
    return [one.said for one in shown if one.kind == "CostLineView"]


def answered(somebody: Somebody, count: int = 1) -> list[str]:
    """Wait until so many answers stand there with what they drew; their lines."""

    def done(shown: list[Seen]) -> list[str]:
        stop = any(one.said == "Stop the answer" and one.enabled for one in shown)
        lines = costs(shown)
        return lines if len(lines) >= count and not stop else []

    return somebody.until(done, f"{count} answers with what they drew")


def ask_anew(somebody: Somebody, text: str) -> list[str]:
    """A question in a chat of its own, to its end."""
    somebody.hands.key("ctrl+n")
    somebody.until(lambda shown: not costs(shown), "a new chat")
    somebody.say(text)
    return answered(somebody)


def pay_in_browser(somebody: Somebody, *, also: str = "Simulated payment") -> None:
    """In the system's browser: the labelled page, its button by the keyboard, and what it says."""
    page = somebody.sees_window(also)
    somebody.hands.do("windowfocus", "--sync", page)
    deadline = time.monotonic() + WAIT_S
    while not somebody.hands.windows("Thank you, it is there"):
        assert time.monotonic() < deadline, "the page does not say that it is there"
        if somebody.hands.windows(also):
            somebody.hands.key("Tab", "Return")  # the first thing on the page is its button
        time.sleep(0.5)


def draws_agree(demo: Path) -> int:
    """Call by call, what was drawn here is what the server's books say; plan tokens in all."""
    with sqlite3.connect(f"file:{demo / 'tuppence.db'}?mode=ro", uri=True) as here:
        ours = here.execute(
            "SELECT model, sum(CASE unit WHEN 'plan_tokens' THEN amount ELSE 0 END),"
            " sum(CASE unit WHEN 'usd' THEN amount ELSE 0 END)"
            " FROM hosted_draws GROUP BY hold_id ORDER BY min(seq)"
        ).fetchall()
    with sqlite3.connect(f"file:{demo / 'server' / 'server.db'}?mode=ro", uri=True) as there:
        theirs = there.execute(
            "SELECT model, plan_tokens, charged_pusd FROM requests ORDER BY at_ms, id"
        ).fetchall()
    assert ours == theirs
    return sum(tokens for _, tokens, _ in ours)


def run_command(somebody: Somebody, name: str) -> None:
    """A command by its name, from the palette."""
    somebody.hands.key("ctrl+k")
    somebody.until(lambda shown: any(o.focus and o.kind == "QLineEdit" for o in shown), "the list")
    somebody.hands.type(name)
    somebody.hands.key("Return")


def named(somebody: Somebody, name: str) -> Seen:
    """What bears a name, once it can be seen."""
    return somebody.until(lambda shown: next((o for o in shown if o.name == name), None), name)


def paste(somebody: Somebody) -> None:
    """What was copied, into the composer; a long text becomes a file of the message."""
    somebody.hands.key("ctrl+l")
    somebody.hands.key("ctrl+v")
    somebody.until(
        lambda shown: somebody.composer() or any(one.says("Pasted text") for one in shown),
        "what was pasted",
    )
