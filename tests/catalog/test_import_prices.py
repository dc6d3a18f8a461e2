from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.catalog.pricebook import load_price_book

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "packaging" / "prices" / "import_prices.py"
GENAI: list[dict[str, Any]] = [
    {
        "id": "acme",
        "name": "Acme",
        "models": [
            {
                "id": "anvil",
                "match": {"starts_with": "anvil"},
                "prices": {
                    "input_mtok": {"base": 1.25, "tiers": [{"start": 200000, "price": 2.5}]},
                    "output_mtok": 10,
                    "web_searches_kcount": 35,
                },
            }
        ],
    }
]
MODELS_DEV: dict[str, Any] = {
    "acme": {
        "name": "Acme",
        "models": {
            "anvil-2": {"name": "Anvil 2", "cost": {"input": 1.5, "output": 10}},
            "rocket": {"name": "Rocket", "cost": {"input": 3, "output": 4}},
        },
    }
}


def run(tmp_path: Path, genai: Any, models_dev: Any) -> subprocess.CompletedProcess[str]:
    (tmp_path / "genai.json").write_text(json.dumps(genai), encoding="utf-8")
    (tmp_path / "models.json").write_text(json.dumps(models_dev), encoding="utf-8")
    dates = ["--genai-date", "2026-08-21", "--models-dev-date", "2026-07-02"]
    files = [str(tmp_path / "genai.json"), str(tmp_path / "models.json")]
    return subprocess.run(
        [sys.executable, str(COMMAND), *files, *dates, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )


def imported(tmp_path: Path) -> Any:
    assert run(tmp_path, GENAI, MODELS_DEV).returncode == 0
    return json.loads((tmp_path / "out" / "price-book.json").read_text(encoding="utf-8"))


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    imported(tmp_path)
    first = (tmp_path / "out" / "price-book.json").read_bytes()
    imported(tmp_path)
    assert (tmp_path / "out" / "price-book.json").read_bytes() == first


def test_prices_become_whole_picodollars_with_their_tiers(tmp_path: Path) -> None:
    entry = imported(tmp_path)["providers"]["acme"]["prices"][0]["prices"][0]
    assert entry["rates"] == {"input": [1_250_000, 200_000, 2_500_000], "output": 10_000_000}
    assert entry["units"] == {"web_search": 35_000_000_000}


def test_a_disagreement_keeps_the_first_sources_price_and_is_written_down(tmp_path: Path) -> None:
    acme = imported(tmp_path)["providers"]["acme"]
    assert "input $1.5" in acme["cards"]["anvil-2"]["differs"]
    assert [record["id"] for record in acme["prices"]] == ["anvil", "rocket"]


def test_the_sources_are_pinned_by_hash_and_date(tmp_path: Path) -> None:
    sources = imported(tmp_path)["sources"]
    assert sources["g"]["date"] == "2026-08-21"
    assert len(sources["m"]["sha256"]) == 64
    assert "MIT License" in (tmp_path / "out" / "NOTICE.md").read_text(encoding="utf-8")


def test_what_was_imported_can_be_loaded(tmp_path: Path) -> None:
    imported(tmp_path)
    assert load_price_book(tmp_path / "out").providers() == ("acme",)


def test_a_price_that_is_not_whole_is_refused_with_its_place(tmp_path: Path) -> None:
    genai = json.loads(json.dumps(GENAI))
    genai[0]["models"][0]["prices"]["output_mtok"] = 0.0000001
    done = run(tmp_path, genai, MODELS_DEV)
    assert done.returncode == 1
    assert "acme / anvil / output_mtok" in done.stderr


def test_a_kind_of_price_that_is_unknown_is_refused_with_its_place(tmp_path: Path) -> None:
    genai = json.loads(json.dumps(GENAI))
    genai[0]["models"][0]["prices"]["smell_mtok"] = 1
    done = run(tmp_path, genai, MODELS_DEV)
    assert "acme / anvil / smell_mtok" in done.stderr


def test_digits_that_a_float_left_behind_are_rounded_and_named(tmp_path: Path) -> None:
    genai = json.loads(json.dumps(GENAI))
    genai[0]["models"][0]["prices"]["output_mtok"] = 0.18000000000000002
    assert run(tmp_path, genai, MODELS_DEV).returncode == 0
    book = json.loads((tmp_path / "out" / "price-book.json").read_text(encoding="utf-8"))
    assert "became 0.18" in book["rounded"]["acme / anvil / output_mtok"]


def test_a_source_that_is_no_json_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, GENAI, MODELS_DEV)
    (tmp_path / "genai.json").write_text("{", encoding="utf-8")
    done = subprocess.run([*done.args], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "genai.json" in done.stderr


def test_a_model_that_the_catalog_leaves_out_is_known_by_what_other_hosts_say(
    tmp_path: Path,
) -> None:
    models_dev = json.loads(json.dumps(MODELS_DEV))
    models_dev["acme"]["models"]["rocket-5"] = {
        "base_model": "acme/rocket-5",
        "cost": {"input": 3, "output": 4},
    }
    for host, kinds in (("depot", ["text"]), ("shop", ["text", "image"])):
        facts = {"name": "Rocket 5", "limit": {"context": 9}, "modalities": {"input": kinds}}
        models_dev[host] = {
            "name": host,
            "models": {f"acme/Rocket-5-{host}": {}, "Rocket-5": facts},
        }
    assert run(tmp_path, GENAI, models_dev).returncode == 0
    book = json.loads((tmp_path / "out" / "price-book.json").read_text(encoding="utf-8"))
    card = book["providers"]["acme"]["cards"]["rocket-5"]
    assert (card["name"], card["abilities"]) == ("Rocket 5", ["images"])
    assert "context" not in card
