from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LedgerError, StoreError
from app.metering.hold import HoldState, Proof
from app.store.records import HoldRecord, MessageRecord, State
from app.store.shelves import Shelves
from tests.store.given import Records, SetClock, undone


def answer(records: Records, **fields: object) -> MessageRecord:
    values = {"role": "assistant", "text": "", "state": State.STREAMING}
    return records.message("answer", "question", **(values | fields))


@pytest.fixture
def asked(shelves: Shelves, records: Records) -> Shelves:
    """A question, a running answer, and its hold, dispatched."""
    shelves.messages.add(records.message("question"))
    shelves.messages.add(answer(records))
    shelves.holds.admit(records.hold())
    shelves.holds.dispatch("hold")
    return shelves


def settled(records: Records) -> HoldRecord:
    return records.hold(state=HoldState.SETTLED, settled_pusd=1_000_000, basis="provider_usage")


def test_a_message_comes_back_as_it_was_written(shelves: Shelves, records: Records) -> None:
    written = records.message(
        "full",
        text="héllo\n🙂",
        role="assistant",
        thinking="hm",
        thinking_s=1.25,
        duration_s=3.5,
        model_ref="key/gpt",
        model_name="GPT",
        fault_json="[]",
        extras_json="{}",
        receipt_json='{"total": 1}',
        attachment_ids=("a", "b"),
    )
    shelves.messages.add(written)
    assert shelves.messages.get("full") == replace(written, siblings=("full",))


def test_a_message_that_is_not_there_is_none(shelves: Shelves) -> None:
    assert shelves.messages.get("nobody") is None


def test_a_path_goes_from_the_root_to_the_leaf(shelves: Shelves, records: Records) -> None:
    for id_, parent in (("a", None), ("b", "a"), ("c", "b"), ("other", "a")):
        shelves.messages.add(records.message(id_, parent))
    assert [message.id for message in shelves.messages.path("c")] == ["a", "b", "c"]


def test_no_leaf_is_an_empty_path(shelves: Shelves) -> None:
    assert shelves.messages.path(None) == []


def test_siblings_are_all_versions_oldest_first(shelves: Shelves, records: Records) -> None:
    shelves.messages.add(records.message("question"))
    for id_ in ("z", "m", "a"):
        shelves.messages.add(records.message(id_, "question"))
    assert shelves.messages.get("m").siblings == ("z", "m", "a")
    assert shelves.messages.path("m")[-1].siblings == ("z", "m", "a")


def test_a_clock_that_is_set_back_changes_no_order(
    shelves: Shelves, records: Records, set_clock: SetClock
) -> None:
    shelves.messages.add(records.message("question"))
    shelves.messages.add(records.message("first", "question", created_at=set_clock.at))
    set_clock.advance(days=-400)
    shelves.messages.add(records.message("second", "question", created_at=set_clock.at))
    assert shelves.messages.get("first").siblings == ("first", "second")
    assert shelves.messages.newest_leaf("question") == "second"


def test_a_message_without_its_chat_is_refused(shelves: Shelves, records: Records) -> None:
    with pytest.raises(StoreError):
        shelves.messages.add(records.message("lost", chat_id="nowhere"))


def test_a_partial_answer_is_read_whole(asked: Shelves) -> None:
    for text in ("One", "One two", "One two three"):
        asked.messages.save_partial("answer", text=text, thinking="hm", output_tokens=3)
    saved = asked.messages.get("answer")
    assert (saved.text, saved.thinking, saved.state) == ("One two three", "hm", State.STREAMING)


def test_saving_a_partial_answer_writes_only_what_is_new(asked: Shelves) -> None:
    long = "word " * 10_000
    asked.messages.save_partial("answer", text=long, thinking="", output_tokens=1)
    asked.messages.save_partial("answer", text=long + "more", thinking="", output_tokens=2)
    pieces = asked.database.rows("SELECT text FROM pieces ORDER BY seq")
    assert pieces == [(long,), ("more",)]


def test_a_partial_answer_that_was_changed_replaces_what_was_saved(asked: Shelves) -> None:
    asked.messages.save_partial("answer", text="abc", thinking="", output_tokens=1)
    asked.messages.save_partial("answer", text="xyz!", thinking="", output_tokens=2)
    assert asked.messages.get("answer").text == "xyz!"


def test_a_partial_save_that_was_undone_is_written_again(asked: Shelves) -> None:
    asked.messages.save_partial("answer", text="one ", thinking="", output_tokens=1)
    with undone(asked.database):
        asked.messages.save_partial("answer", text="one two ", thinking="", output_tokens=2)
    asked.messages.save_partial("answer", text="one two three", thinking="", output_tokens=3)
    assert asked.messages.get("answer").text == "one two three"


def test_a_partial_save_is_the_holds_heartbeat(asked: Shelves) -> None:
    asked.messages.save_partial("answer", text="a", thinking="", output_tokens=12)
    asked.messages.save_partial("answer", text="ab", thinking="", output_tokens=7)
    assert asked.holds.get("hold").output_tokens_seen == 12


def test_a_late_partial_save_leaves_a_finished_answer_alone(
    asked: Shelves, records: Records
) -> None:
    asked.messages.finish(answer(records, text="done", state=State.COMPLETE), [], settled(records))
    asked.messages.save_partial("answer", text="don", thinking="", output_tokens=1)
    assert asked.messages.get("answer").text == "done"


def test_an_answer_ends_with_receipt_usage_sums_and_hold_together(
    asked: Shelves, records: Records
) -> None:
    asked.messages.save_partial("answer", text="par", thinking="", output_tokens=1)
    done = answer(records, text="whole", state=State.COMPLETE, receipt_json='{"total": 5}')
    asked.messages.finish(done, [records.usage("call")], settled(records))
    assert asked.messages.get("answer") == replace(done, siblings=("answer",))
    assert asked.holds.get("hold").state is HoldState.SETTLED
    assert asked.chats.get("chat").total_pusd == 1_000_000
    assert asked.database.rows("SELECT count(*) FROM pieces") == [(0,)]


def test_an_end_that_fails_leaves_nothing_behind(asked: Shelves, records: Records) -> None:
    asked.holds.release("hold", proof=Proof.NO_OUTPUT)
    done = answer(records, text="whole", state=State.COMPLETE, receipt_json="{}")
    with pytest.raises(LedgerError):
        asked.messages.finish(done, [records.usage("call")], settled(records))
    assert asked.messages.get("answer").state is State.STREAMING
    assert asked.messages.get("answer").receipt_json is None
    assert asked.chats.get("chat").total_pusd == 0
    assert asked.database.rows("SELECT count(*) FROM usage") == [(0,)]


def test_a_refused_call_ends_with_its_hold_released(asked: Shelves, records: Records) -> None:
    ended = answer(records, state=State.INCOMPLETE, fault_json="[]")
    asked.messages.finish(ended, [], records.hold(state=HoldState.RELEASED, proof=Proof.REFUSED))
    assert asked.holds.get("hold").state is HoldState.RELEASED


def test_a_second_finish_of_an_answer_counts_it_once(asked: Shelves, records: Records) -> None:
    done = answer(records, text="a", state=State.INTERRUPTED, receipt_json="{}")
    asked.messages.finish(done, [records.usage("call", cost_pusd=None)], settled(records))
    assert asked.chats.get("chat").unpriced == 1
    calls = [records.usage("call", cost_pusd=7), records.usage("again", cost_pusd=5)]
    asked.messages.finish(replace(done, text="ab", state=State.COMPLETE), calls, None)
    chat = asked.chats.get("chat")
    assert (chat.total_pusd, chat.unpriced, chat.estimated) == (12, 0, 0)


def test_running_answers_are_found_after_a_start(asked: Shelves) -> None:
    asked.messages.save_partial("answer", text="so far", thinking="", output_tokens=2)
    assert [(message.id, message.text) for message in asked.messages.unfinished()] == [
        ("answer", "so far")
    ]


def test_an_answer_that_is_stopped_keeps_what_came(asked: Shelves) -> None:
    asked.messages.save_partial("answer", text="so far", thinking="hm", output_tokens=2)
    asked.messages.set_state("answer", State.INTERRUPTED)
    kept = asked.messages.get("answer")
    assert (kept.text, kept.thinking, kept.state) == ("so far", "hm", State.INTERRUPTED)
    assert asked.messages.unfinished() == []


def test_extras_can_be_set_later(asked: Shelves) -> None:
    asked.messages.set_extras("answer", '{"kept": true}')
    assert asked.messages.get("answer").extras_json == '{"kept": true}'


def test_changing_a_message_that_is_gone_is_an_error(shelves: Shelves) -> None:
    with pytest.raises(StoreError):
        shelves.messages.set_state("nobody", State.COMPLETE)


def test_a_message_of_five_megabytes_comes_back_whole(asked: Shelves, records: Records) -> None:
    text = "Ünïcode words and more. " * 220_000
    asked.messages.save_partial("answer", text=text, thinking="", output_tokens=1)
    assert asked.messages.get("answer").text == text
    asked.messages.finish(answer(records, text=text, state=State.COMPLETE), [], settled(records))
    assert asked.messages.get("answer").text == text


def test_half_a_surrogate_pair_is_replaced_and_not_refused(
    shelves: Shelves, records: Records
) -> None:
    shelves.messages.add(records.message("odd", text="a\ud83db\0c"))
    assert shelves.messages.get("odd").text == "a\ufffdb\0c"


def test_all_of_a_chat_is_every_branch_in_the_order_of_writing(
    shelves: Shelves, records: Records
) -> None:
    for id_, parent in (("a", None), ("b", "a"), ("c", "a"), ("d", "b")):
        shelves.messages.add(records.message(id_, parent))
    assert [message.id for message in shelves.messages.all_of("chat")] == ["a", "b", "c", "d"]
