"""What a changed catalog means to existing accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.plan_changes import Change, changes_between
from app.catalog.plan_file import load_catalog

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"


def changes(folder: Path, name: str, *edits: tuple[str, str]) -> tuple[Change, ...]:
    """The changes of a shipped catalog after edits of its text."""
    source = CATALOGS / f"{name}.toml"
    text = source.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    changed = folder / source.name
    changed.write_text(text, encoding="utf-8")
    return changes_between(load_catalog(source), load_catalog(changed))


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_same_catalog_changes_nothing(path: Path) -> None:
    assert changes_between(load_catalog(path), load_catalog(path)) == ()


def test_a_raised_allowance_gives_more_in_the_current_window(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "monthly-plans", ("amount = 100_000", "amount = 150_000"))
    assert (change.kind, change.subject) == ("raised", 'allowance "starter-monthly"')
    assert "50,000 model tokens more at once" in change.meaning
    assert "what was used stays" in change.meaning


def test_a_lowered_allowance_takes_nothing_back(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "monthly-plans", ("amount = 1_000_000", "amount = 900_000"))
    assert change.kind == "lowered"
    assert "who has used 900,000 model tokens or more has nothing left" in change.meaning
    assert "owes nothing" in change.meaning


def test_a_raised_price_raises_the_budget_that_is_a_share_of_it(tmp_path: Path) -> None:
    found = changes(tmp_path, "daily-budgets", ('price_usd = "9"', 'price_usd = "12"'))
    assert [(each.kind, each.subject) for each in found] == [
        ("raised", 'plan "basic"'),
        ("raised", 'allowance "basic-daily"'),
    ]
    assert "$9 becomes $12" in found[0].meaning
    assert "$0.105 becomes $0.14" in found[1].meaning


def test_a_plan_that_is_gone_says_to_move_its_holders(tmp_path: Path) -> None:
    edits = (('id = "enterprise"', 'id = "giant"'), ('plans = ["enterprise"]', 'plans = ["giant"]'))
    found = changes(tmp_path, "monthly-plans", *edits)
    assert [(each.kind, each.subject) for each in found[:2]] == [
        ("gone", 'plan "enterprise"'),
        ("new", 'plan "giant"'),
    ]
    assert "move its holders" in found[0].meaning


def test_another_window_is_counted_anew(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "monthly-plans", ('window = "month"', 'window = "day"'))
    assert change.kind == "changed"
    assert "counted anew" in change.meaning


def test_a_changed_pack_leaves_bought_ones_as_they_are(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "packs-and-weights", ("amount = 450_000", "amount = 400_000"))
    assert (change.kind, change.subject) == ("lowered", 'pack "pack-10"')
    assert "bought packs keep what is in them" in change.meaning


def test_a_changed_weight_leaves_settled_calls_as_they_are(tmp_path: Path) -> None:
    (change,) = changes(tmp_path, "packs-and-weights", ("weight = 10", "weight = 12"))
    assert change.kind == "raised"
    assert "weight 10 becomes 12 for calls from now on" in change.meaning


def test_a_disabled_route_says_its_reason(tmp_path: Path) -> None:
    reason = 'disabled = "Their service is down."\nkey_variable = "QWEN_API_KEY"'
    (change,) = changes(tmp_path, "packs-and-weights", ('key_variable = "QWEN_API_KEY"', reason))
    assert change.meaning == "disabled: Their service is down."


# what is changed, by what: the subject, and what it means to who is there
MEANINGS = {
    "own keys of a plan": (
        "daily-budgets", ('own_keys = "after_allowance"', 'own_keys = "never"'),
        'plan "creator"', "keys that are kept pay for nothing any more",
    ),
    "an included plan": (
        "tuppence", ('includes = ["free"]\n', ""),
        'plan "premium"', "its holders lose what free grants",
    ),
    "priority": (
        "tuppence", ("priority = true\n", ""), 'plan "premium"', "its holders wait like others",
    ),
    "limits": (
        "workspaces", ('chats = "custom"', "chats = 100"),
        'plan "custom"', "who has more keeps it and gets no more",
    ),
    "seats": (
        "daily-budgets", ("least = 5", "least = 6"),
        'plan "organization"', "5 seats or more, with caps becomes 6 seats or more",
    ),
    "who is granted something": (
        "tuppence", ('plans = ["free", "organization"]', 'plans = ["free"]'),
        'allowance "qwen-free"', "holders of organization are no longer granted it",
    ),
    "what something pays for": (
        "free-models", ('models = ["gpt-*", "claude-*", "deepseek-*"]', 'models = ["gpt-*"]'),
        'allowance "free-monthly"', "it pays no more for claude-*, deepseek-*",
    ),
    "an amount that the operator sets": (
        "workspaces", ('amount = "custom"', 'amount = "5"'),
        'allowance "managed-monthly"', "what the operator set for each holder counts no more",
    ),
    "where new accounts begin": (
        "monthly-plans", ('start_plan = "starter"', 'start_plan = "professional"'),
        "start_plan", "those on starter stay there",
    ),
    "the order of drawing": (
        "packs-and-weights", ('"free-monthly", "packs"', '"packs", "free-monthly"'),
        "draw_order", "draw on packs, then free-monthly, then premium-daily",
    ),
    "the weight of unlisted models": (
        "tuppence", ('weight_usd = "5"', 'weight_usd = "4"'),
        "unlisted", "1 of weight for each $4 of a million tokens",
    ),
    "a model that is gone": (
        "monthly-plans", ('    { id = "o1-mini", name = "o1-mini", vendor = "OpenAI" },\n', ""),
        'model "o1-mini"', "can be asked no more",
    ),
    "a listed model that is gone": (
        "daily-budgets", ('    { id = "gpt-4o", ', '    { id = "gpt-4o-new", '),
        'model "gpt-4o"', "asked by its price",
    ),
    "the routes to a model": (
        "packs-and-weights", ('["openrouter", "anthropic"]', '["anthropic", "openrouter"]'),
        'model "anthropic/claude-3-opus"', "asked at anthropic, then openrouter",
    ),
    "the markup": (
        "workspaces", ('charge_usd = "0.002"', 'charge_usd = "0.003"'),
        "managed_credit", "what costs $0.0015 is charged at $0.003, not $0.002",
    ),
    "from block to throttle": (
        "workspaces", ('when_reached = "block"', 'when_reached = "throttle"'),
        "managed_credit", "slowed and invoiced for more, no longer refused",
    ),
    "alerts": (
        "workspaces", ("alerts_percent = [80, 100]", "alerts_percent = [50]"),
        "managed_credit", "alerts at 50 %",
    ),
    "a shorter grace": (
        "daily-budgets", ("grace_days = 14", "grace_days = 7"),
        "passphrases", "replaced 7 days ago or earlier stop to work at once",
    ),
    "a longer grace": (
        "daily-budgets", ("grace_days = 14", "grace_days = 21"),
        "passphrases", "work, again where they had ended",
    ),
    "a role's rights": (
        "daily-budgets", ('may = ["use", "read"]', 'may = ["read"]'),
        'role "builder"', "its members lose the right use",
    ),
    "a role that is gone": (
        "daily-budgets", ('id = "viewer"', 'id = "reader"'),
        'role "viewer"', "its members may nothing",
    ),
    "notices": (
        "monthly-plans", ("format = 1", "format = 1\nthresholds_percent = [50]"),
        "thresholds_percent", "who is above one already gets none for it",
    ),
    "the shortest answer": (
        "monthly-plans", ("format = 1", "format = 1\nleast_output_tokens = 100"),
        "least_output_tokens", "shortened down to 100 tokens, not 256",
    ),
    "a name": (
        "monthly-plans", ('name = "Starter"\nprice', 'name = "Beginner"\nprice'),
        'plan "starter"', "only what is shown changes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MEANINGS)
def test_a_change_says_what_it_means_to_who_is_there(tmp_path: Path, what: str) -> None:
    name, edit, subject, words = MEANINGS[what]
    edits = [edit]
    if what == "a listed model that is gone":
        edits.append(('model = "gpt-4o"', 'model = "gpt-4o-new"'))
    if what == "where new accounts begin":
        edits.append(('joined_by = "checkout"', 'joined_by = "start"'))
    found = changes(tmp_path, name, *edits)
    assert any(each.subject == subject and words in each.meaning for each in found), found


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("packs-and-weights", ('own_keys = "never"', 'own_keys = "always"')),
        ("packs-and-weights", ('"free-monthly", "packs"', '"packs", "free-monthly"')),
        ("daily-budgets", ("least = 5", "least = 6")),
        ("daily-budgets", ("grace_days = 14", "grace_days = 7")),
        ("free-models", ("only = true", "only = false")),
        ("workspaces", ('charge_usd = "0.002"', 'charge_usd = "0.003"')),
        ("workspaces", ('when_reached = "block"', 'when_reached = "throttle"')),
        ("tuppence", ('weight_usd = "5"', 'weight_usd = "4"')),
        ("tuppence", ("format = 1", "format = 1\nleast_output_tokens = 100")),
        ("tuppence", ("priority = true\n", "")),
    ],
)
def test_no_difference_goes_unsaid(tmp_path: Path, name: str, edit: tuple[str, str]) -> None:
    assert changes(tmp_path, name, edit)
