"""Preferences that the window changes, by name, as JSON values."""

from __future__ import annotations

import json

from sqlmodel import select

from app.store.connection import storable
from app.store.database import Database
from app.store.tables import SettingRow

JsonValue = str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None


class Settings:
    """Named values; a name that was never set has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: JsonValue = None) -> JsonValue:
        """The value of a name, `default` where it was never set."""
        row = self._database.first("SELECT value_json FROM settings WHERE name = ?", (name,))
        return default if row is None else _read(row[0], default)

    def set(self, name: str, value: JsonValue) -> None:
        with self._database.transaction() as session:
            row = session.exec(select(SettingRow).where(SettingRow.name == name)).first()
            row = row or SettingRow(name=name, value_json="")
            row.value_json = storable(json.dumps(value, ensure_ascii=False))
            session.add(row)

    def all(self) -> dict[str, JsonValue]:
        """Every value that was set, by name."""
        rows = self._database.rows("SELECT name, value_json FROM settings")
        return {name: _read(value_json, None) for name, value_json in rows}


def _read(text: str, default: JsonValue) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except json.JSONDecodeError:
        # Saved from a damaged file: one lost preference must not stop the program.
        return default
    return value
