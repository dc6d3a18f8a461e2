"""A bench's figures: when a limit is kept, and the line that is printed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).resolve().parents[2] / "packaging" / "bench"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


figures = load("figures")


def figure(**more: object) -> object:
    return figures.Figure(metric="time", value=30.0, unit="ms", **more)


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({}, True),
        ({"limit": 30.0}, True),
        ({"limit": 29.9}, False),
        ({"limit": 30.1, "at_least": True}, False),
        ({"base": 20.0, "limit": 1.5}, True),
        ({"base": 20.0, "limit": 1.4}, False),
        ({"base": 6.0, "limit": 5.0, "at_least": True}, True),
        ({"base": 0.0, "limit": 1.4}, False),
    ],
)
def test_a_limit_holds_for_the_ratio_where_there_is_a_base(
    more: dict[str, object], kept: bool
) -> None:
    assert figure(**more).ok is kept


def test_a_figure_is_one_line_with_what_it_was_measured_against() -> None:
    line = figures.line("startup", figure(against="a bare window", base=20.0, limit=1.7))
    assert json.loads(line) == {
        "bench": "startup", "metric": "time", "value": 30.0, "unit": "ms",
        "against": "a bare window", "ratio": 1.5, "limit": 1.7, "ok": True,
    }  # fmt: skip


def test_one_missed_limit_is_enough_and_the_others_are_still_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not figures.report("b", [figure(limit=1.0), figure(limit=99.0)])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_median_is_never_of_fewer_than_five_runs() -> None:
    values = iter([9.0, 1.0, 5.0, 3.0, 7.0, 0.0])
    assert figures.median_of(lambda: next(values), runs=2) == 5.0


@pytest.mark.parametrize(("share", "value"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert figures.percentile([float(n) for n in range(100, 0, -1)], share) == value


def test_an_unknown_bench_is_answered_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert load("run").main(["nothing"]) == 2
    assert "startup" in capsys.readouterr().out


def test_what_is_installed_is_counted_without_a_browser_engine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert load("run").main(["installed"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["metric"] for line in lines} >= {"packages", "size"}
    assert "PySide6_Addons" not in str(lines)
