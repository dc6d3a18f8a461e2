"""`catalog simulate` on the shipped catalogs and profiles, and on profiles of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Protocol

import pytest

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
MINE = """
format = 1
title = "Mine"
start = 2026-11-01
messages_a_day = 10
input_tokens = 312
output_tokens = 75
output_tokens_max = 75
models = ["openai/gpt-4o"]

[[packs]]
pack = "starter-pack"
when = "used_up"
"""


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_catalog_can_be_tried_without_a_word_more(tuppence: CommandLine, path: Path) -> None:
    done = tuppence("catalog", "simulate", path.stem)
    assert (done.code, done.err) == (0, "")
    for part in ("Days", "Allowances", "Sum", "cost at the price book", "margin"):
        assert part in done.out


def test_a_simulation_says_what_each_message_paid(tuppence: CommandLine, mine: str) -> None:
    done = tuppence("catalog", "simulate", "tuppence", "--profile", mine, "--messages")
    assert (done.code, done.err) == (0, "")
    assert "1,935 tokens of Free, " not in done.out  # nobody is first in line on Free
    assert "1,935 tokens of Free  " in done.out
    assert "325 tokens of Free + 1,610 tokens of Starter Pack" in done.out
    assert "refused, used up" in done.out


def test_what_was_missing_is_told_in_dollars_that_people_read(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "simulate", "workspaces", "--days", "30")
    assert re.search(r"refused, used up: \$0\.\d{4} more of Managed credit would do", done.out)
    assert re.search(r"refused +(\d,\d{3}) +\1 used up\n", done.out)


def test_a_simulation_says_what_was_bought_and_what_it_earned(
    tuppence: CommandLine, mine: str
) -> None:
    out = tuppence("catalog", "simulate", "tuppence", "--profile", mine).out
    assert "bought starter-pack for $5.00, as nothing covered a message" in out
    assert "Free: 80 % is used" in out
    assert "Starter Pack: 100 % is used" not in out  # 945 tokens of it are too few for a message
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert "revenue: packs $5.00 1 bought" in lines
    assert "paid with allowances and packs 108" in lines  # 210,000 tokens / 1,935


def test_as_json_there_is_every_message_and_every_sum(tuppence: CommandLine, mine: str) -> None:
    done = tuppence("catalog", "simulate", "tuppence", "--profile", mine, "--days", "3", "--json")
    plain = json.loads(done.out)
    assert len(plain["messages"]) == plain["sums"]["messages"] == 30
    first = plain["messages"][0]
    assert first["paid"][0]["amount"] == 1_935
    assert first["left"][0]["left"] == 8_065
    assert (first["payer"], first["refused"], first["shortened"]) == ("allowance", None, False)
    sixth = plain["messages"][5]
    assert [(each["name"], each["amount"]) for each in sixth["paid"]] == [
        ("Free", 325), ("Starter Pack", 1_610),
    ]  # fmt: skip
    assert sixth["bought"] == ["starter-pack"]
    assert plain["purchases"][0]["price_usd"] == "5"
    assert plain["packs_left"][0]["left"] == 200_000 - (30 * 1_935 - 10_000)
    sums = plain["sums"]
    assert (sums["plan_usd"], sums["packs_usd"], sums["refused"]) == ("0", "5", {})
    assert plain["prices"]


def test_the_plan_and_the_days_can_be_said(tuppence: CommandLine, mine: str) -> None:
    words = ("--plan", "premium", "--days", "60", "--profile", mine)
    out = tuppence("catalog", "simulate", "tuppence", *words).out
    assert out.startswith("tuppence, plan Premium: 60 days from 2026-11-01\nMine\n")
    assert "$20.00" in out


def test_a_catalog_of_ones_own_is_tried_before_it_is_sold(
    tuppence: CommandLine, tmp_path: Path, mine: str
) -> None:
    catalog = tmp_path / "tuppence.toml"
    text = (CATALOGS / "tuppence.toml").read_text(encoding="utf-8")
    catalog.write_text(text.replace("amount = 10_000", "amount = 20_000"), encoding="utf-8")
    done = tuppence("catalog", "simulate", str(catalog), "--profile", mine)
    assert done.code == 0
    assert "20,000 tokens" in done.out


def test_everything_that_is_wrong_in_a_profile_is_told(
    tuppence: CommandLine, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.toml"
    text = MINE.replace("messages_a_day = 10", "messages_a_day = -1")
    bad.write_text(text.replace('"starter-pack"', '"start-pack"'), encoding="utf-8")
    done = tuppence("catalog", "simulate", "tuppence", "--profile", str(bad))
    assert (done.code, done.out) == (1, "")
    first, *others = done.err.splitlines()
    assert first == "tuppence: The profile bad.toml has 2 problems:"
    assert "bad.toml: messages_a_day: is the number -1; write a whole number" in "".join(others)
    assert 'packs[0], pack: there is no pack "start-pack"' in "".join(others)


def test_a_plan_that_is_not_there_is_told(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "simulate", "tuppence", "--plan", "gold")
    assert (done.code, done.out) == (1, "")
    assert "There is no plan 'gold' in tuppence. Name one of free, premium," in done.err


@pytest.mark.parametrize("days", ["0", "-1", "many", "9999", "1.5"])
def test_days_that_are_none_are_wrong_use(tuppence: CommandLine, days: str) -> None:
    done = tuppence("catalog", "simulate", "tuppence", "--days", days)
    assert done.code == 2
    assert "from 1 to 3660" in done.err


def test_a_profile_that_is_not_there_is_told(tuppence: CommandLine, tmp_path: Path) -> None:
    done = tuppence("catalog", "simulate", "tuppence", "--profile", str(tmp_path / "none.toml"))
    assert done.code == 1
    assert "none.toml: it cannot be read" in done.err
