"""From a path through a chat's tree to what is sent: the whole conversation, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.chat.extras import read_extras
from app.chat.files import text_of
from app.chat.rounds import has_rounds, round_messages
from app.request import (
    ImagePart,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
)
from app.store.attachments import Attachments
from app.store.records import AttachmentRecord, MessageRecord

OUTPUT_TOKENS_MAX = 8_192
THINKING_OUTPUT_TOKENS_MAX = 16_384


def build_messages(
    path: Sequence[MessageRecord], attachments: Attachments, host: str
) -> tuple[RequestMessage, ...]:
    """The messages of a path as a provider gets them.

    Answers without a word are left out. `host` is who will be asked: signatures of others are
    not sent. Raises AttachmentError where a file is gone.
    """
    return tuple(_messages(path, attachments, host))


def user_parts(
    text: str, files: Sequence[AttachmentRecord], attachments: Attachments
) -> tuple[MessagePart, ...]:
    """A user message as parts: its files first, then its words."""
    parts: list[MessagePart] = []
    for file in files:
        content = attachments.read(file.id)
        if file.media_type.startswith("image/"):
            parts.append(ImagePart(file.media_type, content, file.width, file.height))
        else:
            parts.append(TextPart(text_of(file.name, content)))
    if text or not parts:
        parts.append(TextPart(text))
    return tuple(parts)


def _messages(
    path: Sequence[MessageRecord], attachments: Attachments, host: str
) -> Iterator[RequestMessage]:
    for message in path:
        if message.role == "user":
            files = [found for id_ in message.attachment_ids if (found := attachments.get(id_))]
            yield RequestMessage(Role.USER, user_parts(message.text, files, attachments))
        elif message.role == "assistant" and has_rounds(message):
            yield from round_messages(message, host, current=message is path[-1])
        elif message.role == "assistant" and message.text.strip():
            yield RequestMessage(Role.ASSISTANT, _answer_parts(message, host))
        elif message.role == "system":
            yield RequestMessage(Role.SYSTEM, (TextPart(message.text),))


def _answer_parts(message: MessageRecord, host: str) -> tuple[MessagePart, ...]:
    extras = read_extras(message.extras_json)
    text = TextPart(message.text)
    if message.thinking and extras.thinking_signature and extras.host == host:
        return (ThinkingPart(message.thinking, extras.thinking_signature), text)
    return (text,)
