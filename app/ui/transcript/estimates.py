"""Cheap guesses of heights, used until a message or a part was seen. Pure arithmetic."""

from __future__ import annotations

from app.seam.views import ImageView, MessageView
from app.ui.transcript.parts import Attachments, Bubble, Editor, Part
from app.ui.transcript.pieces import Code, Formula, Paragraph, Prose, Table

CHARACTER_WIDTH = 7.0
LINE = 21
CODE_LINE = 20


def estimate_message(message: MessageView, width: int, zoom: float) -> int:
    """Pixels of a whole card, without reading its Markdown."""
    text = message.text
    room = max(8.0, width / (CHARACTER_WIDTH * zoom))
    breaks = text.count("\n")
    lines = breaks + 1 + int(len(text) / room)
    if message.role == "user":
        return int((54 + LINE * min(lines, 24) + 50 * bool(message.attachments)) * zoom)
    # Blank lines between paragraphs are about half as tall as they count.
    tall = 56 + LINE * lines - 8 * text.count("\n\n")
    extras = len(message.tool_calls) + bool(message.thinking) + 3 * bool(message.fault)
    tall += 34 * extras + 300 * len(message.images) + 24 * len(message.citations)
    return int(tall * zoom)


def estimate_part(part: Part, width: int, zoom: float) -> int:
    """Pixels of one part of a card."""
    room = max(8.0, width / (CHARACTER_WIDTH * zoom))
    match part:
        case Prose(paragraphs):
            tall = float(sum(_paragraph(paragraph, room) for paragraph in paragraphs))
        case Code(text=text) | Formula(text=text):
            tall = 50 + CODE_LINE * (min(400, text.count("\n")) + 1)
        case Table(rows=rows):
            tall = 34 * (min(100, len(rows)) + 1)
        case Bubble(text) | Editor(text):
            tall = 20 + LINE * min(24, 1 + len(text) / room + text.count("\n"))
        case ImageView():
            tall = 300
        case Attachments():
            tall = 50
        case _:
            tall = 30
    return int(tall * zoom)


def _paragraph(paragraph: Paragraph, room: float) -> float:
    return 8 + LINE * (1 + len(paragraph.text) // room)
