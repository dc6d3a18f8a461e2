"""Build resources/prices/price-book.json from genai-prices' and models.dev's files.

    python3 packaging/prices/import_prices.py GENAI_PRICES.json MODELS_DEV.json \\
        --genai-date 2026-08-21 --models-dev-date 2026-07-02 [--out resources/prices]

Needs nothing but Python. The same input gives the same bytes. Where both sources know a model,
genai-prices' price is kept and the disagreement is written down beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import genai_source  # noqa: E402
import models_dev_source  # noqa: E402
from amounts import ImportFailed, rounded  # noqa: E402

from app.catalog.match import matches, spellings  # noqa: E402
from app.money import usd_text  # noqa: E402

VERSION = 1
_COMPARED = ("input", "output", "cache_read")
_NOTICE = """\
# Prices

`price-book.json` is built by `packaging/prices/import_prices.py` from two public lists.

| source | as of | license | sha256 of the file it was built from |
| --- | --- | --- | --- |
| genai-prices (github.com/pydantic/genai-prices) | {genai_date} | MIT, \
Copyright (c) Pydantic Services Inc. | {genai_sha} |
| models.dev (github.com/anomalyco/models.dev) | {models_date} | MIT, \
Copyright (c) 2025 models.dev | {models_sha} |

Both are under the MIT License:

{license}"""
_MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 1 after saying what cannot be imported."""
    options = _parser().parse_args(arguments)
    try:
        genai, genai_sha = _read(options.genai)
        models, models_sha = _read(options.models_dev)
        book = build(
            genai,
            models,
            genai_date=options.genai_date,
            models_dev_date=options.models_dev_date,
            hashes=(genai_sha, models_sha),
        )
    except ImportFailed as error:
        print(f"not imported: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out / "price-book.json", _dump(book))
    _write(
        options.out / "NOTICE.md",
        _NOTICE.format(
            genai_date=options.genai_date,
            genai_sha=genai_sha,
            models_date=options.models_dev_date,
            models_sha=models_sha,
            license=_MIT,
        ),
    )
    print(_summary(book))
    return 0


def build(
    genai: Any,
    models_dev: Any,
    *,
    genai_date: date,
    models_dev_date: date,
    hashes: tuple[str, str],
) -> dict[str, Any]:
    """The whole book as JSON values; raises ImportFailed naming provider, model and field."""
    rounded.clear()
    providers = genai_source.providers(genai)
    at = datetime.combine(models_dev_date, datetime.min.time(), UTC)
    for provider_id, provider in sorted(models_dev.items()):
        ours = models_dev_source.PROVIDERS.get(provider_id, provider_id)
        house = providers.setdefault(ours, {"name": provider["name"], "prices": [], "cards": {}})
        for model_id, plain in sorted(provider["models"].items()):
            _add_model(house, ours, model_id, models_dev_source.resolved(models_dev, plain), at)
    _borrow_cards(providers)
    return {
        "version": VERSION,
        "sources": {
            genai_source.SHORT: _source("genai-prices", genai_date, hashes[0]),
            models_dev_source.SHORT: _source("models.dev", models_dev_date, hashes[1]),
        },
        "service_policies": json.loads(
            (Path(__file__).parent / "service_policies.json").read_text(encoding="utf-8")
        ),
        "rounded": dict(sorted(rounded.items())),
        "providers": providers,
    }


def _add_model(
    house: dict[str, Any], provider: str, model_id: str, model: dict[str, Any], at: datetime
) -> None:
    card = models_dev_source.card(model)
    house["cards"][model_id] = card
    tiers = models_dev_source.service_tiers(provider, model_id, model)
    known = _known(house, model_id)
    if known is None:
        known = models_dev_source.record(provider, model_id, model)
        if known is not None:
            house["prices"].append(known)
    elif model.get("cost") and not known.get("free"):
        theirs = models_dev_source.rates(provider, model_id, model["cost"])
        if differs := _difference(_entry_at(known, at)["rates"], theirs):
            card["differs"] = differs
    if tiers and known is not None and known["id"] == model_id:
        known["service_tiers"] = tiers


def _borrow_cards(providers: dict[str, Any]) -> None:
    """Give a model that its own provider's catalog leaves out the facts that resellers state.

    Names, limits and abilities are the model's own wherever it runs; prices are not borrowed.
    """
    for provider_id, provider in providers.items():
        for record in provider["prices"]:
            if record["id"] in provider["cards"]:
                continue
            for lender, id_ in _lenders(provider_id, record["id"]):
                card = providers.get(lender, {}).get("cards", {}).get(id_)
                if card is not None and len(card) > 1:
                    facts = {key: card[key] for key in card if key not in ("differs", "deprecated")}
                    provider["cards"][record["id"]] = facts
                    break


def _lenders(provider_id: str, model_id: str) -> list[tuple[str, str]]:
    return [
        ("google-vertex" if provider_id == "google" else "azure", model_id),
        ("openrouter", f"{provider_id}/{model_id}"),
        ("openrouter", f"{provider_id}ai/{model_id}"),
    ]


def _known(house: dict[str, Any], model_id: str) -> dict[str, Any] | None:
    for name in spellings(model_id):
        for record in house["prices"]:
            if "match" in record and matches(record["match"], name):
                found: dict[str, Any] = record
                return found
    return None


def _entry_at(record: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The entry of the day; of windows within a day the dearer, which is the standard one."""
    held = [entry for entry in record["prices"] if entry.get("from", "") <= f"{at:%Y-%m-%d}"]
    found: dict[str, Any] = held[-1] if held else record["prices"][0]
    return found


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """What the second source says of a price, empty where it agrees."""
    pairs = {
        part: (_base(ours.get(part)), _base(theirs.get(part)))
        for part in _COMPARED
        if part in theirs
    }
    if not any(theirs_says != ours_says for ours_says, theirs_says in pairs.values()):
        return ""
    said = ", ".join(
        f"{part.replace('_', ' ')} ${usd_text((theirs_says or 0) * 10**6)}"
        for part, (ours_says, theirs_says) in pairs.items()
        if ours_says != theirs_says
    )
    return f"models.dev has another price, per million tokens: {said}."


def _base(rate: int | list[int] | None) -> int | None:
    return rate[0] if isinstance(rate, list) else rate


def _source(name: str, dated: date, sha256: str) -> dict[str, str]:
    return {"name": name, "date": dated.isoformat(), "sha256": sha256, "license": "MIT"}


def _read(path: Path) -> tuple[Any, str]:
    try:
        content = path.read_bytes()
        return json.loads(content, parse_float=Decimal), hashlib.sha256(content).hexdigest()
    except (OSError, ValueError) as error:
        raise ImportFailed(f"{path.name}: {error}") from error


def _dump(book: dict[str, Any]) -> str:
    """One line per model: small, and a diff that people can read."""
    head = {key: value for key, value in book.items() if key != "providers"}
    lines = [_compact(head)[:-1] + ',"providers":{']
    for index, (provider_id, provider) in enumerate(book["providers"].items()):
        facts = {key: provider[key] for key in ("name", "fallback", "comments") if key in provider}
        comma = "," if index else ""
        lines.append(f'{comma}{_compact(provider_id)}:{_compact(facts)[:-1]},"prices":[')
        lines.append(",\n".join(_compact(record) for record in provider["prices"]))
        lines.append('],"cards":{')
        lines.append(
            ",\n".join(
                f"{_compact(id_)}:{_compact(card)}" for id_, card in provider["cards"].items()
            )
        )
        lines.append("}}")
    return "\n".join([*lines, "}}", ""])


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    """The old file stays whole until the new one is."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)


def _summary(book: dict[str, Any]) -> str:
    counts: Counter[str] = Counter()
    for provider in book["providers"].values():
        counts["cards"] += len(provider["cards"])
        counts["differing"] += sum("differs" in card for card in provider["cards"].values())
        for record in provider["prices"]:
            counts[record["source"]] += 1
    return (
        f"{len(book['providers'])} providers, {counts['g']} prices of genai-prices, "
        f"{counts['m']} of models.dev alone, {counts['cards']} model cards, "
        f"{counts['differing']} prices on which they differ, "
        f"{len(book['rounded'])} rounded"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("genai", type=Path, metavar="GENAI_PRICES.json")
    parser.add_argument("models_dev", type=Path, metavar="MODELS_DEV.json")
    parser.add_argument("--genai-date", type=date.fromisoformat, required=True)
    parser.add_argument("--models-dev-date", type=date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "prices")
    return parser


if __name__ == "__main__":
    sys.exit(main())
