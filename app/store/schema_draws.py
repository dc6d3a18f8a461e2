"""The step that keeps what hosted credit drew summed up by day, beside the sums of usage.

Triggers keep the sums, as those of usage: a rescue of a damaged file writes draws too.
"""

from __future__ import annotations

from app.store.schema_usage import day_of, sum_triggers

_PLACE = "day, key_id, provider, model, chat_id, grant_name, unit"
_DRAW_DAYS = f"""
CREATE TABLE draw_days (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    grant_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    draws INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY ({_PLACE})
) STRICT, WITHOUT ROWID"""


def hosted_key_of(row: str) -> str:
    """The key that a draw's call has among the usage, as an expression."""
    return f"'hosted:' || {row}.server_id || ':' || {row}.holder"


def _place_of(row: str) -> str:
    return (
        f"{day_of(row)}, {hosted_key_of(row)}, {row}.provider, {row}.model, {row}.chat_id,"
        f" {row}.grant_name, {row}.unit"
    )


_TAKE_IN = f"""
    INSERT INTO draw_days ({_PLACE}, draws, amount) VALUES ({_place_of("new")}, 1, new.amount)
    ON CONFLICT ({_PLACE}) DO UPDATE SET draws = draws + 1, amount = amount + excluded.amount;"""
_WHERE_OLD = f"({_PLACE}) = ({_place_of('old')})"
_TAKE_OUT = f"""
    UPDATE draw_days SET draws = draws - 1, amount = amount - old.amount WHERE {_WHERE_OLD};
    DELETE FROM draw_days WHERE {_WHERE_OLD} AND draws = 0;"""

# Where a draw belongs among the calls: to the first row that its call has in the usage.
_FIND_PLACES = """
UPDATE hosted_draws SET (chat_id, provider, at_ms) = (
    SELECT usage.chat_id, usage.provider, usage.at_ms
    FROM hosted_calls JOIN usage ON usage.message_id = hosted_calls.message_id
    WHERE hosted_calls.hold_id = hosted_draws.hold_id
        AND usage.key_id = 'hosted:' || hosted_draws.server_id || ':' || hosted_draws.holder
        AND usage.at_ms >= hosted_draws.at_ms
    ORDER BY usage.at_ms LIMIT 1
)
WHERE EXISTS (
    SELECT 1 FROM hosted_calls JOIN usage ON usage.message_id = hosted_calls.message_id
    WHERE hosted_calls.hold_id = hosted_draws.hold_id
        AND usage.key_id = 'hosted:' || hosted_draws.server_id || ':' || hosted_draws.holder
        AND usage.at_ms >= hosted_draws.at_ms
)"""

REBUILD_DRAW_DAYS = (
    "DELETE FROM draw_days",
    f"""
INSERT INTO draw_days ({_PLACE}, draws, amount)
SELECT {_place_of("hosted_draws")}, count(*), sum(amount) FROM hosted_draws
GROUP BY 1, 2, 3, 4, 5, 6, 7""",
)

SUM_UP_DRAWS = (
    "ALTER TABLE hosted_draws ADD COLUMN chat_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE hosted_draws ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
    _FIND_PLACES,
    _DRAW_DAYS,
    *REBUILD_DRAW_DAYS,
    *sum_triggers("draw_days", "hosted_draws", _TAKE_IN, _TAKE_OUT),
    "CREATE INDEX hosted_draws_of_hold ON hosted_draws (hold_id)",
    "CREATE INDEX draw_days_of_chat ON draw_days (chat_id, unit, amount)",
)
