"""Markdown as segments, whole and in a stream that is cut anywhere."""

# ruff: noqa: E501

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.ui.transcript.pieces import Code, Formula, Picture, Prose, Rule, Table, segment_text
from app.ui.transcript.segments import PARAGRAPHS_MAX, SegmentStream, clean, segments_of

SAMPLES = (
    "# Title\n\nText with **bold**, *italics*, `code` and ~~strike~~.\n\nSetext\n===\n\nagain\n---\n",
    "- one\n- two\n  - nested\n    more\n\n- three\n\n  its second paragraph\n\n1. a\n2. b\n10. c\n",
    "3) c\n4) d\n\n   ```py\n   x = 1\n   ```\n5) e\n* other\n+ another\n\n- [ ] open\n- [x] done\n",
    "```python\ndef f():\n    return '''\n\n    a'''\n```\nafter\n````md\n```\nnested\n```\n````\n",
    "~~~ sql extra words\nSELECT 1;\n``` \n~~~~\n\n    indented code\n\n    more\nend\n",
    "para\n```\nnever closed\n\n# not a heading\n- not a list\n",
    "| a | b |\n|:--|--:|\n| 1 | **2** |\n| 3 |\n\ntext\n| x |\n|---|\n| y | z |\nnot | row\n",
    "> quote\n> - item\n>   ```\n>   code\n>   ```\nlazy\n\n> other\n\n---\n***\n",
    "see [it] and [that][b].\n\n- [it] again\n\n[it]: https://a.example 'T'\n[b]: http://b.example\n\nend [it]\n",
    "[it]: /first\n\n[it]: /second\n\n[it] and [x]\n\npara\n\n[X]:\n  https://late.example\n  'over\n  lines'\n",
    "<script>alert(1)</script>\n\n<div>\n\n<b>x</b> &amp; &lt; &#35;\n\n<!-- a\n\nb -->\n",
    "math $x^2$ and \\(y\\), $5 or $6, $$z$$\n\n$$\na\n\nb\n$$\n\\[\nc\n\\]\n$$one$$\n$$\nopen\n\n- a\n",
    "a\r\nb\r\n\r\n- c\r\n- d\r\n```\r\ncode\r\n\r\n```\r\nend\rold mac\r",
    "![alt](https://pic.example/a.png)\n\ntext ![in](file:///etc/passwd) text\n[x](javascript:alert(1)) <http://auto.example>\n",
    "emoji 👩‍👩‍👧 and \ud83d\ude00 and \ud800 alone, زبان, 漢字\n\nhttps://bare.example/a(b), www.no.example\n",
    "-\n-  \n  foo\n- ---\n1.\n2. # head\n   ===\n\n0. zero\n1. one\n- a\n - b\n  - c\n   - d\n    - e\n",
    "para\n#\n-\n1\n+\n=\n`\n\n\n\n   \n*a\nb*\n** c**\n\\\n\0x\n\tcode\n - \ttab\n",
)  # fmt: skip


def spans_of(text: str) -> tuple[object, ...]:
    (prose,) = segments_of(text)
    assert isinstance(prose, Prose)
    return prose.paragraphs[0].spans


def stream(text: str, cuts: list[int]) -> SegmentStream:
    made = SegmentStream()
    places = sorted(cut % (len(text) + 1) for cut in cuts)
    for begin, end in zip([0, *places], [*places, len(text)], strict=True):
        made.feed(text[begin:end])
        made.segments()
    return made


texts = st.one_of(
    st.sampled_from(SAMPLES),
    st.lists(st.sampled_from(SAMPLES), min_size=2, max_size=3).map("\n".join),
    st.lists(
        st.sampled_from(
            ["- ", "* ", "1. ", "2) ", "\n", "\n\n", "    ", "  ", "```", "~~~", "> ", "# ", "a", "b c",
             "|", "---", "|-|", "[a]", "[a]: /u", "$$", "\\[", "\\]", "\r\n", "\r", "===", "<b>", "\t"]
        ),
        max_size=40,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(texts, st.lists(st.integers(0, 5000), max_size=30))
@example("see [it]\n\nmore\n\n[it]: http://a.example\n", [9, 14, 20, 30])
@example("a\r\nb", [2])
def test_any_split_of_a_stream_gives_the_segments_of_the_whole_text(
    text: str, cuts: list[int]
) -> None:
    made = stream(text, cuts)
    assert made.finish() == segments_of(text)
    assert made.text == clean(text)


@settings(max_examples=300, deadline=None)
@given(texts.filter(lambda text: "]:" not in text), st.lists(st.integers(0, 5000), max_size=30))
def test_what_is_shown_while_streaming_is_what_the_text_so_far_says(
    text: str, cuts: list[int]
) -> None:
    made = stream(text, cuts)
    if not text.endswith("\r"):
        assert made.segments() == segments_of(text)


@pytest.mark.parametrize("text", SAMPLES)
def test_a_stream_of_single_characters_never_differs_from_the_text_so_far(text: str) -> None:
    made = SegmentStream()
    for place, character in enumerate(text, start=1):
        made.feed(character)
        shown = made.segments()
        if "]:" not in text and character != "\r" and "\ud800" not in text:
            assert shown == segments_of(text[:place])
    assert made.finish() == segments_of(text)


def test_closed_blocks_stay_the_same_objects_while_the_rest_arrives() -> None:
    made = SegmentStream()
    made.feed("first\n\n```\ncode\n```\n\nsecond\n\nthird")
    before = made.segments()
    made.feed(" and more")
    after = made.segments()
    assert after[0] is before[0]
    assert after[1] is before[1]
    assert made.open_from == 2


def test_a_link_definition_that_comes_late_makes_links_of_what_was_frozen() -> None:
    made = SegmentStream()
    made.feed("see [it]\n\nmore\n\nlast\n\n")
    made.segments()
    made.feed("[it]: https://a.example\n\nend\n")
    prose = made.segments()[0]
    assert isinstance(prose, Prose)
    assert prose.paragraphs[0].spans[1].link == "https://a.example"


def test_items_of_a_list_are_frozen_one_by_one_and_keep_their_numbers() -> None:
    made = SegmentStream()
    for number in range(1, 50):
        made.feed(f"{number}. item\n")
        prose = made.segments()[-1]
    assert isinstance(prose, Prose)
    assert prose.paragraphs[-1].marker == "49."
    assert len(made._tail) < 20


def test_tags_are_text() -> None:
    assert "<img src=x>" in segment_text(segments_of("a <img src=x> b")[0])


def test_only_web_and_mail_addresses_become_links() -> None:
    assert spans_of("[a](https://x.example)")[0].link == "https://x.example"
    assert spans_of("[a](mailto:b@x.example)")[0].link == "mailto:b@x.example"
    for address in ("file:///etc/passwd", "javascript:alert(1)", "//host/share", "C:/x", "data:x"):
        spans = spans_of(f"[a]({address})")
        assert all(not span.link for span in spans)
        assert spans[-1].text.endswith(f"({address})")


def test_a_bare_address_becomes_a_link_without_the_full_stop_behind_it() -> None:
    spans = spans_of("see https://a.example/b. Then")
    assert spans[1].link == "https://a.example/b"


def test_money_is_not_a_formula() -> None:
    assert not any(span.math for span in spans_of("it costs $5, or $6 a month, or US$ 7"))
    for money in (
        "$5-$10",
        "$5M-$10M",
        "C$5/US$ 7",
        "$5 or $",
        "$5/$6",
        "$1,000$",
        "$5k$s",
        "$5-$",
    ):
        assert not any(span.math for span in spans_of(money)), money


@pytest.mark.parametrize("term", ["4a", "42", "2.5x", "2(a-b)", "3*4", "1/2", "2ab"])
def test_a_term_that_begins_with_a_number_is_a_formula(term: str) -> None:
    spans = spans_of(f"it is ${term}$, as said")
    assert [span.text for span in spans if span.math] == [term]
    assert [span.text for span in spans_of("so $x^2$ grows") if span.math] == ["x^2"]


def test_blocks_become_segments_of_their_own() -> None:
    text = "a\n\n```py\nb\n```\n\n| c |\n|---|\n| d |\n\n---\n\n$$\ne\n$$\n\n![f](https://g.example/h)\n"
    kinds = [type(segment) for segment in segments_of(text)]
    assert kinds == [Prose, Code, Table, Rule, Formula, Picture]


def test_code_inside_a_list_is_a_block_and_the_list_goes_on() -> None:
    first, code, second = segments_of("1. a\n   ```\n   x\n   ```\n2. b\n")
    assert isinstance(code, Code)
    assert code.indent == 1
    assert isinstance(first, Prose)
    assert isinstance(second, Prose)
    assert second.paragraphs[0].marker == "2."


def test_a_run_of_paragraphs_is_cut_at_the_limit() -> None:
    sizes = [len(s.paragraphs) for s in segments_of("a\n\n" * 100) if isinstance(s, Prose)]
    assert sizes == [PARAGRAPHS_MAX, PARAGRAPHS_MAX, 20]


def test_a_huge_text_is_shown_unformatted() -> None:
    (code,) = segments_of("# x\n" * 200_000)
    assert isinstance(code, Code)


def test_reading_a_stream_costs_no_more_per_token_at_its_end_than_at_its_start() -> None:
    made = SegmentStream()
    text = "Some **bold** text with `code`.\n\n- one\n- two\n\n```py\nx = 1\n```\n\n" * 150
    spent: list[float] = []
    for place in range(0, len(text), 8):
        made.feed(text[place : place + 8])
        begin = time.thread_time()
        made.segments()
        spent.append(time.thread_time() - begin)
    third = len(spent) // 3
    assert sum(spent[-third:]) < 3 * sum(spent[:third])
