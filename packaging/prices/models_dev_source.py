"""Reading models.dev's catalog: names, limits, abilities, and prices where it alone knows them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from amounts import Field, rate
from genai_source import free_prices

SHORT = "m"
# models.dev's provider ids where genai-prices has another; the rest keep their own.
PROVIDERS = {
    "xai": "x-ai",
    "togetherai": "together",
    "fireworks-ai": "fireworks",
    "amazon-bedrock": "aws",
}
_PARTS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cached_input": "cache_read",
    "cache_write": "cache_write_5m",
    "cached_write": "cache_write_5m",
    "reasoning": "reasoning",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}
# Prices by the piece: genai-prices knows every model that has them, in clearer units.
_IGNORED_COSTS = {"tiers", "citation", "request", "context_over_200k"}
_OF_THE_MODEL = ("name", "family", "release_date")
_MODALITIES = {"image": "images", "audio": "audio", "video": "video", "pdf": "files"}


def resolved(plain: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """A model with what it takes over from its `base_model`, as far as the catalog holds that."""
    vendor, _, model_id = model.get("base_model", "").partition("/")
    base = plain.get(vendor, {}).get("models", {}).get(model_id)
    # Some are their own base: the facts then stand in a part of the catalog that is not shipped.
    if model_id and (base is None or base is model or "base_model" in base):
        return _told_by_others(plain, model_id) | (base or {}) | model
    if base is None:
        return model
    whole = {key: value for key, value in deepcopy(base).items() if key != "base_model"}
    for path in model.get("base_model_omit", ()):
        _omit(whole, path.split("."))
    own_cost = model.get("cost")
    whole |= model
    if own_cost is not None:
        whole["cost"] = own_cost
    return whole


def _told_by_others(plain: dict[str, Any], model_id: str) -> dict[str, Any]:
    """What other hosts of a model say of the model itself: limits and prices are each host's own.

    One host may serve less than the model can, so that what any of them takes counts.
    """
    told = [
        model
        for host in plain.values()
        for other_id, model in host["models"].items()
        if "base_model" not in model and other_id.rpartition("/")[2].lower() == model_id.lower()
    ]
    if not told:
        return {}
    ways = ("input", "output")
    modalities = {
        way: list(dict.fromkeys(kind for model in told for kind in _kinds(model, way)))
        for way in ways
    }
    facts = {key: told[0][key] for key in _OF_THE_MODEL if key in told[0]}
    return {
        **facts,
        "modalities": modalities,
        "tool_call": any(model.get("tool_call") for model in told),
        "reasoning": any(model.get("reasoning") for model in told),
    }


def _kinds(model: dict[str, Any], way: str) -> list[str]:
    return (model.get("modalities") or {}).get(way, [])


def _omit(table: dict[str, Any], path: list[str]) -> None:
    for step in path[:-1]:
        table = table.get(step, {})
    table.pop(path[-1], None)


def card(model: dict[str, Any]) -> dict[str, Any]:
    """The facts besides the price; what the catalog leaves out is left out here."""
    limit = model.get("limit") or {}
    facts: dict[str, Any] = {
        "name": model.get("name"),
        "family": model.get("family"),
        "context": limit.get("context"),
        "output": limit.get("output"),
        "abilities": _abilities(model),
        "released": _whole_date(model.get("release_date")),
        "deprecated": model.get("status") == "deprecated",
    }
    return {key: value for key, value in facts.items() if value}


def _abilities(model: dict[str, Any]) -> list[str]:
    modalities = model.get("modalities") or {}
    found = {_MODALITIES[name] for name in modalities.get("input", ()) if name in _MODALITIES}
    if model.get("tool_call"):
        found.add("tools")
    if model.get("reasoning"):
        found.add("thinks")
    if "image" in modalities.get("output", ()):
        found.add("draws")
    if "audio" in modalities.get("output", ()):
        found.add("speaks")
    return sorted(found)


def _whole_date(text: str | None) -> str | None:
    """The date if it names a day: some models have a month only."""
    return text if text and len(text) == len("2025-01-31") else None


def record(provider: str, model_id: str, model: dict[str, Any]) -> dict[str, Any] | None:
    """A price record for a model that the first source does not know; None without a cost."""
    if provider == "openrouter" and model_id.endswith(":free"):
        return {"id": model_id, "source": SHORT} | free_prices()
    cost = model.get("cost")
    if not cost:
        return None
    return {"id": model_id, "source": SHORT, "prices": [{"rates": rates(provider, model_id, cost)}]}


def rates(provider: str, model_id: str, cost: dict[str, Any]) -> dict[str, int | list[int]]:
    """Rates by part, with tiers by context."""
    place = Field(provider, model_id, "cost")
    found: dict[str, int | list[int]] = {}
    for key, value in cost.items():
        if key in _PARTS:
            found[_PARTS[key]] = rate(place.field(key), value)
        elif key not in _IGNORED_COSTS:
            place.field(key).refuse("this kind of price is not known here")
    for tier in sorted(cost.get("tiers", ()), key=lambda tier: int(tier["tier"]["size"])):
        _add_tier(place.field("tiers"), found, tier)
    return found


def _add_tier(place: Field, found: dict[str, int | list[int]], tier: dict[str, Any]) -> None:
    size = tier["tier"]
    if size.get("type", "context") != "context":
        place.refuse(f"tiers by {size['type']} are not known here")
    for key, value in tier.items():
        if key == "tier":
            continue
        if key not in _PARTS or _PARTS[key] not in found:
            place.field(key).refuse("a tier without a base price")
        base = found[_PARTS[key]]
        numbers = base if isinstance(base, list) else [base]
        found[_PARTS[key]] = [*numbers, size["size"], rate(place.field(key), value)]


def service_tiers(provider: str, model_id: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    """Dearer, faster modes with rates of their own, named as the provider reports them."""
    experimental = model.get("experimental")
    modes = experimental.get("modes", {}) if isinstance(experimental, dict) else {}
    return [
        {
            "name": mode.get("provider", {}).get("body", {}).get("service_tier", name),
            "source": "models.dev",
            "percent": None,
            "rates": rates(provider, model_id, mode["cost"]),
        }
        for name, mode in sorted(modes.items())
    ]
