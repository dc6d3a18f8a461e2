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
