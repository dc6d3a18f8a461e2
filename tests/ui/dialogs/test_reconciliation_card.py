"""The comparison: what it asks the core for, and both sides with the name of each difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.metering.reconciliation_rows import Reason
from app.seam.reconciliation import (
    AdminKeyKept,
    AdminKeyView,
    AskReconciliation,
    AskReconciliationSources,
    DifferencePart,
    KeepAdminKey,
    ReconciledCall,
    ReconciledLine,
    ReconciliationShown,
    ReconciliationSourcesReady,
    ReconciliationView,
    RemoveAdminKey,
    ReportSiteView,
    SideView,
    SourcesView,
)
from app.seam.views import Certainty
from app.ui.reconciliation import wording
from app.ui.reconciliation.dialog import ReconciliationDialog
from tests.ui.dialogs.samples import HOSTILE, NotingBridge

NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
CENT = 10**10
KEY = AdminKeyView("admin-openai-1", "openai", "OpenAI admin key …mnop")
SITES = (
    ReportSiteView("anthropic", "Anthropic", "admin key", "https://a/key", "https://a/csv", "who"),
    ReportSiteView("openai", "OpenAI", "admin key", "https://o/key", "https://o/csv", "who"),
    ReportSiteView(
        "openrouter", "OpenRouter", "management key", "https://r/key", "https://r/csv", "who", True
    ),
)
SOURCES = SourcesView(SITES, (KEY,), (NOVEMBER, OCTOBER), ("openai",), "vault")


def part(reason: str, **more: object) -> DifferencePart:
    is_open = reason in ("missing_there", "unexplained")
    return replace(DifferencePart(reason, 0, 0, 0, "", is_open), **more)  # type: ignore[arg-type]


def line(
    model: str, ours: SideView, theirs: SideView | None, *parts: DifferencePart,
    key: str = "OpenAI …Aa1b", **more: object,
) -> ReconciledLine:  # fmt: skip
    made = ReconciledLine(
        key, True, model, None, ours, theirs, parts, any(part.is_open for part in parts)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def view(*lines: ReconciledLine, **more: object) -> ReconciliationView:
    total = line("", SideView(3, 900, 6 * CENT), SideView(4, 950, 7 * CENT),
                 *(part for one in lines for part in one.parts), key="")  # fmt: skip
    made = ReconciliationView(
        "openai", "OpenAI", NOVEMBER, "OpenAI's usage and costs interface", total, lines, (), 0, (),
        any(one.is_open for one in lines),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def dialog(host: QWidget, bridge: NotingBridge) -> ReconciliationDialog:
    card = ReconciliationDialog(host, bridge)  # type: ignore[arg-type]
    card.open()
    bridge.event.emit(ReconciliationSourcesReady(SOURCES))
    return card


def texts(dialog: ReconciliationDialog) -> list[str]:
    # What was put into a layout is shown when its events are handled.
    QCoreApplication.processEvents()
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog)]


def button(dialog: ReconciliationDialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def asked(bridge: NotingBridge) -> AskReconciliation:
    order = bridge.of(AskReconciliation)[-1]
    assert isinstance(order, AskReconciliation)
    return order


def shown(dialog: ReconciliationDialog, bridge: NotingBridge, found: ReconciliationView) -> None:
    button(dialog, "Ask OpenAI").click()
    bridge.event.emit(ReconciliationShown(asked(bridge).serial, found))


def test_it_begins_with_the_provider_that_was_used_last(
    host: QWidget, bridge: NotingBridge
) -> None:
    card = ReconciliationDialog(host, bridge)  # type: ignore[arg-type]
    card.open()
    used = tuple(site.provider for site in reversed(SITES))
    bridge.event.emit(ReconciliationSourcesReady(replace(SOURCES, used=used)))
    assert card.provider.currentData() == used[0]


def test_it_begins_with_the_provider_whose_keys_were_used(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    assert bridge.of(AskReconciliationSources)
    assert dialog.provider.currentText() == "OpenAI"
    assert dialog.month.currentText() == "November 2026"
    assert not dialog.calls_button.isVisibleTo(dialog)


def test_it_asks_with_the_kept_admin_key_and_shows_that_it_waits(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    button(dialog, "Ask OpenAI").click()
    order = asked(bridge)
    assert (order.month, order.provider, order.admin_key_id) == (NOVEMBER, "openai", KEY.id)
    assert dialog.findChild(QProgressBar).isVisibleTo(dialog)
    assert "Asking OpenAI…" in texts(dialog)


def test_files_are_compared_for_the_chosen_month(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    dialog.month.setCurrentIndex(1)
    dialog.compare_files(["/x/usage.csv", "/x/costs.csv"])
    order = asked(bridge)
    assert (order.month, order.files) == (OCTOBER, ("/x/usage.csv", "/x/costs.csv"))
    assert "Reading usage.csv, costs.csv…" in texts(dialog)


def test_openrouter_can_be_asked_call_by_call(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    dialog.provider.setCurrentIndex(dialog.provider.findData("openrouter"))
    assert dialog.calls_button.isVisibleTo(dialog)
    dialog.calls_button.click()
    order = asked(bridge)
    assert (order.provider, order.files, order.admin_key_id) == ("openrouter", (), "")


def test_without_an_admin_key_it_asks_for_one_and_goes_on_when_it_is_kept(
    dialog: ReconciliationDialog, bridge: NotingBridge, qtbot: QtBot
) -> None:
    bridge.event.emit(ReconciliationSourcesReady(replace(SOURCES, admin_keys=())))
    button(dialog, "Ask OpenAI").click()
    assert dialog.form.isVisibleTo(dialog)
    assert dialog.form.field.echoMode() is QLineEdit.EchoMode.Password
    dialog.form.field.setText("  sk-admin-0123456789  ")
    qtbot.keyClick(dialog.form.field, Qt.Key.Key_Return)
    (order,) = bridge.of(KeepAdminKey)
    assert isinstance(order, KeepAdminKey)
    assert (order.provider, order.secret, order.where) == ("openai", "sk-admin-0123456789", "vault")
    bridge.event.emit(ReconciliationSourcesReady(SOURCES))
    bridge.event.emit(AdminKeyKept(order.serial, KEY.id))
    assert asked(bridge).admin_key_id == KEY.id
    assert dialog.form.field.text() == ""


def test_a_key_of_the_wrong_kind_keeps_the_form_and_says_why(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    bridge.event.emit(ReconciliationSourcesReady(replace(SOURCES, admin_keys=())))
    button(dialog, "Ask OpenAI").click()
    dialog.form.field.setText("sk-proj-0123456789")
    button(dialog, "Check and keep").click()
    (order,) = bridge.of(KeepAdminKey)
    assert isinstance(order, KeepAdminKey)
    bridge.event.emit(AdminKeyKept(order.serial, "", "That takes another kind.", "Make one at …"))
    assert "That takes another kind." in texts(dialog)
    assert dialog.form.field.text() == "sk-proj-0123456789"
    assert bridge.of(AskReconciliation) == []


def test_pages_of_the_provider_are_for_the_window_to_open(
    dialog: ReconciliationDialog, bridge: NotingBridge, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.link_asked) as caught:
        button(dialog, "Where the provider has its file").click()
    assert caught.args == ["https://o/csv"]


def test_a_kept_key_is_named_and_can_be_removed(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    assert KEY.name in texts(dialog)
    button(dialog, "Remove this key").click()
    assert bridge.of(RemoveAdminKey) == [RemoveAdminKey(KEY.id)]


def test_both_sides_their_difference_and_its_name_are_shown(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    ours, theirs = SideView(3, 900, 6 * CENT), SideView(4, 950, 7 * CENT)
    shown(dialog, bridge, view(line("GPT-4o", ours, theirs, part("other_calls", cost_pusd=CENT))))
    said = texts(dialog)
    for text in (
        "Every difference has its name.",
        "GPT-4o",
        "OpenAI …Aa1b",
        "$0.060",
        "$0.070",
        "+$0.010",
        "3 calls, 900 tokens",
        "Calls that were not made through Tuppence",
    ):
        assert text in said, text  # fmt: skip


def test_what_is_not_explained_is_said_at_the_top(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    ours, theirs = SideView(3, 900, 6 * CENT), SideView(2, 600, 4 * CENT)
    shown(dialog, bridge, view(line("GPT-4o", ours, theirs, part("missing_there"))))
    assert "Something is left without an explanation." in texts(dialog)


def test_days_that_differ_are_folded_away_until_they_are_wanted(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    ours, theirs = SideView(3, 900, 6 * CENT), SideView(4, 950, 7 * CENT)
    days = tuple(
        line("GPT-4o", ours, theirs, part("other_calls"), day=date(2026, 11, day)) for day in (3, 4)
    )
    shown(dialog, bridge, view(line("GPT-4o", ours, theirs, part("other_calls"), days=days)))
    assert "Tue 3 Nov" not in texts(dialog)
    button(dialog, "By day").click()
    assert "Tue 3 Nov" in texts(dialog)
    button(dialog, "By day").click()
    assert "Tue 3 Nov" not in texts(dialog)


def test_single_calls_are_listed_by_their_id(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    side = SideView(1, 300, 2 * CENT)
    calls = (ReconciledCall("gen-1", side, None, (part("missing_there"),)),)
    shown(dialog, bridge, view(line("GPT-4o", side, side), calls=calls, matched=12))
    said = texts(dialog)
    assert "12 calls agree one by one." in said
    assert "gen-1" in said
    assert "not there" in said


def test_nothing_on_either_side_is_said_so(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    shown(dialog, bridge, view())
    assert "Neither side has calls in this month." in texts(dialog)


def test_a_fault_is_shown_and_the_question_can_be_asked_again(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    button(dialog, "Ask OpenAI").click()
    first = asked(bridge).serial
    bridge.event.emit(ReconciliationShown(first, None, "There is no connection.", "Check it."))
    assert {"There is no connection.", "Check it."} <= set(texts(dialog))
    assert not dialog.findChild(QProgressBar).isVisibleTo(dialog)
    button(dialog, "Try again").click()
    assert asked(bridge).serial != first


def test_a_late_answer_to_an_older_question_is_dropped(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    button(dialog, "Ask OpenAI").click()
    first = asked(bridge).serial
    dialog.compare_files(["/x/usage.csv"])
    bridge.event.emit(ReconciliationShown(first, None, "Late.", ""))
    assert "Late." not in texts(dialog)


def test_names_from_outside_are_shown_as_they_are(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    side = SideView(1, 300, 2 * CENT)
    shown(dialog, bridge, view(line(HOSTILE, side, side, key=HOSTILE), notes=(HOSTILE,)))
    labels = [one for one in dialog.findChildren(QLabel) if one.text() == HOSTILE]
    assert len(labels) == 3
    assert {one.textFormat() for one in labels} == {Qt.TextFormat.PlainText}


def test_a_thousand_lines_do_not_become_a_thousand_widgets(
    dialog: ReconciliationDialog, bridge: NotingBridge
) -> None:
    side = SideView(1, 300, 2 * CENT)
    shown(dialog, bridge, view(*(line(f"model-{n}", side, side) for n in range(1_000))))
    assert "… and 880 more lines" in texts(dialog)


def test_every_reason_has_words() -> None:
    assert set(wording.REASONS) == {str(reason) for reason in Reason}


def test_a_price_that_is_not_known_leaves_their_amount_as_the_difference() -> None:
    ours = SideView(1, 300, None, Certainty.UNKNOWN)
    found = line("GPT-9", ours, SideView(1, 300, 2 * CENT), part("price_unknown"))
    assert wording.side(ours) == "price unknown"
    assert wording.difference(found) == "+$0.020"


def test_without_costs_tokens_are_compared() -> None:
    found = line("GPT-9", SideView(1, 300, CENT), SideView(1, 1_300, None))
    assert wording.difference(found) == "+1,000 tokens"
    assert wording.side(found.theirs) == "1,300 tokens"
