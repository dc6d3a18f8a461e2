"""A workspace's keys and its statement in the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLineEdit

from app.seam import events
from app.seam.hosted_groups import AddGroupKey, AskGroupKeys, AskStatement
from app.seam.views import FaultView
from app.ui.hosted.group_statement_page import months
from tests.ui.hosted.group_samples import KEY, NOON, STUDIO, accounts, keys, statement
from tests.ui.hosted.samples import hosted_row
from tests.ui.hosted.test_groups import answer, click, go_to, last, opened, says, seen, titles
from tests.ui.shell.conftest import Desk


def test_a_workspaces_keys_are_shown_by_their_end_and_forgotten_when_not_seen(desk: Desk) -> None:
    card = opened(desk, accounts(STUDIO))
    assert titles(card) == ["Members", "Tokens", "Keys", "Plan and statement", "More"]
    go_to(card, "Keys")
    assert len(desk.port.asked(AskGroupKeys)) == 1
    desk.tell(keys(KEY))
    page = card.page(STUDIO.id)
    assert page is not None
    assert says(page.keys, "Ours · ends in …own0 · works")
    [field] = seen(card, "group-key", QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    field.setText("sk-0123456789abcdef")
    click(desk, card, "save-group-key")
    order = last(desk, AddGroupKey)
    assert isinstance(order, AddGroupKey)
    assert (order.provider, order.key, order.replaces) == (
        "anthropic", "sk-0123456789abcdef", False,
    )  # fmt: skip
    answer(desk, AddGroupKey, FaultView("ServerRefused", "Anthropic refuses this key."))
    assert says(page.keys, "Anthropic refuses this key.")
    assert field.text() == "sk-0123456789abcdef"
    go_to(card, "Members")
    assert field.text() == ""


def test_the_form_for_a_key_stays_where_it_is_when_the_wallet_is_told_anew(desk: Desk) -> None:
    card = opened(desk, accounts(STUDIO))
    go_to(card, "Keys")
    desk.tell(keys())
    page = card.page(STUDIO.id)
    assert page is not None
    assert says(page.keys, "No key yet: members' messages are paid from the shared tokens.")
    desk.tell(accounts(STUDIO))
    assert says(page.keys, "No key yet: members' messages are paid from the shared tokens.")


@pytest.mark.parametrize(
    ("rule", "holder", "words"),
    [
        ("never", "organization", "The plan here has no use for own keys."),
        ("always", "member", "With this plan each member uses their own keys"),
    ],
)
def test_a_plan_without_keys_says_so_and_asks_for_none(
    desk: Desk, rule: str, holder: str, words: str
) -> None:
    card = opened(desk, accounts(replace(STUDIO, own_keys=rule, own_keys_held_by=holder)))
    go_to(card, "Keys")
    assert says(card, words)
    assert desk.port.asked(AskGroupKeys) == []
    assert seen(card, "group-key", QLineEdit) == []


def test_a_statement_tells_the_limit_and_what_was_charged(desk: Desk) -> None:
    card = opened(desk, accounts(STUDIO))
    go_to(card, "Plan and statement")
    order = last(desk, AskStatement)
    assert isinstance(order, AskStatement)
    desk.tell(statement(order.month))
    for text in (
        "Pro · $49 a month · So far; it is not over.", "$25.00",
        "managed credit, of $100.00 each month · then calls stop",
        "$0.0070 on the workspace's own keys, billed by their providers",
    ):  # fmt: skip
        assert says(card, text), text
    # Another month's answer that comes late is not shown as this one's.
    desk.tell(statement("2025-01"))
    assert says(card, "$25.00")


def test_a_statement_calls_models_by_their_names(desk: Desk) -> None:
    row = replace(hosted_row(), ref="hosted:s1/gpt-4o", name="GPT-4o")
    desk.tell(events.ModelsListed((row,)))
    card = opened(desk, accounts(STUDIO))
    go_to(card, "Plan and statement")
    order = last(desk, AskStatement)
    assert isinstance(order, AskStatement)
    desk.tell(statement(order.month))
    assert says(card, "GPT-4o")
    assert not says(card, "gpt-4o")


def test_months_go_back_over_new_year() -> None:
    found = [month for _, month in months(NOON.replace(month=2))]
    assert found[:3] == ["2026-02", "2026-01", "2025-12"]
    assert len(found) == 12
