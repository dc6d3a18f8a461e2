"""What hosted credit drew: tokens on the usage page, a receipt and under an answer, no money."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.seam.hosted_views import DrawnView
from app.seam.usage_views import UsageLine, UsageView
from app.seam.views import Certainty, CostLine, ReceiptView
from app.ui.receipt import wording as receipts
from app.ui.receipt.dialog import ReceiptDialog
from app.ui.transcript.footer import CostLineView
from app.ui.usage import wording
from app.ui.usage.dialog import UsageDialog
from app.ui.usage.lists import ASSISTANTS, MEMBERS, MODELS, PAYERS
from tests.ui.dialogs.samples import USD, sample_receipt
from tests.ui.dialogs.test_usage_page import Page, page
from tests.ui.dialogs.usage_samples import FIRST, bar, call, total, view

__all__ = ["page"]

TOKENS, ASKED = DrawnView("", "plan_tokens", 21_935), DrawnView("", "requests", 2)
FREE, PACK = DrawnView("Free", "plan_tokens", 1_588), DrawnView("Starter pack", "plan_tokens", 347)
HOSTED = UsageLine(
    "hosted:s1:a1", "Tokens from Example", "", total(0, drawn=(TOKENS, ASKED)),  # type: ignore[arg-type]
    (DrawnView("Free", "plan_tokens", 10_000), DrawnView("Starter pack", "plan_tokens", 11_935)),
)  # fmt: skip


def drawn(cents: int, **more: object) -> UsageView:
    bars = tuple(
        replace(bar(FIRST, cents and 10), drawn_tokens=5_000, messages=3) for _ in range(3)
    )
    return view(
        total=total(cents, drawn=(TOKENS, ASKED)), bars=bars, payers=(HOSTED,),  # type: ignore[arg-type]
        **more,
    )  # fmt: skip


def cells(card: UsageDialog, place: int) -> list[str]:
    model = card.lists.table(place).model()
    return [str(model.index(0, column).data()) for column in range(model.columnCount())]


def test_tokens_stand_beside_money(page: Page) -> None:
    page.show(drawn(618))
    assert "$6.18 + 21,935 tokens + 2 requests" in page.texts()
    page.card.lists.tabs.setCurrentIndex(PAYERS)
    assert cells(page.card, PAYERS)[2] == "21,935 tokens + 2 requests"
    assert wording.grants(HOSTED) == "Free 10,000 · Starter pack 11,935"


def test_bars_are_tokens_where_nothing_cost_money(page: Page, qtbot: QtBot) -> None:
    page.show(drawn(0))
    assert "21,935 tokens + 2 requests" in page.texts()
    assert page.card.chart.accessibleName() == "Tokens by day"
    assert not page.card.measure.isVisibleTo(page.card)
    described = page.card.chart.accessibleDescription
    qtbot.waitUntil(lambda: "5,000 tokens, 3 messages" in described())
    assert "$" not in described()


def test_bars_of_money_can_be_turned_to_tokens_and_back(qtbot: QtBot, page: Page) -> None:
    page.show(drawn(618))
    assert page.card.chart.accessibleName() == "Cost by day"
    page.card.measure.click()
    assert page.card.chart.accessibleName() == "Tokens by day"
    page.card.measure.click()
    assert page.card.chart.accessibleName() == "Cost by day"


def test_without_tokens_nothing_speaks_of_them(page: Page) -> None:
    page.show(view())
    assert not page.card.measure.isVisibleTo(page.card)
    assert not page.card.lists.tabs.isTabVisible(MEMBERS)


def test_members_are_listed_while_a_group_pays(page: Page) -> None:
    member = UsageLine("", "Ann", "you", total(0, drawn=(TOKENS,)))  # type: ignore[arg-type]
    page.show(drawn(0, members=(member,)))
    assert page.card.lists.tabs.isTabVisible(MEMBERS)
    page.card.lists.tabs.setCurrentIndex(MEMBERS)
    assert cells(page.card, MEMBERS)[0] == "Ann"
    assert cells(page.card, MEMBERS)[2] == "21,935 tokens"
    page.show(drawn(0))
    assert page.card.lists.tabs.currentIndex() == MODELS


def test_assistants_are_listed_once_calls_were_made_with_one(page: Page) -> None:
    page.show(view())
    lists = page.card.lists
    assert not lists.tabs.isTabVisible(ASSISTANTS)
    tutor = UsageLine("a1", "Tutor", "deleted", total(402, drawn=(TOKENS,)))  # type: ignore[arg-type]
    page.show(view(assistants=(tutor,)))
    lists.tabs.setCurrentIndex(ASSISTANTS)
    told = " ".join(cells(page.card, ASSISTANTS))
    assert told.startswith("Tutor")
    assert "$4.02" in told
    # A line of it leads nowhere: calls are not narrowed by assistant.
    lists.table(ASSISTANTS).entered.emit(0)
    assert lists.tabs.currentIndex() == ASSISTANTS


def test_a_call_says_what_was_drawn_and_from_where() -> None:
    hosted = call(1, cost_pusd=0, drawn=(FREE, PACK))
    assert wording.call_charge(hosted) == "1,935 tokens"
    assert "1,588 tokens from Free, 347 tokens from Starter pack" in wording.call_tip(hosted)
    assert wording.call_charge(call(2)) == "$0.0070"


def test_a_free_models_tokens_are_named_beside_those_of_a_plan() -> None:
    free = DrawnView("Free Qwen models", "tokens", 190)
    both = (FREE, free)
    assert wording.call_charge(call(1, cost_pusd=0, drawn=both)) == (
        "1,588 tokens + 190 of free models"
    )
    assert wording.call_charge(call(1, cost_pusd=0, drawn=(free,))) == "190 tokens"


def test_counts_are_about_where_a_call_was_estimated() -> None:
    guessed = total(0, Certainty.ESTIMATED, estimated=1)
    assert wording.counts(guessed) == "12 messages · about 9,000 tokens in · about 1,500 out"
    assert wording.counts(total(0, Certainty.ESTIMATED, unpriced=1)) == (
        "12 messages · 9,000 tokens in · 1,500 out"
    )
    assert wording.call_tokens(203, call(1, certainty=Certainty.ESTIMATED)) == "about 203"
    assert wording.call_tokens(203, call(1, certainty=Certainty.UNKNOWN)) == "203"


def hosted_receipt() -> ReceiptView:
    receipt = sample_receipt()
    calls = tuple(
        replace(
            one, is_hosted=True, total_pusd=None, price_source="",
            parts=tuple(replace(part, amount_pusd=None, rate_text="") for part in one.parts),
        )
        for one in receipt.calls
    )  # fmt: skip
    return replace(
        receipt, total_pusd=0, calls=calls, shares=(), price_source="", drawn=(FREE, PACK),
        certainty=Certainty.EXACT, quoted_likely_pusd=None, quoted_most_pusd=None,
        server_request_id="rq_1",
    )  # fmt: skip


def test_a_receipt_shows_what_was_drawn_and_no_money(host: QWidget) -> None:
    card = ReceiptDialog(host, hosted_receipt())
    card.open()
    QApplication.processEvents()
    said = [label.text() for label in card.findChildren(QLabel)]
    assert "1,935 tokens" in said
    assert "1,588 tokens from Free, 347 tokens from Starter pack" in said
    assert "rq_1" in said
    assert not [text for text in said if "$" in text or "price unknown" in text]
    text = receipts.as_text(hosted_receipt())
    assert "$" not in text
    assert "unknown" not in text


def test_an_estimate_of_a_servers_was_not_counted_here(host: QWidget) -> None:
    receipt = hosted_receipt()
    calls = tuple(replace(one, certainty=Certainty.ESTIMATED) for one in receipt.calls)
    guessed = replace(receipt, calls=calls, certainty=Certainty.ESTIMATED)
    card = ReceiptDialog(host, guessed)
    card.open()
    QApplication.processEvents()
    said = [label.text() for label in card.findChildren(QLabel)]
    assert said.count("estimated: the server's count") == 1 + len(calls)
    assert not [text for text in said if "counted here" in text and text not in receipt.notes]


def test_dollars_that_were_drawn_at_the_rates_are_shown_with_them(host: QWidget) -> None:
    plain = sample_receipt()
    calls = tuple(replace(one, is_hosted=True, total_pusd=None) for one in plain.calls)
    dollars = replace(
        hosted_receipt(), calls=calls, drawn=(DrawnView("Free", "usd", plain.total_pusd or 0),)
    )
    card = ReceiptDialog(host, dollars)
    card.open()
    QApplication.processEvents()
    said = [label.text() for label in card.findChildren(QLabel)]
    assert "Rate" in said
    assert plain.calls[0].parts[0].rate_text in said
    assert plain.calls[0].parts[0].rate_text in receipts.as_text(dollars)


def test_a_receipt_names_the_weight_so_that_it_can_be_recalculated() -> None:
    [first, *_] = hosted_receipt().calls
    assert "each token counts as 10" in receipts.call_facts(replace(first, weight=10))
    assert "counts as" not in receipts.call_facts(replace(first, weight=1))


def test_money_of_an_own_key_stands_beside_what_was_drawn() -> None:
    receipt = replace(hosted_receipt(), total_pusd=4 * USD // 100)
    assert receipts.charged(receipt) == "1,935 tokens + $0.04"


@pytest.mark.parametrize(
    ("certainty", "said"),
    [(Certainty.EXACT, "1,935 tokens"), (Certainty.PENDING, "cost not known yet")],
)
def test_the_line_under_an_answer_says_tokens_and_their_grants(
    qtbot: QtBot, certainty: Certainty, said: str
) -> None:
    line = CostLineView()
    qtbot.addWidget(line)
    cost = CostLine(
        total_pusd=7 * USD // 1000, certainty=certainty, input_tokens=312, output_tokens=75,
        thinking_tokens=0, payer="Example tokens", duration_s=1.9, drawn=(FREE, PACK),
    )  # fmt: skip
    line.show_cost(cost)
    assert line.texts()[0] == said
    assert "Free, Starter pack" in line.texts()
    assert not any("$" in text for text in line.texts())
