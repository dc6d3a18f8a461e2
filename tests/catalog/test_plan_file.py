"""A catalog file that is wrong says what, where, and what would be right: everything at once."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog, shipped_catalogs
from app.catalog.plan_reader import CatalogProblems
from app.errors import CatalogError
from app.metering.payer import Unit as PaidUnit
from app.money import pico_from_usd

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"
GOOD = """
format = 1
name = "mine"
title = "Mine"
start_plan = "free"
draw_order = ["free-monthly", "team-daily", "packs"]
models = [
    { id = "gpt-4o", name = "GPT-4o", vendor = "OpenAI", weight = 5, routes = ["direct"] },
    { id = "gpt-4", name = "GPT-4", vendor = "OpenAI" },
]
[features]
web_search = "Web search"
[[routes]]
id = "direct"
name = "Direct"
provider = "openai"
[[plans]]
id = "free"
name = "Free"
price_usd = "0"
joined_by = "start"
own_keys = "always"
[[plans]]
id = "team"
name = "Team"
price_usd = "20.50"
joined_by = "checkout"
holder = "organization"
own_keys = "never"
features = ["web_search"]
seats = { least = 2, most = 9 }
processors = { stripe = { price = "STRIPE_TEAM_PRICE_ID" } }
[[allowances]]
id = "free-monthly"
plans = ["free"]
unit = "plan_tokens"
amount = 10_000
window = "month"
scope = "account"
models = ["gpt-4o"]
[[allowances]]
id = "team-daily"
plans = ["team"]
unit = "usd"
share_percent = 35
window = "billing_day"
scope = "member"
[[packs]]
id = "small"
name = "Small"
price_usd = "5"
amount = 200_000
[[processors]]
id = "stripe"
name = "Stripe"
variables = { secret_key = "STRIPE_SECRET_KEY" }
"""


def load(folder: Path, text: str) -> PlanCatalog:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_catalog(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(CatalogProblems) as caught:
        load(folder, text)
    assert isinstance(caught.value, CatalogError)
    found = [str(problem) for problem in caught.value.problems]
    assert all(line in caught.value.message for line in found)
    return found


def test_a_good_file_loads(tmp_path: Path) -> None:
    catalog = load(tmp_path, GOOD)
    assert [plan.id for plan in catalog.plans] == ["free", "team"]


def test_a_share_of_a_price_is_rounded_down_to_the_picodollar(tmp_path: Path) -> None:
    daily = load(tmp_path, GOOD).allowance("team-daily")
    assert daily is not None
    assert daily.amount == 239_166_666_666  # $20.50 x 35 % / 30 = $0.239166666666...
    assert 30 * daily.amount <= pico_from_usd("20.50") * 35 // 100 < 30 * (daily.amount + 1)


# (what is replaced, by what): the place, the field, and words of what would be right
WRONG = {
    "unknown key": (
        'name = "Small"', 'nmae = "x"\nname = "Small"', ['packs[0] "small", nmae', '"name"'],
    ),
    "missing field": (', vendor = "OpenAI" },', " },", ['models[1] "gpt-4", vendor', "is missing"]),
    "unknown key at the top": ("format = 1", "formt = 1", ["formt", '"format"']),
    "wrong type": ("amount = 200_000", 'amount = "many"', ["amount", "whole number"]),
    "true is no number": ("amount = 200_000", "amount = true", ["amount", "is true"]),
    "negative": ("amount = 10_000", "amount = -5", ['allowances[0] "free-monthly", amount', "-5"]),
    "nothing": ("amount = 10_000", "amount = 0", ["amount", "at least 1"]),
    "too large": ("amount = 10_000", "amount = 9223372036854775807", ["amount", "whole number"]),
    "unknown unit": ('unit = "plan_tokens"', 'unit = "plan_token"', ["unit", '"plan_tokens"']),
    "unknown window": ('window = "month"', 'window = "year"', ["window", "day, month"]),
    "unknown scope": ('scope = "account"', 'scope = "acount"', ["scope", '"account"']),
    "float money": ('price_usd = "5"', "price_usd = 5.0", ["price_usd", 'price_usd = "5.0"']),
    "whole money": ('price_usd = "5"', "price_usd = 5", ["price_usd", 'price_usd = "5"']),
    "infinite money": ('price_usd = "5"', "price_usd = inf", ["price_usd", "dollars as text"]),
    "negative money": ('price_usd = "5"', 'price_usd = "-5"', ["price_usd", "from 0"]),
    "money that is none": ('price_usd = "5"', 'price_usd = "five"', ["price_usd", '"9.50"']),
    "not a number": ('price_usd = "5"', 'price_usd = "NaN"', ["price_usd", '"9.50"']),
    "foreign digits": ('price_usd = "5"', 'price_usd = "٥"', ["price_usd", "from 0"]),
    "duplicate plan": ('id = "team"', 'id = "free"', ['plans[1] "free", id', "another"]),
    "pack named as a plan": ('id = "small"', 'id = "team"', ['packs[0] "team", id', "plans[1]"]),
    "duplicate model": ('id = "gpt-4",', 'id = "gpt-4o",', ["models[1]", "another"]),
    "no such plan": ('plans = ["free"]', 'plans = ["fre"]', ["plans", '"fre"', '"free"']),
    "no such start plan": ('start_plan = "free"', 'start_plan = "x"', ["start_plan", "free, team"]),
    "start plan that is bought": ('start_plan = "free"', 'start_plan = "team"', ["start_plan"]),
    "glob that matches nothing": (
        'models = ["gpt-4o"]', 'models = ["gtp-*"]', ["models", '"gtp-*" matches no model'],
    ),
    "glob without a weight": (
        'models = ["gpt-4o"]', 'models = ["gpt-4"]', ["models", "no model with a weight"],
    ),
    "no such route": ('routes = ["direct"]', 'routes = ["dirct"]', ["routes", '"direct"']),
    "no such feature": ('features = ["web_search"]', 'features = ["x"]', ["features", "web"]),
    "no such processor": ("{ stripe = {", "{ strip = {", ["processors", '"stripe"']),
    "secret in the file": (
        '"STRIPE_SECRET_KEY"', '"sk_live_abc"', ["secret_key", "environment"],
    ),
    "disabled without a reason": (
        'provider = "openai"', 'provider = "openai"\ndisabled = ""', ["disabled", "text"],
    ),
    "allowance that is never drawn": (
        'draw_order = ["free-monthly", ', "draw_order = [", ["draw_order", '"free-monthly"'],
    ),
    "drawn twice": ('"team-daily", "packs"]', '"packs", "packs"]', ["draw_order", "than once"]),
    "share beside an amount": (
        "share_percent = 35", 'share_percent = 35\namount = "1"', ["share_percent", "one of them"],
    ),
    "share of nothing": ('price_usd = "20.50"', 'price_usd = "0"', ["share_percent", "a price"]),
    "share of tokens": ('unit = "usd"', 'unit = "tokens"', ["share_percent", 'unit = "usd"']),
    "seats of an account": ('holder = "organization"\n', "", ["seats", "organization"]),
    "fewer seats than the least": ("most = 9", "most = 1", ["most", "least is 2"]),
    "billing day of a gift": ('window = "month"', 'window = "billing_day"', ["window", "billing"]),
    "weight of zero": ("weight = 5", "weight = 0", ['models[0] "gpt-4o", weight', "from 1"]),
    "other name": ('name = "mine"', 'name = "yours"', ["name", "mine.toml"]),
    "other format": ("format = 1", "format = 2", ["format", "reads format 1"]),
    "id with a space": ('id = "small"', 'id = "very small"', ["id", "no spaces"]),
    "no price at all": ('price_usd = "5"\n', "", ["price_usd", "price_words"]),
    "own keys": ('own_keys = "always"', 'own_keys = "sometimes"', ["own_keys", "after_allowance"]),
    "plan in itself": ('name = "Team"', 'name = "Team"\nincludes = ["team"]', ["includes"]),
    "thresholds": ("format = 1", "format = 1\nthresholds_percent = [100, 80]", ["[80, 100]"]),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_field_is_named_with_what_would_be_right(what: str, tmp_path: Path) -> None:
    right, wrong, words = WRONG[what]
    assert GOOD.count(right) >= 1
    found = problems(tmp_path, GOOD.replace(right, wrong, 1))
    assert any(all(word in line for word in words) for line in found), found
    assert all(line.startswith("mine.toml: ") for line in found)


def test_all_problems_of_a_file_are_told_together(tmp_path: Path) -> None:
    text = GOOD
    wanted = ("unknown unit", "float money", "negative", "no such route", "unknown key")
    for what in wanted:
        right, wrong, _ = WRONG[what]
        text = text.replace(right, wrong, 1)
    found = problems(tmp_path, text)
    assert len(found) == len(wanted)
    for what in wanted:
        assert any(all(word in line for word in WRONG[what][2]) for line in found)


def test_one_wrong_field_is_one_problem(tmp_path: Path) -> None:
    assert len(problems(tmp_path, GOOD.replace('holder = "organization"', 'holder = "x"'))) == 1


def test_a_secret_in_a_file_is_not_repeated(tmp_path: Path) -> None:
    text = GOOD.replace('"STRIPE_SECRET_KEY"', '"sk_live_abc"')
    assert "sk_live_abc" not in "".join(problems(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is missing"),
        (b"format = ", "not valid TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b"plans = 1\nformat = 1", "list of tables"),
        (b"plans = [1]\nformat = 1", "must be a table"),
        (b"a = " + b"[" * 5000, "not valid TOML"),
    ],
    ids=["empty", "cut", "bytes", "number", "list of numbers", "deep"],
)
def test_a_file_that_is_no_catalog_is_told_so(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(CatalogProblems, match=words):
        load_catalog(path)


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogProblems, match="cannot be read"):
        load_catalog(tmp_path / "nowhere.toml")


def test_a_folder_without_catalogs_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no catalog"):
        shipped_catalogs(tmp_path)


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in _leaves(each, (*path, name))]
    if isinstance(value, list):
        return [leaf for place, each in enumerate(value) for leaf in _leaves(each, (*path, place))]
    return [path]


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case dict():
            inner = ", ".join(f'"{name}" = {_toml(each)}' for name, each in value.items())
            return f"{{ {inner} }}"
        case list():
            return f"[{', '.join(_toml(each) for each in value)}]"
        case _:
            return str(value)


@given(st.data())
def test_no_replaced_value_ends_in_another_error(data: st.DataObject) -> None:
    """Any field of a shipped catalog, replaced by anything: it loads or says what is wrong."""
    source = data.draw(st.sampled_from(sorted(CATALOGS.glob("*.toml"))))
    plain = tomllib.loads(source.read_text(encoding="utf-8"))
    leaf = data.draw(st.sampled_from(_leaves(plain)))
    holder: object = plain
    for step in leaf[:-1]:
        holder = holder[step]  # type: ignore[index]
    holder[leaf[-1]] = data.draw(  # type: ignore[index]
        st.sampled_from([0, -1, 10**30, 1.5, True, "", "x", "9", "packs", [], ["x"], {}, {"x": 1}])
    )
    text = "".join(f'"{name}" = {_toml(each)}\n' for name, each in plain.items())
    with TemporaryDirectory() as folder:
        path = Path(folder) / source.name
        path.write_text(text, encoding="utf-8")
        with suppress(CatalogProblems):
            load_catalog(path)


def test_the_units_of_allowances_are_those_of_payers() -> None:
    from app.catalog.plans import Unit

    assert {unit.value for unit in Unit} == {unit.value for unit in PaidUnit}


def test_a_route_names_a_host_that_the_program_knows() -> None:
    from app.providers.hosts import HOSTS

    for path in shipped_catalogs(CATALOGS):
        assert {route.provider for route in load_catalog(path).routes} <= set(HOSTS)
