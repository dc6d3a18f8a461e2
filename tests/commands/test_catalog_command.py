"""`catalog` on the shipped files and on files of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import pytest

from app.catalog.plan_file import load_catalog
from app.catalog.plan_words import catalog_to_plain

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...


def test_list_names_the_six_catalogs(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "list", "--json")
    assert done.code == 0
    names = [each["name"] for each in json.loads(done.out)]
    assert names == sorted(path.stem for path in CATALOGS.glob("*.toml"))
    assert all(name in tuppence("catalog", "list").out for name in names)


def test_show_says_what_people_want_to_know(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "show", "daily-budgets")
    assert (done.code, done.err) == (0, "")
    for words in ("$1.485 a day shared by the organization", "135,000", "9,545", "31,818",
                  "own keys after allowance", "5 or more seats", "14 days more"):  # fmt: skip
        assert words in done.out


def test_show_as_json_has_the_numbers_as_text_and_whole_numbers(tuppence: CommandLine) -> None:
    plain = json.loads(tuppence("catalog", "show", "daily-budgets", "--json").out)
    basic = next(each for each in plain["allowances"] if each["id"] == "basic-daily")
    assert basic["amount"] == "0.105"
    assert basic["month_total"] == "3.15"
    assert basic["reference_tokens"]["gpt-4o"] == 9_545
    prices = {plan["id"]: plan["price_usd"] for plan in plain["plans"]}
    assert prices == {
        "global-lifetime": None, "free": "0", "basic": "9", "creator": "18", "organization": "99",
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_check_passes_what_is_shipped(tuppence: CommandLine, path: Path) -> None:
    done = tuppence("catalog", "check", str(path))
    assert (done.code, done.err) == (0, "")
    assert "is right" in done.out


def test_check_tells_everything_that_is_wrong(tuppence: CommandLine, tmp_path: Path) -> None:
    bad = tmp_path / "tuppence.toml"
    text = (CATALOGS / "tuppence.toml").read_text(encoding="utf-8")
    text = text.replace('price_usd = "10"', "price_usd = 10.0", 1)
    bad.write_text(text.replace("weight = 5", "weight = -5", 1), encoding="utf-8")
    done = tuppence("catalog", "check", str(bad))
    assert (done.code, done.out) == (1, "")
    first, *others = done.err.splitlines()
    assert first == "tuppence: The catalog tuppence.toml has 2 problems:"
    assert 'plans[1] "premium", price_usd' in "".join(others)
    assert 'models[12] "openai/gpt-4o", weight' in "".join(others)


def test_diff_says_what_a_change_means(tuppence: CommandLine, tmp_path: Path) -> None:
    changed = tmp_path / "monthly-plans.toml"
    text = (CATALOGS / "monthly-plans.toml").read_text(encoding="utf-8")
    changed.write_text(text.replace("100_000", "120_000"), encoding="utf-8")
    done = tuppence("catalog", "diff", "monthly-plans", str(changed))
    assert done.code == 0
    assert done.out.startswith('raised   allowance "starter-monthly": ')
    (plain,) = json.loads(tuppence("catalog", "diff", "monthly-plans", str(changed), "--json").out)
    assert plain["kind"] == "raised"


def test_diff_of_the_same_changes_nothing(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "diff", "tuppence", "tuppence")
    assert (done.code, done.out) == (0, "Nothing changes for anybody.\n")


def test_an_unknown_name_is_answered_with_the_known_ones(tuppence: CommandLine) -> None:
    done = tuppence("catalog", "show", "nothing")
    assert (done.code, done.out) == (1, "")
    assert "workspaces" in done.err


@pytest.mark.parametrize(
    "words", [("catalog",), ("catalog", "show"), ("catalog", "diff", "tuppence")]
)
def test_wrong_words_are_wrong_use(tuppence: CommandLine, words: tuple[str, ...]) -> None:
    assert tuppence(*words).code == 2


def test_no_data_folder_is_needed(tuppence: CommandLine) -> None:
    tuppence.environment["TUPPENCE_HOME"] = "/proc/nowhere"
    done = tuppence("catalog", "show", "tuppence")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_show_as_json_is_the_whole_catalog(tuppence: CommandLine, path: Path) -> None:
    shown = json.loads(tuppence("catalog", "show", path.stem, "--json").out)
    assert shown == json.loads(json.dumps(catalog_to_plain(load_catalog(path))))
