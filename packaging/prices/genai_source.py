"""Reading genai-prices' file: rates, history, windows, units, as the book's records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from amounts import Field, rate, unit_price

SHORT = "g"
_PARTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
    "input_image_mtok": "input_image",
    "cache_image_read_mtok": "cache_read_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
    "output_video_mtok": "output_video",
}
_UNITS_PER_THOUSAND = {"web_searches_kcount": "web_search", "requests_kcount": "request"}


def providers(plain: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every provider of the file with its price records, in the file's order."""
    return {provider["id"]: _provider(provider) for provider in plain}


def _provider(plain: dict[str, Any]) -> dict[str, Any]:
    provider: dict[str, Any] = {
        "name": plain["name"],
        "prices": [_record(plain["id"], model) for model in plain["models"]],
        "cards": {},
    }
    if fallback := plain.get("fallback_model_providers"):
        provider["fallback"] = fallback
    if comments := plain.get("price_comments"):
        provider["comments"] = comments
    return provider


def _record(provider: str, model: dict[str, Any]) -> dict[str, Any]:
    prices = model["prices"]
    entries = [{"prices": prices}] if isinstance(prices, dict) else prices
    record: dict[str, Any] = {
        "id": model["id"],
        "source": SHORT,
        "match": model["match"],
        "prices": [_entry(Field(provider, model["id"]), entry) for entry in entries],
    }
    for key, ours in (("name", "name"), ("context_window", "context")):
        if model.get(key):
            record[ours] = model[key]
    if comments := model.get("price_comments"):
        record["comments"] = " ".join(comments.split())
    if model.get("deprecated"):
        record["deprecated"] = True
    if provider == "openrouter" and model["id"].endswith(":free"):
        record |= free_prices()
    return record


def free_prices() -> dict[str, Any]:
    """What a record says that its host declares free."""
    return {"free": True, "prices": [{"rates": {"input": 0, "output": 0}}]}


def _entry(place: Field, plain: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"rates": {}}
    for key, value in plain["prices"].items():
        at = place.field(key)
        if key in _PARTS:
            entry["rates"][_PARTS[key]] = _rate(at, value)
        elif key in _UNITS_PER_THOUSAND:
            name = _UNITS_PER_THOUSAND[key]
            entry.setdefault("units", {})[name] = unit_price(at, value, per=1000)
        elif key == "output_citation_mtok":
            entry.setdefault("units", {})["citation_token"] = unit_price(at, value, per=10**6)
        else:
            at.refuse("this kind of price is not known here")
    entry |= _constraint(place, plain.get("constraint") or {})
    return entry


def _rate(place: Field, value: Decimal | int | dict[str, Any]) -> int | list[int]:
    if not isinstance(value, dict):
        return rate(place, value)
    numbers = [rate(place.field("base"), value["base"])]
    for tier in sorted(value["tiers"], key=lambda tier: int(tier["start"])):
        numbers += [tier["start"], rate(place.field(f"tier {tier['start']}"), tier["price"])]
    return numbers


def _constraint(place: Field, plain: dict[str, Any]) -> dict[str, Any]:
    match sorted(plain):
        case []:
            return {}
        case ["start_date"]:
            return {"from": plain["start_date"]}
        case ["end_time", "start_time"]:
            return {"between": [plain["start_time"], plain["end_time"]]}
        case other:
            return place.field("constraint").refuse(f"{other} is not known here")
