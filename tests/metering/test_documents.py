"""Counting files that a provider reads itself: PDF, sound, film."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metering.documents import media_tokens
from app.metering.documents_pdf import PdfSize, read_pdf
from app.metering.framing import CountHints
from app.metering.tokens import TokenCounter
from app.request import AudioPart, ChatRequest, DocumentPart, VideoPart

COUNTER = TokenCounter(Path(__file__).resolve().parents[2] / "resources" / "tokenizers")


def pdf(pages: int, text: str, *, packed: bool = False) -> bytes:
    """A small whole PDF; `packed` puts its page objects into an object stream, as new ones do."""
    drawing = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    squeezed = zlib.compress(drawing)
    kids = " ".join(f"{number + 10} 0 R" for number in range(pages))
    tree = f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode()
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    streams = b"".join(
        b"%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n"
        % (number + 100, len(squeezed), squeezed)
        for number in range(pages)
    )
    objects = tree + b"\n" + b"\n".join([page] * pages)
    if packed:
        inside = zlib.compress(objects)
        head = b"<< /Type /ObjStm /N 9 /First 9 /Length %d /Filter /FlateDecode >>" % len(inside)
        objects = b"5 0 obj\n" + head + b"\nstream\n" + inside + b"\nendstream\nendobj"
    return b"%PDF-1.7\n" + objects + b"\n" + streams + b"trailer << /Root 1 0 R >>\n%%EOF"


@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_tells_its_pages_and_what_is_drawn_on_them(packed: bool) -> None:
    assert read_pdf(pdf(3, "a" * 400, packed=packed)) == PdfSize(3, 1200)


def test_letters_that_are_written_out_or_escaped_count_once() -> None:
    assert read_pdf(pdf(1, r"\(a\)\101")) == PdfSize(1, 4)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.4 no page", b"%PDF-1.4 /Encrypt"])
def test_what_is_no_readable_pdf_has_no_size(content: bytes) -> None:
    assert read_pdf(content) is None


@given(st.binary(max_size=400), st.integers(0, 600))
def test_no_broken_pdf_stops_the_count(rubbish: bytes, place: int) -> None:
    whole = pdf(2, "hello")
    size = read_pdf(whole[:place] + rubbish + whole[place:])
    assert size is None or size.pages >= 0


def test_a_pdf_that_unpacks_without_end_is_read_only_so_far() -> None:
    bomb = zlib.compress(b"BT (a) Tj ET " * 4_000_000, 1)
    size = read_pdf(
        pdf(1, "a") + b"9 0 obj << /Filter /FlateDecode >> stream\n" + bomb + b"endstream"
    )
    assert size is not None
    assert size.characters <= 2_000_000


@pytest.mark.parametrize(
    ("rule", "model", "least", "most"),
    [
        ("gemini", "gemini-2.5-pro", 258, 258),
        ("gemini", "gemini-3-flash", 560, 560),
        # A page of text measured at 2,115 tokens: 1,592 for its picture and 503 for its text.
        ("anthropic", "claude-haiku-4-5", 1950, 2250),
        ("openai", "gpt-4o", 765 + 480, 1105 + 520),
    ],
)
def test_a_page_counts_by_its_vendors_rule(rule: str, model: str, least: int, most: int) -> None:
    page = DocumentPart("page.pdf", "application/pdf", pdf(1, "word " * 400))
    assert least <= media_tokens(rule, model, page).tokens <= most


@pytest.mark.parametrize(
    ("rule", "model", "tokens", "published"),
    [
        ("gemini", "gemini-2.5-pro", 320, True),
        ("openai", "gpt-audio", 100, True),
        ("mistral", "voxtral", 125, False),
        ("anthropic", "claude-sonnet-4-5", 320, False),
    ],
)
def test_sound_counts_by_its_length_and_says_where_no_vendor_says_how(
    rule: str, model: str, tokens: int, published: bool
) -> None:
    found = media_tokens(rule, model, AudioPart("audio/wav", b"", 10_000))
    assert (found.tokens, found.certain) == (tokens, published)


@pytest.mark.parametrize(
    ("model", "tokens", "published"),
    [("gemini-2.5-pro", 2630, True), ("gemini-3-pro", 1020, False)],
)
def test_film_counts_by_its_length(model: str, tokens: int, published: bool) -> None:
    found = media_tokens("gemini", model, VideoPart("video/mp4", b"", 10_000))
    assert (found.tokens, found.certain) == (tokens, published)


def test_sound_of_unknown_length_is_guessed_from_its_bytes_and_says_so() -> None:
    found = media_tokens("gemini", "gemini-2.5-pro", AudioPart("audio/mpeg", bytes(160_000)))
    assert (found.tokens, found.certain) == (320, False)


def test_files_are_part_of_a_requests_count_and_widen_its_margin() -> None:
    file = DocumentPart("page.pdf", "application/pdf", pdf(4, "word " * 400))
    request = ChatRequest("gemini-3-flash", (), 100)
    bare = COUNTER.count(request, provider="google", model=request.model)
    found = COUNTER.count(
        request, provider="google", model=request.model, hints=CountHints(media=(file,))
    )
    assert found.tokens - bare.tokens == 4 * 560
    assert found.spread >= 4 * 560 // 8
