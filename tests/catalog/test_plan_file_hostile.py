"""Catalog files that somebody spoiled, on purpose or by accident: each is told, none does harm."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from app.catalog.plan_file import load_catalog
from app.catalog.plan_reader import LISTED_MAX, CatalogProblems, Problem
from app.catalog.toml_file import BYTES_MAX

SOURCE = Path(__file__).resolve().parents[2] / "resources" / "catalogs" / "tuppence.toml"
TEXT = SOURCE.read_text(encoding="utf-8")


def problems(folder: Path, content: bytes) -> tuple[Problem, ...]:
    path = folder / SOURCE.name
    path.write_bytes(content)
    with pytest.raises(CatalogProblems) as caught:
        load_catalog(path)
    return caught.value.problems


# (what is replaced, by what): table, field, and words of what would be right
SPOILED = {
    "negative amount": ("amount = 30_000", "amount = -30_000", 'allowances[3] "premium-daily"',
                        "amount", "at least 1"),
    "negative price": ('price_usd = "10"', 'price_usd = "-10"', 'plans[1] "premium"',
                       "price_usd", "dollars from 0"),
    "NaN as a price": ('price_usd = "10"', "price_usd = nan", 'plans[1] "premium"',
                       "price_usd", 'price_usd = "9.50"'),
    "NaN in quotes": ('price_usd = "10"', 'price_usd = "NaN"', 'plans[1] "premium"',
                      "price_usd", 'price_usd = "9.50"'),
    "NaN as an amount": ("amount = 30_000", "amount = nan", 'allowances[3] "premium-daily"',
                         "amount", "whole number"),
    "a price in an exponent": ('price_usd = "10"', 'price_usd = "1e400"', 'plans[1] "premium"',
                               "price_usd", '"9.50"'),
    "a price with a low line": ('price_usd = "10"', 'price_usd = "1_0"', 'plans[1] "premium"',
                                "price_usd", '"9.50"'),
    "a price with a comma": ('price_usd = "10"', 'price_usd = "10,50"', 'plans[1] "premium"',
                             "price_usd", '"9.50"'),
    "a price below a picodollar": ('price_usd = "10"', 'price_usd = "0.0000000000001"',
                                   'plans[1] "premium"', "price_usd", "trillionth"),
    "a price without its unit": ('price_usd = "10"', 'price = "10"', 'plans[1] "premium"',
                                 "price", '"price_usd"'),
    "an amount without its unit": ('unit = "usd"\n', "", 'allowances[4] "organization-daily"',
                                   "unit", '"plan_tokens" or "usd"'),
    "a field that is missing": ('name = "OpenRouter"\n', "", 'routes[0] "openrouter"',
                                "name", 'write name = "..."'),
    "an id twice": ('id = "premium-daily"', 'id = "free-monthly"', 'allowances[3] "free-monthly"',
                    "id", "choose another"),
    "a plan in a circle": ('id = "free"\nname = "Free"',
                           'id = "free"\nname = "Free"\nincludes = ["premium"]',
                           'plans[0] "free"', "includes", "name plans without it"),
    "an unknown field": ("priority = true", "prioriti = true", 'plans[1] "premium"',
                         "prioriti", '"priority"'),
    "an unknown inner field": ("member_caps = true", "member_cap = true",
                               'plans[2] "organization", seats', "member_cap", '"member_caps"'),
    "a weight of 0": ("weight = 5", "weight = 0", 'models[12] "openai/gpt-4o"',
                      "weight", "from 1 to"),
    "a weight of 0 for the unlisted": ('weight_usd = "5"', 'weight_usd = "0"', "unlisted",
                                       "weight_usd", "more than nothing"),
    "a window of 0": ('window = "billing_day"', "window = 0", 'allowances[3] "premium-daily"',
                      "window", "day, month, billing_day, once"),
    "an empty window": ('window = "billing_day"', 'window = ""', 'allowances[3] "premium-daily"',
                        "window", "day, month, billing_day, once"),
    "a month of 0 days": ("format = 1", "format = 1\ndays_in_month = 0", "", "days_in_month",
                          "from 1 to 31"),
    "an amount beyond 64 bits": ("amount = 10_000", "amount = " + "9" * 50,
                                 'allowances[2] "free-monthly"', "amount", "(50 digits)"),
    "a name that steers a terminal": ('name = "Premium"', r'name = "Pre\u001b[31mium"',
                                      'plans[1] "premium"', "name", "plain text"),
    "a name that turns around": ('name = "Premium"', r'name = "Pre\u202emium"',
                                 'plans[1] "premium"', "name", "plain text"),
    "a benefit of two lines": ('"Premium support"', r'"Premium\nsupport"', 'plans[1] "premium"',
                               "benefits", "plain text"),
    "a role that may what there is not": ('may = ["read"]', 'may = ["reed"]', 'roles[2] "viewer"',
                                          "may", "billing, seats, members, use, read"),
    "a name of two models": ('names_at = { openai = "gpt-4" }', 'names_at = { openai = "gpt-4o" }',
                             'models[13] "openai/gpt-4"', "names_at", "one name means one model"),
    "a name that is another's id": ('names_at = { openai = "gpt-4" }',
                                    'names_at = { openai = "qwen-turbo" }',
                                    'models[13] "openai/gpt-4"', "names_at", 'models[0]'),
    "seats in two places": ("member_caps = true }", "member_caps = true }\nlimits = { seats = 9 }",
                            'plans[2] "organization"', "limits", "one of them"),
    "a feature that steers": ('agents = "Agents"', r'agents = "\u0007"', "", "features",
                              "plain text"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_field_is_told_with_file_table_field_and_what_is_right(
    what: str, tmp_path: Path
) -> None:
    right, wrong, table, field, words = SPOILED[what]
    assert right in TEXT
    found = problems(tmp_path, TEXT.replace(right, wrong, 1).encode())
    assert all(problem.file == "tuppence.toml" for problem in found)
    told = [(each.table, each.field) for each in found if words in each.words]
    assert (table, field) in told, [str(each) for each in found]


@pytest.mark.parametrize(("seconds", "words"), [("0", "from 1 to 86400"), ('"1 min"', "whole")])
def test_a_pause_of_nothing_throttles_nobody(seconds: str, words: str, tmp_path: Path) -> None:
    text = (SOURCE.parent / "workspaces.toml").read_text(encoding="utf-8")
    path = tmp_path / "workspaces.toml"
    pause = f'when_reached = "throttle"\nthrottle_s = {seconds}'
    path.write_text(text.replace('when_reached = "block"', pause), encoding="utf-8")
    with pytest.raises(CatalogProblems) as caught:
        load_catalog(path)
    (problem,) = caught.value.problems
    assert (problem.table, problem.field) == ("managed_credit", "throttle_s")
    assert words in problem.words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT.encode("utf-16"), "save it as UTF-8"),
        (TEXT.replace("Free models", "Fr\xe9e").encode("latin-1", "replace") + b"# \xe9", "UTF-8"),
        (TEXT.replace("Premium", "Pre\0mium", 1).encode(), "not valid TOML"),
        (TEXT.replace('"10"', '"10"\nprice_usd = "11"', 1).encode(), "not valid TOML"),
        (TEXT.replace("10_000", "9" * 5000, 1).encode(), "more than 4,300 digits"),
        (TEXT.replace("10_000", "1e99999999999999999999", 1).encode(), "beyond all bounds"),
        (TEXT.encode() + b"#" * BYTES_MAX, "at most 1,000,000 bytes"),
    ],
    ids=["utf-16", "latin-1", "zero byte", "field twice", "digits", "exponent", "a byte too many"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    content: bytes, words: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, content)
    assert words in problem.words
    assert "\n" not in str(problem)


FILLERS = {"comment": "#", "text": 'x = "y"\n', "tables": "[[models]]\n"}


@pytest.mark.parametrize("what", FILLERS)
def test_ten_megabytes_are_refused_before_they_are_parsed(what: str, tmp_path: Path) -> None:
    filler = FILLERS[what] * (10_000_000 // len(FILLERS[what]))
    begun = process_time()
    (problem,) = problems(tmp_path, (TEXT + filler).encode())
    assert "too large" in problem.words
    assert process_time() - begun < 0.5


def test_a_mark_at_the_beginning_and_foreign_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / SOURCE.name
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load_catalog(path) == load_catalog(SOURCE)


def test_nothing_that_a_file_says_steers_the_terminal_that_shows_it(tmp_path: Path) -> None:
    text = TEXT.replace('id = "premium"', r'id = "pre\u001b[2Jmium"', 1)
    text = text.replace('price_usd = "10"', r'"pri\u0007ce" = "10"', 1)
    path = tmp_path / SOURCE.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogProblems) as caught:
        load_catalog(path)
    assert not set(caught.value.message) & set(map(chr, [*range(10), *range(11, 32)]))


def test_ten_thousand_problems_are_counted_and_the_first_hundred_told(tmp_path: Path) -> None:
    many = "models = [\n" + '    { id = "m", nme = "M" },\n' * 3000
    path = tmp_path / SOURCE.name
    path.write_text(TEXT.replace("models = [", many, 1), encoding="utf-8")
    with pytest.raises(CatalogProblems) as caught:
        load_catalog(path)
    assert len(caught.value.problems) > 9_000
    assert len(caught.value.message.splitlines()) == LISTED_MAX + 2
    assert "more" in caught.value.message.splitlines()[-1]
    assert "problems" in caught.value.message.splitlines()[0]


def test_a_folder_and_a_name_of_no_file_are_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "a\0b.toml"):
        with pytest.raises(CatalogProblems, match="cannot be read"):
            load_catalog(path)
