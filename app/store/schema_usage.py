"""The step that keeps usage summed up by day, so that years of it are there at once.

Triggers keep the sums in the transaction that writes a call, whoever writes it: a turn that
ends, a rescue of a damaged file, a correction.
"""

from __future__ import annotations

# No row of its own for each call: 200,000 calls of two years are some thousand of these.
_USAGE_DAYS = """
CREATE TABLE usage_days (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    calls INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    pusd INTEGER NOT NULL,
    estimated_pusd INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    read_tokens INTEGER NOT NULL,
    written_tokens INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, provider, model, chat_id)
) STRICT, WITHOUT ROWID"""

DAY_MS = 86_400_000
_PLACE = "day, key_id, provider, model, chat_id"
SUMS = (
    "calls", "messages", "pusd", "estimated_pusd", "estimated", "unpriced",
    "read_tokens", "written_tokens",
)  # fmt: skip


def day_of(row: str) -> str:
    """The day of a row, as an expression: days since 1970 in UTC."""
    # Integer division cuts towards zero; a damaged time before 1970 must not share day 0.
    return f"({row}.at_ms - (({row}.at_ms % {DAY_MS}) + {DAY_MS}) % {DAY_MS}) / {DAY_MS}"


def _place_of(row: str) -> str:
    return f"{day_of(row)}, {row}.key_id, {row}.provider, {row}.model, {row}.chat_id"


def sums_of(row: str) -> tuple[str, ...]:
    """What a row adds to each of SUMS, as expressions."""
    return (
        "1",
        f"{row}.first_call",
        f"coalesce({row}.cost_pusd, 0)",
        f"iif({row}.certainty = 'exact', 0, coalesce({row}.cost_pusd, 0))",
        f"{row}.certainty <> 'exact'",
        f"{row}.cost_pusd IS NULL",
        f"{row}.input_tokens + {row}.cache_read_tokens + {row}.cache_write_tokens",
        f"{row}.output_tokens + {row}.reasoning_tokens",
    )


def sum_triggers(name: str, table: str, take_in: str, take_out: str) -> tuple[str, ...]:
    """The triggers that keep sums called `name` of a table: by what takes a row `new` into them,
    and `old` out of them."""
    return (
        f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN{take_in}\nEND",
        f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN{take_out}\nEND",
        f"CREATE TRIGGER {name}_update AFTER UPDATE ON {table} BEGIN{take_out}{take_in}\nEND",
    )


# What changes each of SUMS by the row that is inserted, and back by the row `old`.
ADDED = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
TAKEN_OFF = ", ".join(
    f"{name} = {name} - ({value})" for name, value in zip(SUMS, sums_of("old"), strict=True)
)

_TAKE_IN = f"""
    INSERT INTO usage_days ({_PLACE}, {", ".join(SUMS)})
    VALUES ({_place_of("new")}, {", ".join(sums_of("new"))})
    ON CONFLICT ({_PLACE}) DO UPDATE SET
        {ADDED};"""

_WHERE_OLD = f"({_PLACE}) = ({_place_of('old')})"
_TAKE_OUT = f"""
    UPDATE usage_days SET {TAKEN_OFF} WHERE {_WHERE_OLD};
    DELETE FROM usage_days WHERE {_WHERE_OLD} AND calls = 0;"""

_TRIGGERS = sum_triggers("usage_days", "usage", _TAKE_IN, _TAKE_OUT)

REBUILD_USAGE_DAYS = (
    "DELETE FROM usage_days",
    f"""
INSERT INTO usage_days ({_PLACE}, {", ".join(SUMS)})
SELECT {_place_of("usage")}, {", ".join(f"sum({value})" for value in sums_of("usage"))}
FROM usage GROUP BY 1, 2, 3, 4, 5""",
)

# The dearest calls of any span, without sorting all of them.
_USAGE_BY_COST = """
CREATE INDEX usage_by_cost ON usage (cost_pusd, at_ms, key_id, provider, model, chat_id)"""

SUM_UP_USAGE = (_USAGE_DAYS, *REBUILD_USAGE_DAYS, *_TRIGGERS, _USAGE_BY_COST)
