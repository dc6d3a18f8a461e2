"""Files that users download: every layout, odd encodings and numbers, and faults in words."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metering.reconciliation_rows import Figures, ReportedUsage
from app.money import usd_text
from app.providers.usage_reports_cells import Cells, CellTrouble, Columns
from app.providers.usage_reports_csv import ReportFile, ReportFileError

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "usage_reports"
HEADER = "date,model,requests,input_tokens,output_tokens,cost_usd\n"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "report.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return written


def rows_of(path: Path, provider: str = "openai") -> list[ReportedUsage]:
    return list(ReportFile(path, provider).rows())


@pytest.mark.parametrize(
    ("name", "layout", "provider"),
    [
        ("openai-costs.csv", "openai_costs", "openai"),
        ("openai-usage.csv", "openai_usage", "openai"),
        ("anthropic-usage.csv", "anthropic_usage", "anthropic"),
        ("anthropic-costs.csv", "anthropic_costs", "anthropic"),
        ("openrouter-calls.csv", "openrouter_calls", "openrouter"),
        ("openrouter-days.csv", "openrouter_days", "openrouter"),
    ],
)
def test_a_layout_is_told_from_its_header(name: str, layout: str, provider: str) -> None:
    file = ReportFile(GOLDEN / name)
    assert (file.layout.id, file.layout.provider) == (layout, provider)


def test_openai_costs_have_model_and_part_and_days_without_any() -> None:
    first, _, empty = ReportFile(GOLDEN / "openai-costs.csv").rows()
    assert (first.model, first.part) == ("gpt-4o-2024-08-06", "input")
    assert first.figures == Figures(cost_pusd=2_500_000_000)
    assert (empty.day, empty.figures) == (date(2026, 11, 4), Figures())


def test_openai_usage_has_tokens_and_the_key() -> None:
    first, _ = ReportFile(GOLDEN / "openai-usage.csv").rows()
    assert first.figures == Figures(1, 1_000, 0, None, 200)
    assert first.key == "key_Main1"


def test_anthropic_usage_puts_its_input_together() -> None:
    _, second = ReportFile(GOLDEN / "anthropic-usage.csv").rows()
    assert second.figures == Figures(None, 3_500, 2_000, 500, 300)
    assert second.key == "Laptop"


def test_anthropic_costs_are_told_in_cents_and_the_file_says_so() -> None:
    file = ReportFile(GOLDEN / "anthropic-costs.csv")
    rows = list(file.rows())
    assert (rows[2].model, rows[2].figures.cost_pusd) == ("Claude Haiku 4.5", 10**10)
    assert file.step_pusd == 10**10


def test_openrouter_calls_have_their_ids_and_moments() -> None:
    first, _ = ReportFile(GOLDEN / "openrouter-calls.csv").rows()
    assert first.request_id == "gen-1762166000-AAAA"
    assert first.at == datetime(2026, 11, 3, 10, 33, 19, 433_000, tzinfo=UTC)
    assert first.figures == Figures(1, 1_000, 0, None, 500, 450_000_000)


def test_openrouter_days_have_requests() -> None:
    (row,) = ReportFile(GOLDEN / "openrouter-days.csv").rows()
    assert row.figures == Figures(1, 1_000, None, None, 500, 450_000_000)


def test_any_table_is_read_where_the_provider_is_chosen(write: Write) -> None:
    (row,) = rows_of(write("Day,Model,Calls,Input Tokens,Output Tokens,Cost (USD)\n"
                           "2026-11-03,gpt-4o,2,1000,200,0.0045\n"))  # fmt: skip
    assert row.model == "gpt-4o"
    assert row.figures == Figures(2, 1_000, None, None, 200, 4_500_000_000)


def test_an_unknown_layout_names_its_columns_and_those_that_are_needed(write: Write) -> None:
    with pytest.raises(ReportFileError) as error:
        ReportFile(write("Invoice,Total\n17,3.50\n"))
    assert "Its columns are: Invoice, Total." in error.value.message
    assert "Anthropic cost: usage_date_utc, model, token_type, cost_usd" in error.value.advice


def test_a_table_without_a_day_is_not_guessed(write: Write) -> None:
    with pytest.raises(ReportFileError, match="no layout that is known"):
        ReportFile(write("model,cost_usd\ngpt-4o,1.00\n"), "openai")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(write: Write, encoding: str) -> None:
    text = f"{HEADER}2026-11-03,Modèle é,1,1000,200,0.0045\n"
    (row,) = rows_of(write(text, encoding))
    assert row.model == "Modèle é"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_read(write: Write, separator: str) -> None:
    text = f"{HEADER}2026-11-03,gpt-4o,1,1000,200,0.0045\n".replace(",", separator)
    (row,) = rows_of(write(text))
    assert row.figures.cost_pusd == 4_500_000_000


def test_a_spreadsheet_of_a_country_with_a_decimal_comma_is_read(write: Write) -> None:
    text = f"sep=;\n{HEADER.replace(',', ';')}2026-11-03;gpt-4o;1.024;1.234.567;200;1.234,56\n"
    (row,) = rows_of(write(text))
    assert row.figures == Figures(1_024, 1_234_567, None, None, 200, 1_234_560_000_000_000)


def test_thousands_are_read(write: Write) -> None:
    text = f'{HEADER}2026-11-03,gpt-4o,"1,024","1,234,567",200,"$1,234.56"\n'
    (row,) = rows_of(write(text))
    assert row.figures == Figures(1_024, 1_234_567, None, None, 200, 1_234_560_000_000_000)


def test_words_above_the_table_are_passed_over(write: Write) -> None:
    text = f"Usage report\nNovember\n\n{HEADER}2026-11-03,gpt-4o,1,1000,200,0.0045\n"
    (row,) = rows_of(write(text))
    assert row.model == "gpt-4o"


def test_a_number_behind_an_equals_sign_is_text_and_a_formula_is_never_run(write: Write) -> None:
    (row,) = rows_of(write(f'{HEADER}2026-11-03,gpt-4o,1,"=""1000""",200,0.0045\n'))
    assert row.figures.read == 1_000
    formula = write(f"{HEADER}2026-11-03,gpt-4o,1,=1000+1,200,0.0045\n")
    with pytest.raises(ReportFileError, match="line 2, column input_tokens: '=1000"):
        rows_of(formula)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2026-11-03,m,1,1000,200,many", "column cost_usd: 'many' is no amount in dollars"),
        ("2026-11-03,m,1,1000,200,NaN", "column cost_usd"),
        ("2026-11-03,m,1,1000,200,1e999999999", "column cost_usd"),
        ("2026-11-03,m,1,1000,200,€4", "column cost_usd"),
        ("2026-11-03,m,1,-5,200,1", "column input_tokens: '-5' is no whole number"),
        ("2026-11-03,m,1,1.5,200,1", "column input_tokens"),
        ('2026-11-03,m,1,1,200,"1,23456"', "column cost_usd"),
        ("03/04/2026,m,1,1,200,1", "column date: '03/04/2026' is no day like 2026-11-21"),
        ("2026-13-03,m,1,1,200,1", "column date"),
        (",m,1,1,200,1", "column date"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(write: Write, line: str, words: str) -> None:
    text = f"{HEADER}2026-11-02,m,1,1,1,1\n{line}\n"
    with pytest.raises(ReportFileError) as error:
        rows_of(write(text))
    assert "report.csv: line 3, " in error.value.message
    assert words in error.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "it is empty"), (b"\x00\x01\x02PK", "it is no text file"), (b"   \n", "it is empty")],
)
def test_what_is_no_table_is_said_to_be_none(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(content)
    with pytest.raises(ReportFileError, match=words):
        ReportFile(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReportFileError, match=r"nothing\.csv: it cannot be opened"):
        ReportFile(tmp_path / "nothing.csv")
    with pytest.raises(ReportFileError, match="it cannot be opened"):
        ReportFile(tmp_path)


def test_a_cell_of_a_megabyte_is_an_error_and_no_crash(write: Write) -> None:
    with pytest.raises(ReportFileError, match="is no line of a table"):
        rows_of(write(f"{HEADER}2026-11-03,{'m' * 1_000_000},1,1,1,1\n"))


def test_costs_in_another_currency_are_refused(write: Write) -> None:
    text = "start_time,amount_value,amount_currency\n1793664000,1.5,eur\n"
    with pytest.raises(ReportFileError, match="'eur' is no dollars"):
        rows_of(write(text), "")


def test_a_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = b"2026-11-03,gpt-4o-2024-08-06,1,1000,200,0.0045\n"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(60):
            file.write(line * 1_000)
    tracemalloc.start()
    count = sum(1 for _ in ReportFile(path, "openai").rows())
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_000
    assert peak_bytes < 1_000_000


@given(st.integers(-(10**20), 10**20))
def test_money_is_read_to_the_last_digit_whatever_its_size(pusd: int) -> None:
    cells = Cells(Columns(["cost"]), [usd_text(pusd)])
    assert cells.pusd("cost") == pusd


@given(st.integers(0, 10**12), st.sampled_from([",", ".", " ", "\u202f", "'"]))
def test_counts_are_read_with_any_mark_between_thousands(count: int, mark: str) -> None:
    text = f"{count:,}".replace(",", mark)
    assert Cells(Columns(["n"]), [text], decimal_comma=mark == ".").count("n") == count


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_a_cell(text: str) -> None:
    cells = Cells(Columns(["x"]), [text], decimal_comma=True)
    for read in (cells.pusd, cells.count, cells.day):
        with suppress(CellTrouble):
            assert read("x") is not None


def test_rounding_is_to_the_nearest_picodollar() -> None:
    assert Cells(Columns(["c"]), ["0.0000000000005"]).pusd("c") == 0
    assert Cells(Columns(["c"]), ["0.00000000000151"]).pusd("c") == 2
    assert Cells(Columns(["c"]), ["(1.50)"]).pusd("c") == -1_500_000_000_000
