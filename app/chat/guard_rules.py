"""The guards' rules as the user set them, kept among the settings."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

from app.errors import ConfigError
from app.metering.guards import GuardRules
from app.store.settings import Settings

_NAME = "guards"
_MOST = {
    "factor": 1_000,
    "floor_pusd": 10**18,
    "loop_calls_max": 10_000,
    "loop_pusd_max": 10**18,
}


class GuardShelf:
    """Reads and changes them; what makes no sense falls back to its default."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rules(self) -> GuardRules:
        stored = self._settings.get(_NAME, {})
        known = stored if isinstance(stored, dict) else {}
        sound = {
            field.name: value
            for field in fields(GuardRules)
            if type(value := known.get(field.name)) is int and 0 <= value <= _MOST[field.name]
        }
        return replace(GuardRules(), **sound)

    def set(self, rules: GuardRules) -> None:
        """Keep them; raises ConfigError for what makes no sense."""
        for name, value in asdict(rules).items():
            if not 0 <= value <= _MOST[name]:
                raise ConfigError("That is too much, or below nothing.", "Choose another figure.")
        if rules.loop_calls_max < 1:
            raise ConfigError("A message needs one call at least.", "Choose 1 or more.")
        self._settings.set(_NAME, asdict(rules))
