"""The tables as SQLModel classes, for what is read and written by the row.

Their shape is made by schema.py; a test holds the two together. Long reads (paths, sums,
search) are plain statements beside the records they give.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ChatRow(SQLModel, table=True):
    __tablename__ = "chats"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    title: str
    title_is_own: int = 0
    created_ms: int
    updated_ms: int
    pinned: int = 0
    hidden_ms: int | None = None
    total_pusd: int = 0
    unpriced: int = 0
    estimated: int = 0


class PaneRow(SQLModel, table=True):
    __tablename__ = "panes"

    seq: int | None = Field(default=None, primary_key=True)
    chat_id: str = Field(foreign_key="chats.id")
    position: int
    model_ref: str
    leaf_id: str | None = None


class MessageRow(SQLModel, table=True):
    __tablename__ = "messages"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    chat_id: str = Field(foreign_key="chats.id")
    parent_id: str | None = None
    role: str
    state: str
    created_ms: int
    thinking_ms: int | None = None
    duration_ms: int | None = None
    model_ref: str = ""
    model_name: str = ""
    attachment_ids: str = "[]"
    fault_json: str | None = None
    extras_json: str | None = None
    receipt_json: str | None = None
    thinking: str = ""
    text: str


class PieceRow(SQLModel, table=True):
    __tablename__ = "pieces"

    seq: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(foreign_key="messages.id")
    thinking: str
    text: str


class AttachmentRow(SQLModel, table=True):
    __tablename__ = "attachments"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    media_type: str
    size_bytes: int
    width: int = 0
    height: int = 0


class DraftRow(SQLModel, table=True):
    __tablename__ = "drafts"

    seq: int | None = Field(default=None, primary_key=True)
    chat_id: str = Field(unique=True)
    text: str
    attachment_ids: str = "[]"


class UsageRow(SQLModel, table=True):
    __tablename__ = "usage"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    message_id: str
    chat_id: str
    at_ms: int
    key_id: str
    provider: str
    model: str
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_pusd: int | None = None
    certainty: str
    first_call: int


class HoldRow(SQLModel, table=True):
    __tablename__ = "holds"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    message_id: str
    chat_id: str
    key_id: str
    model_ref: str
    state: str
    amount_pusd: int
    price_json: str | None = None
    input_tokens: int
    output_tokens_max: int
    created_ms: int
    output_tokens_seen: int = 0
    settled_pusd: int | None = None
    basis: str = ""


class SettingRow(SQLModel, table=True):
    __tablename__ = "settings"

    seq: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    value_json: str


class KeyRow(SQLModel, table=True):
    __tablename__ = "keys"

    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    provider: str
    label: str
    ends_in: str
    base_url: str
    where: str
    state: str
    detail: str
    checked_ms: int | None = None
    created_ms: int
    models_json: str = "[]"


class ModelMarkRow(SQLModel, table=True):
    __tablename__ = "model_marks"

    seq: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    favorite: int = 0
    used_ms: int | None = None
