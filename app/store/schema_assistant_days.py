"""The step that keeps what each assistant came to summed up by day, as usage and draws are.

Which assistant a message was made with is told before its usage is written, and after it where a
damaged file is rescued: triggers keep the sums in either order.
"""

from __future__ import annotations

from app.store.schema_draws import hosted_key_of
from app.store.schema_usage import ADDED, SUMS, TAKEN_OFF, day_of, sum_triggers, sums_of

_PLACE = "day, assistant_id, key_id, provider, model, chat_id"
_DRAW_PLACE = f"{_PLACE}, unit"
_KEY = (
    "day INTEGER NOT NULL, assistant_id TEXT NOT NULL, key_id TEXT NOT NULL,"
    " provider TEXT NOT NULL, model TEXT NOT NULL, chat_id TEXT NOT NULL"
)
_ASSISTANT_DAYS = f"""
CREATE TABLE assistant_days (
    {_KEY},
    {", ".join(f"{name} INTEGER NOT NULL" for name in SUMS)},
    PRIMARY KEY ({_PLACE})
) STRICT, WITHOUT ROWID"""
_ASSISTANT_DRAW_DAYS = f"""
CREATE TABLE assistant_draw_days (
    {_KEY}, unit TEXT NOT NULL, draws INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY ({_DRAW_PLACE})
) STRICT, WITHOUT ROWID"""


def _maker_of(message: str) -> str:
    """An answer has one assistant, all of its calls were made with it; no row where it has none."""
    return (
        f"(SELECT assistant_id FROM assistant_calls WHERE message_id = {message}"
        " ORDER BY seq LIMIT 1) AS made"
    )


def _taken_in(row: str, source: str) -> str:
    return f"""
    INSERT INTO assistant_days ({_PLACE}, {", ".join(SUMS)})
    SELECT {_place_of(row)}, {", ".join(sums_of(row))} FROM {source}
    ON CONFLICT ({_PLACE}) DO UPDATE SET
        {ADDED};"""


def _place_of(row: str, key: str = "") -> str:
    key = key or f"{row}.key_id"
    return f"{day_of(row)}, made.assistant_id, {key}, {row}.provider, {row}.model, {row}.chat_id"


def _draw_place_of(row: str) -> str:
    return f"{_place_of(row, hosted_key_of(row))}, {row}.unit"


def _drawn_in(row: str, source: str) -> str:
    return f"""
    INSERT INTO assistant_draw_days ({_DRAW_PLACE}, draws, amount)
    SELECT {_draw_place_of(row)}, 1, {row}.amount FROM {source}
    ON CONFLICT ({_DRAW_PLACE}) DO UPDATE SET
        draws = draws + 1, amount = amount + excluded.amount;"""


_TAKE_IN = _taken_in("new", f"{_maker_of('new.message_id')} WHERE true")
_OLD = f"({_PLACE}) = (SELECT {_place_of('old')} FROM {_maker_of('old.message_id')})"
_TAKE_OUT = f"""
    UPDATE assistant_days SET {TAKEN_OFF} WHERE {_OLD};
    DELETE FROM assistant_days WHERE {_OLD} AND calls = 0;"""

_MADE = "assistant_calls AS made"
_DRAW_IN = _drawn_in("new", f"{_MADE} WHERE made.hold_id = new.hold_id")
_OLD_DRAW = (
    f"({_DRAW_PLACE}) ="
    f" (SELECT {_draw_place_of('old')} FROM {_MADE} WHERE made.hold_id = old.hold_id)"
)
_DRAW_OUT = f"""
    UPDATE assistant_draw_days SET draws = draws - 1, amount = amount - old.amount
    WHERE {_OLD_DRAW};
    DELETE FROM assistant_draw_days WHERE {_OLD_DRAW} AND draws = 0;"""

# A message's usage belongs to the first of its calls that is told; a draw to its own call.
_IS_FIRST = """NOT EXISTS (
        SELECT 1 FROM assistant_calls AS other
        WHERE other.message_id = new.message_id AND other.seq <> new.seq
    )"""
_TOLD = (
    _taken_in(
        "usage",
        "usage JOIN assistant_calls AS made ON made.seq = new.seq"
        f" WHERE usage.message_id = new.message_id AND {_IS_FIRST}",
    )
    + _drawn_in(
        "draws",
        "hosted_draws AS draws JOIN assistant_calls AS made ON made.seq = new.seq"
        " WHERE draws.hold_id = new.hold_id",
    )
)  # fmt: skip


REBUILD_ASSISTANT_DAYS = (
    "DELETE FROM assistant_days",
    f"""
INSERT INTO assistant_days ({_PLACE}, {", ".join(SUMS)})
SELECT {_place_of("usage")}, {", ".join(f"sum({value})" for value in sums_of("usage"))}
FROM assistant_calls AS made JOIN usage ON usage.message_id = made.message_id
WHERE made.seq = (SELECT min(seq) FROM assistant_calls WHERE message_id = usage.message_id)
GROUP BY 1, 2, 3, 4, 5, 6""",
    "DELETE FROM assistant_draw_days",
    f"""
INSERT INTO assistant_draw_days ({_DRAW_PLACE}, draws, amount)
SELECT {_draw_place_of("draws")}, count(*), sum(draws.amount)
FROM assistant_calls AS made JOIN hosted_draws AS draws ON draws.hold_id = made.hold_id
GROUP BY 1, 2, 3, 4, 5, 6, 7""",
)

SUM_UP_ASSISTANTS = (
    "CREATE INDEX assistant_calls_of_message ON assistant_calls (message_id, assistant_id)",
    _ASSISTANT_DAYS,
    _ASSISTANT_DRAW_DAYS,
    *REBUILD_ASSISTANT_DAYS,
    *sum_triggers("assistant_days", "usage", _TAKE_IN, _TAKE_OUT),
    *sum_triggers("assistant_draw_days", "hosted_draws", _DRAW_IN, _DRAW_OUT),
    f"CREATE TRIGGER assistant_calls_told AFTER INSERT ON assistant_calls BEGIN{_TOLD}\nEND",
)
