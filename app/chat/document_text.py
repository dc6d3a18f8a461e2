"""The text of a document, so that every model can read it and every token of it is counted.

PDF through PDFium and Word through mammoth, each loaded with the first document of its kind.
Pictures on pages are left out: a document of nothing else is refused, so that nobody pays for an
answer about pages that the model never saw.
"""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.errors import AttachmentError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DOCUMENT_BYTES_MAX = 50_000_000
READING_LIMIT_S = 50.0
_WORD_XML_BYTES_MAX = 16_000_000  # a tree of it takes twenty times as much memory
_HEAD_BYTES = 1024
_PACKED = b"PK\x03\x04"
_PASSWORD_WANTED = 4  # FPDF_ERR_PASSWORD
# PDFium puts this in the place of a hyphen at a line's end, and joins the lines.
_HYPHEN = "\x02"
_NOT_TEXT = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_PARAGRAPH = re.compile(r"</?p>(?:<p>)?")
_PARAGRAPH_OF_CELL = re.compile(r"(?<=<td>)<p>|(?<=<th>)<p>|(?<=<li>)<p>|</p>(?=</t[dh]>|</li>)")
# PDFium may be called by one thread at a time, whatever the document.
_pdfium = threading.Lock()


def is_document(head: bytes) -> bool:
    """Whether a file's first bytes are a PDF's or those of a packed document."""
    return _is_pdf(head) or head.startswith(_PACKED)


def document_text(name: str, content: bytes) -> str | None:
    """What stands in a PDF or a Word document; None for any other file.

    Pages of a PDF begin with their number; a Word document keeps headings, lists and tables as
    HTML. Takes 1.5 ms a page of a PDF, 8 of Word's. Raises AttachmentError in the user's words.
    """
    if _is_pdf(content):
        return "\n\n".join(_pages(name, content))
    if content.startswith(_PACKED) and (packed := _word_of(content)) is not None:
        with packed:
            return _of_word(name, content, packed)
    return None


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head[:_HEAD_BYTES]


def _pages(name: str, content: bytes) -> list[str]:
    texts = []
    until = time.monotonic() + READING_LIMIT_S
    for text in _pdf_texts(name, content):
        if time.monotonic() > until:
            raise AttachmentError(
                f"“{name}” takes too long to read.", "Add a part of its pages as a file of its own."
            )
        texts.append(text)
    if not any(texts):
        raise AttachmentError(
            f"“{name}” has no text, only pictures of pages.",
            "Have its text recognized by a scanner's program, or add pages as pictures.",
        )
    return [
        f"[Page {number}]\n{text}" if text else f"[Page {number}, no text]"
        for number, text in enumerate(texts, start=1)
    ]


def _pdf_texts(name: str, content: bytes) -> Iterator[str]:
    import pypdfium2

    try:
        with _pdfium:
            document = pypdfium2.PdfDocument(content)
        try:
            yield from map(_clean, _read_pages(document))
        finally:  # left to the garbage collector, it would be closed without the lock
            with _pdfium:
                document.close()
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_WANTED:
            raise AttachmentError(
                f"“{name}” is locked with a password.",
                "Open it with its password and print it as a PDF, then add that.",
            ) from error
        raise _damaged(name) from error


def _read_pages(document: PdfDocument) -> Iterator[str]:
    for number in range(len(document)):
        with _pdfium:
            page = document[number]
            words = page.get_textpage()
            text: str = words.get_text_bounded()
            words.close()
            page.close()
        yield text


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace(_HYPHEN, "-").split("\n")
    return _NOT_TEXT.sub("", "\n".join(line.rstrip() for line in lines)).strip()


def _word_of(content: bytes) -> zipfile.ZipFile | None:
    """Other programs pack their files in the same way: only what Word's has in it is one."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "word/document.xml" in packed.namelist():
        return packed
    packed.close()
    return None


def _of_word(name: str, content: bytes, packed: zipfile.ZipFile) -> str:
    parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
    if sum(part.file_size for part in parts) > _WORD_XML_BYTES_MAX:
        raise AttachmentError(
            f"“{name}” is too long to be read here.", "Add it in parts, or as a PDF."
        )
    from xml.parsers.expat import ExpatError

    import mammoth

    no_pictures = mammoth.images.img_element(lambda image: {})
    try:
        found = mammoth.convert_to_html(io.BytesIO(content), convert_image=no_pictures)
    except (
        zipfile.BadZipFile, zlib.error, ExpatError, ValueError, LookupError, EOFError,
        AttributeError, NotImplementedError, RecursionError,
    ) as error:  # fmt: skip
        raise _damaged(name) from error
    html = _PARAGRAPH_OF_CELL.sub("", found.value.replace("<img />", ""))
    text = _clean(_PARAGRAPH.sub("\n\n", html))
    if not re.sub("<[^>]*>", "", text).strip():
        raise AttachmentError(
            f"“{name}” has no text.", "Pictures in it can be added as files of their own."
        )
    return text


def _damaged(name: str) -> AttachmentError:
    return AttachmentError(
        f"“{name}” is a damaged document.", "Open and save it again, then add it."
    )
