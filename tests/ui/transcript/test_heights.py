"""Heights as prefix sums."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.ui.transcript.heights import Heights

heights = st.lists(st.integers(1, 500), min_size=1, max_size=80)


@given(heights, st.data())
def test_tops_are_the_sums_of_the_heights_before_whatever_was_changed(
    given_heights: list[int], data: st.DataObject
) -> None:
    kept, plain = Heights(given_heights), list(given_heights)
    for _ in range(10):
        match data.draw(st.sampled_from(["put", "append", "cut"])):
            case "put" if plain:
                index = data.draw(st.integers(0, len(plain) - 1))
                plain[index] = data.draw(st.integers(1, 500))
                kept.put(index, plain[index], exact=True)
            case "append":
                plain.append(data.draw(st.integers(1, 500)))
                kept.append(plain[-1])
            case _:
                count = data.draw(st.integers(0, len(plain)))
                del plain[count:]
                kept.cut(count)
    assert [kept.top(index) for index in range(len(plain) + 1)] == [
        sum(plain[:index]) for index in range(len(plain) + 1)
    ]
    assert kept.total == sum(plain)


@given(heights, st.integers(-10, 50_000))
def test_the_message_at_an_offset_is_the_one_that_covers_it(
    given_heights: list[int], offset: int
) -> None:
    kept = Heights(given_heights)
    index = kept.at(offset)
    inside = 0 <= offset < kept.total
    assert not inside or kept.top(index) <= offset < kept.top(index + 1)
    assert inside or index == (0 if offset < 0 else len(given_heights) - 1)


def test_a_height_that_stays_the_same_is_no_change() -> None:
    kept = Heights([10, 20])
    assert not kept.put(1, 20, exact=True)
    assert kept.put(1, 21, exact=True)
    assert bytes(kept.exact) == b"\x00\x01"
