"""What the core says comes to the window in German: every sentence, every figure, every view."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

import pytest
from PySide6.QtCore import QLocale

from app.chat.budget_words import notice_words, refusal_words, short_words
from app.metering.budgets import Budget, BudgetRefusal, BudgetUse, Period, Scope, window_at
from app.seam import assistants, budgets, events, quote_views, reconciliation, usage_views, views
from app.ui.core_views import NAMES, SENTENCES, Translated
from app.ui.core_words import CoreWords
from tests.ui.dialogs.samples import sample_receipt
from tests.ui.shell.core_sentences import ROOT, core_sentences

TABLE = json.loads(
    (ROOT / "resources" / "translations" / "core_de.json").read_text(encoding="utf-8")
)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENGLISH = re.compile(
    r"\b(the|is|are|of|your|you|this|that|and|or|it|its|with|for|to|not|no|left|spent"
    r"|until|wait|charged|sent|answer|message|key|price|unknown|provider|tokens|per|each)\b"
)
# Texts of the seam that are not the core's words: ids, codes, and what people and others wrote.
PLAIN = re.compile(
    r"(id|ref|kind|action|state|role|url|media_type|arguments|result|title|snippet|text|thinking"
    r"|abilities|provider|label|ends_in|where|place|host_id|models|files|user|theme|language|key_hints"
    r"|key_page|csv_page|period|scope|unit|path|outcome|level|blocked|reason|detail|source|name"
    r"|provider_name|siblings|default_model_ref|shortcuts|month|input_usd|output_usd|cached_usd"
    r"|at_message_id|request_id|asked_model|subject_id|narrowed|bar_unit|used|model|key|limit"
    r"|floor|loop_cost|keys|model_name|rate_text|chat_title|assistants|color"
    r"|instructions|tools|about|subject|tool|word|group_name)$|.*_(id|ref|url)$"
)
MODULES = (views, assistants, budgets, quote_views, usage_views, reconciliation, events)


@pytest.fixture(autouse=True)
def german_figures() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def german() -> CoreWords:
    return CoreWords(TABLE)


@pytest.mark.parametrize(("sentence", "place"), core_sentences().items())
def test_every_sentence_of_the_core_has_its_german(sentence: str, place: str) -> None:
    assert sentence.strip() in TABLE, f"app/{place} says what the German window cannot"


def test_a_price_alone_is_written_as_in_the_shop(german: CoreWords) -> None:
    assert german.say("$15.00") == "15,00\u00a0$"
    assert german.say("15.00 EUR") == "15.00 EUR"


def test_a_translation_has_the_places_of_its_sentence() -> None:
    for english, said in TABLE.items():
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", said))


@pytest.mark.parametrize("english", [text for text in TABLE if "{" in text])
def test_every_template_is_found_again_with_values_in_it(german: CoreWords, english: str) -> None:
    values = [f"Xq{place}z" for place in range(9)]
    text = english.format(*values)
    said = german.say(text)
    assert said != text or TABLE[english] == english
    assert all(value in said for value in values[: english.count("{")])


def uses(scope: Scope, period: Period, *, hard: bool, spent: int) -> BudgetUse:
    subject = "" if scope in (Scope.DAY, Scope.MONTH) else "someone"
    budget = Budget("b", scope, 2 * 10**12, hard, subject, period)
    return BudgetUse(window_at(budget, NOW), spent)


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize(
    ("scope", "period"),
    [
        (Scope.DAY, Period.DAY), (Scope.MONTH, Period.MONTH), (Scope.CHAT, Period.EVER),
        (Scope.CHAT, Period.DAY), (Scope.KEY, Period.MONTH),
    ],
)  # fmt: skip
def test_budgets_speak_german(german: CoreWords, scope: Scope, period: Period, hard: bool) -> None:
    for spent in (17 * 10**11, 2 * 10**12, 3 * 10**12):
        use = uses(scope, period, hard=hard, spent=spent)
        for text in (*notice_words(use), short_words(use)):
            assert not ENGLISH.search(german.say(text)), german.say(text)


def test_a_refusal_is_said_with_the_figures_of_the_place(german: CoreWords) -> None:
    use = uses(Scope.MONTH, Period.MONTH, hard=True, spent=15 * 10**11)
    refusal = BudgetRefusal(
        use.budget, 15 * 10**11, 10**10, 5 * 10**11, 9 * 10**11, use.window.end
    )  # fmt: skip
    said, advice = map(german.say, refusal_words(refusal))
    assert said == (
        "Diese Nachricht braucht mindestens 0,90\u00a0$; von deinem Monatsbudget (2,00\u00a0$) "
        "sind bis 1. Dezember noch 0,50\u00a0$ übrig."
    )
    assert not ENGLISH.search(advice)


def test_what_a_provider_said_stays_as_it_was(german: CoreWords) -> None:
    said = german.say("OpenAI refused the key: “Incorrect API key. The key is 1,200 days old”")
    assert said == (
        "OpenAI hat den Schlüssel abgelehnt: „Incorrect API key. The key is 1,200 days old“"
    )


def test_names_of_the_users_are_not_translated(german: CoreWords) -> None:
    assert german.say("“Input” is empty.") == "„Input“ ist leer."
    assert german.say("Nobody ever wrote this sentence.") == "Nobody ever wrote this sentence."


def test_a_hostile_text_is_looked_up_in_no_time(german: CoreWords) -> None:
    for text in ("“" * 990, "a. B" * 240, "x" * 1_000_000, "your " * 190, "is left of " * 90):
        started = datetime.now(UTC)
        german.say(text)
        assert (datetime.now(UTC) - started).total_seconds() < 0.5


def test_a_whole_receipt_comes_in_german(german: CoreWords) -> None:
    kept = dataclasses.replace(
        sample_receipt(),
        rule="You stopped this answer: input and 1,120 tokens were charged.",
        notes=("The total leaves out calls without a known price.",),
    )
    event = events.ReceiptReady(kept)
    shown = Translated(german).event(event)
    assert isinstance(shown, events.ReceiptReady)
    receipt = shown.receipt
    texts = [receipt.payer, receipt.rule, *receipt.notes]
    for call in receipt.calls:
        texts += [call.payer, call.basis]
        texts += [word for part in call.parts for word in (part.label, part.unit, part.rate_text)]
    assert [text for text in texts if ENGLISH.search(text)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_text_of_the_seam_is_known_as_the_cores_or_not(module: ModuleType) -> None:
    for kind in vars(module).values():
        if not dataclasses.is_dataclass(kind) or kind.__module__ != module.__name__:
            continue
        if re.match("Ask|Keep|Remove|Save|Set[A-Z]", kind.__name__):
            continue  # an order: it goes to the core
        said = {*SENTENCES.get(kind, ()), *NAMES.get(kind, ())}
        for field in dataclasses.fields(kind):
            if "str" in str(field.type) and field.name not in said:
                assert PLAIN.match(field.name), f"{kind.__name__}.{field.name}"
