"""PDF and Word documents go along as their text; what has none is refused before it costs."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path

import pytest

from app.chat import document_text as documents
from app.chat.files import TEXT_BYTES_MAX, accept, read_file
from app.errors import AttachmentError
from app.seam import commands, events
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

FOLDER = Path(__file__).parents[1] / "golden" / "documents"
REPORT = (FOLDER / "report.pdf").read_bytes()
MINUTES = (FOLDER / "minutes.docx").read_bytes()
TEXT_OF_REPORT = """[Page 1]
Quarterly report
Sales grew by 12 % – to €4,200 for each cus-tomer.

[Page 2, no text]

[Page 3]
Outlook
Nothing is known yet."""


def text_of(name: str) -> str:
    file = read_file(FOLDER / name)
    assert (file.name, file.media_type) == (name, "text/plain")
    return file.content.decode()


def test_a_pdf_goes_as_its_text_page_by_page() -> None:
    assert text_of("report.pdf") == TEXT_OF_REPORT


def test_a_word_document_keeps_headings_lists_tables_and_what_was_inserted() -> None:
    assert text_of("minutes.docx") == (
        "<h1>Minutes</h1>\n\n"
        "Present: Ada &amp; Grace &lt;both&gt;.\n\n"
        "<ul><li>buy paper</li><li>sell pens</li></ul>"
        "<table><tr><td>Item</td><td>Price</td></tr><tr><td>Paper</td><td>4.20</td></tr></table>"
        "\n\nThe board agreed unanimously"
    )


def test_a_document_is_told_from_its_bytes_whatever_its_name() -> None:
    assert accept("report", b"\n" * 20 + REPORT).content.decode() == TEXT_OF_REPORT
    assert accept("notes.pdf", b"only text").content == b"only text"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scanned.pdf", "has no text, only pictures of pages"),
        ("locked.pdf", "locked with a password"),
        ("pictures.docx", "has no text"),
    ],
)
def test_a_document_without_words_is_refused_with_what_to_do(name: str, words: str) -> None:
    with pytest.raises(AttachmentError, match=words) as caught:
        read_file(FOLDER / name)
    assert name in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize(("name", "content"), [("a.pdf", REPORT), ("a.docx", MINUTES)])
def test_half_a_document_is_read_or_refused_in_words(
    name: str, content: bytes, kept: float
) -> None:
    said = _read_or_refused(name, content[: int(len(content) * kept)])
    assert said == TEXT_OF_REPORT or name in said


@pytest.mark.parametrize("spoil", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
@pytest.mark.parametrize("by", [b"", b"<w:document", b"<other/>", b"\xff\xfe\0 no XML at all"])
def test_a_spoiled_word_document_is_read_or_refused_in_words(spoil: str, by: bytes) -> None:
    said = _read_or_refused("minutes.docx", _packed({spoil: by}))
    assert said.startswith("<h1>Minutes</h1>") or "minutes.docx" in said


def test_another_packed_file_is_no_document() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(AttachmentError, match="neither text nor an image"):
        accept("a.zip", packed.getvalue())


def test_a_word_document_that_unpacks_to_gigabytes_is_refused_before() -> None:
    bomb = _packed({"word/document.xml": b"<" + b" " * (documents._WORD_XML_BYTES_MAX + 1)})
    assert len(bomb) < 1_000_000
    with pytest.raises(AttachmentError, match="too long to be read"):
        accept("bomb.docx", bomb)


def test_a_document_may_be_larger_than_a_text_but_not_endless(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(REPORT)
    with path.open("ab") as file:
        file.truncate(documents.DOCUMENT_BYTES_MAX + 1)
    with pytest.raises(AttachmentError, match="too large") as caught:
        read_file(path)
    assert caught.value.advice == "Documents can have up to 50 MB."
    assert accept("roomy.pdf", REPORT + b"\n" * TEXT_BYTES_MAX).content.decode() == TEXT_OF_REPORT


def test_a_pdf_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "READING_LIMIT_S", -1.0)
    with pytest.raises(AttachmentError, match="takes too long"):
        accept("report.pdf", REPORT)


def test_many_at_once_are_read_one_page_at_a_time() -> None:
    read: list[str] = []
    threads = [
        threading.Thread(target=lambda: read.append(accept("a.pdf", REPORT).content.decode()))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [TEXT_OF_REPORT] * 12


async def test_the_model_gets_the_text_with_the_documents_name(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    path = str(FOLDER / "report.pdf")
    attached = await driver.ask(
        commands.AttachFile(1, chat_id, "report.pdf", path), events.FileAttached
    )
    assert attached.attachment.size_bytes == len(TEXT_OF_REPORT.encode())
    await driver.ask(
        commands.SendMessage(chat_id, (0,), "What is known?", (attached.attachment.id,)),
        events.MessageChanged,
        lambda event: event.settled,
    )
    sent = json.loads(provider_server.posts[0].body)["messages"][-1]["content"]
    assert f"File “report.pdf”:\n\n{TEXT_OF_REPORT}\n" in _words_of(sent)


def _read_or_refused(name: str, content: bytes) -> str:
    """The text, or why there is none; any other exception is a defect."""
    try:
        return accept(name, content).content.decode()
    except AttachmentError as error:
        return error.message


def _words_of(content: str | list[dict[str, str]]) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content)


def _packed(changed: dict[str, bytes]) -> bytes:
    """The minutes with other parts in the place of theirs."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(MINUTES)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
    return packed.getvalue()
