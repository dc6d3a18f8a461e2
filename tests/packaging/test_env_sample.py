"""`.env.sample` explains every variable that the programs read, and none that they do not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app.server.settings import _OF_DOMAINS, PREFIX

ROOT = Path(__file__).resolve().parents[2]
_EXPLAINED = re.compile(r"^# ([A-Z][A-Z0-9_]+)=", re.M)


def _explained() -> set[str]:
    return set(_EXPLAINED.findall((ROOT / ".env.sample").read_text(encoding="utf-8")))


def _server_settings() -> set[str]:
    text = (ROOT / "app/server/settings.py").read_text(encoding="utf-8")
    names = re.findall(r'take\.\w+\(\s*"([A-Z_]+)"', text)
    return {f"TUPPENCE_SERVER_{name}" for name in names}


def _named_by_the_shipped_catalog() -> set[str]:
    text = (ROOT / "resources/catalogs/tuppence.toml").read_text(encoding="utf-8")
    catalog = tomllib.loads(text)
    names = {route["key_variable"] for route in catalog["routes"]}
    for processor in catalog["processors"]:
        names |= set(processor["variables"].values())
    for offer in [*catalog["plans"], *catalog["packs"]]:
        for ids in offer.get("processors", {}).values():
            names |= set(ids.values())
    return names


def test_every_setting_of_the_server_is_explained() -> None:
    assert _server_settings() - _explained() == set()
    of_domains = {PREFIX + name for name in _OF_DOMAINS}
    assert {name for name in _explained() if name.startswith("TUPPENCE_SERVER_")} == (
        _server_settings() | of_domains
    )


def test_every_variable_that_the_shipped_catalog_names_is_explained() -> None:
    assert _named_by_the_shipped_catalog() - _explained() == set()


def test_no_variable_has_a_value_that_could_be_taken_for_a_secret() -> None:
    text = (ROOT / ".env.sample").read_text(encoding="utf-8")
    for name, value in re.findall(r"^# ([A-Z0-9_]*(?:SECRET|PASSWORD|API_KEY))=(.*)$", text, re.M):
        assert value == "", name
