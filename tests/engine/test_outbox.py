from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.engine.outbox import Outbox
from app.seam import events


def text(message_id: str, words: str) -> events.TextArrived:
    return events.TextArrived("chat", 0, message_id, words)


def test_neighboring_text_of_one_message_is_joined() -> None:
    box = Outbox(lambda: None)
    for words in ("a", "b", "c"):
        box.put(text("m", words))
    assert box.drain() == [text("m", "abc")]


def test_two_panes_that_stream_at_once_give_one_event_each() -> None:
    box = Outbox(lambda: None)
    for _ in range(100):
        box.put(text("left", "l"))
        box.put(text("right", "r"))
    assert box.drain() == [text("left", "l" * 100), text("right", "r" * 100)]


def test_text_is_not_joined_across_another_event() -> None:
    box = Outbox(lambda: None)
    notice = events.Notice("info", "x")
    box.put(text("m", "a"))
    box.put(notice)
    box.put(text("m", "b"))
    assert box.drain() == [text("m", "a"), notice, text("m", "b")]


def test_a_newer_list_replaces_an_unread_older_one() -> None:
    box = Outbox(lambda: None)
    box.put(events.ModelsListed((), refreshing=True))
    box.put(events.ModelsListed((), refreshing=False))
    assert box.drain() == [events.ModelsListed((), refreshing=False)]


def test_the_window_is_woken_once_for_a_full_box() -> None:
    woken: list[int] = []
    box = Outbox(lambda: woken.append(1))
    box.put(text("m", "a"))
    box.put(text("m", "b"))
    assert len(woken) == 1
    box.drain()
    box.put(text("m", "c"))
    assert len(woken) == 2


pieces = st.lists(
    st.one_of(
        st.builds(text, st.sampled_from(["m1", "m2"]), st.text(max_size=3)),
        st.builds(
            events.ThinkingArrived,
            st.just("chat"),
            st.just(0),
            st.sampled_from(["m1", "m2"]),
            st.text(max_size=3),
        ),
        st.just(None),
    )
)


@given(pieces)
def test_joining_never_changes_what_a_message_says(put: list[events.Event | None]) -> None:
    box = Outbox(lambda: None)
    drained: list[events.Event] = []
    for event in put:
        if event is None:
            drained += box.drain()
        else:
            box.put(event)
    drained += box.drain()
    for message_id in ("m1", "m2"):
        for kind in (events.TextArrived, events.ThinkingArrived):
            said = [e.text for e in put if isinstance(e, kind) and e.message_id == message_id]
            heard = [e.text for e in drained if isinstance(e, kind) and e.message_id == message_id]
            assert "".join(said) == "".join(heard)


def test_a_newer_list_comes_behind_what_it_already_knows_of() -> None:
    """An older word on a row, heard after the list, would bring back what the list took away."""
    box = Outbox(lambda: None)
    box.put(events.ChatsListed(()))
    notice = events.Notice("info", "A row changed.")
    box.put(notice)
    newest = events.ChatsListed(())
    box.put(newest)
    assert box.drain() == [notice, newest]
