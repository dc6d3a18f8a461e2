"""Statements sent together on one connection: one commit, each judged alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.server.database_lane import TOGETHER_MAX, Lane

ADD = "INSERT INTO drawers (id, left_over) VALUES (?, ?) RETURNING pg_current_xact_id()::text"
ECHO = "SELECT ?::text[], ?::text[], ?::bigint[], ?::bigint[]"
TAKE = (
    "UPDATE drawers SET left_over = left_over - %(amount)s WHERE id = %(id)s"
    " AND left_over >= %(amount)s"
)


@pytest.fixture
async def lane(postgres_url: str) -> AsyncIterator[Lane]:
    async def connect() -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(postgres_url, autocommit=True)
        await connection.execute("SET lock_timeout = '100ms'")
        return connection

    async with await psycopg.AsyncConnection.connect(postgres_url) as setup:
        await setup.execute("CREATE TABLE drawers (id TEXT PRIMARY KEY, left_over BIGINT)")
    lane = Lane(connect)
    yield lane
    lane.close()


async def rows(url: str, text: str) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await (await connection.execute(text)).fetchall()


async def test_what_arrives_together_shares_a_commit(lane: Lane) -> None:
    await lane.ask(ADD, ("first", 1), "")
    asked = [lane.ask(ADD, (f"d{number}", 1), "") for number in range(TOGETHER_MAX)]
    answers = await asyncio.gather(*asked)
    assert len({answer.rows[0][0] for answer in answers}) == 1
    assert [answer.count for answer in answers] == [1] * TOGETHER_MAX


async def test_each_is_judged_alone(lane: Lane, postgres_url: str) -> None:
    await lane.ask(ADD, ("a", 3), "")
    took = [lane.ask(TAKE, {"id": "a", "amount": 1}, "") for _ in range(5)]
    assert [(await each).count for each in took] == [1, 1, 1, 0, 0]
    assert await rows(postgres_url, "SELECT left_over FROM drawers") == [(0,)]


async def test_one_that_fails_takes_no_other_with_it(lane: Lane, postgres_url: str) -> None:
    await lane.ask(ADD, ("a", 3), "")
    before, wrong, after = (lane.ask(ADD, (name, 1), "") for name in ("b", "a", "c"))
    assert (await before).count == 1
    with pytest.raises(psycopg.errors.UniqueViolation):
        await wrong
    assert (await after).count == 1
    assert await rows(postgres_url, "SELECT id FROM drawers ORDER BY id") == [
        ("a",),
        ("b",),
        ("c",),
    ]


async def test_values_come_back_as_they_went(lane: Lane) -> None:
    words = ["plain", 'with "marks"', "back\\slash", "{braces}", "né, ünï"]
    asked = "SELECT %(one)s::text, %(two)s::bigint, %(none)s::text, %(many)s::text[], %(one)s::text"
    values = {"one": "it's", "two": -(2**60), "none": None, "many": [*words, None]}
    answer = await lane.ask(asked, values, "")
    assert answer.rows == [("it's", -(2**60), None, [*words, None], "it's")]
    with pytest.raises(psycopg.DataError):
        lane.ask("SELECT ?::text", ("a\0b",), "")


async def test_a_locked_row_holds_up_nobody_else(lane: Lane, postgres_url: str) -> None:
    await lane.ask(ADD, ("a", 3), "")
    await lane.ask(ADD, ("b", 3), "")
    async with await psycopg.AsyncConnection.connect(postgres_url) as other:
        await other.execute("SELECT 1 FROM drawers WHERE id = 'a' FOR UPDATE")
        waits = lane.ask(TAKE, {"id": "a", "amount": 1}, "a")
        goes = lane.ask(TAKE, {"id": "b", "amount": 1}, "b")
        assert (await goes).count == 1
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await waits
    assert (await lane.ask(TAKE, {"id": "a", "amount": 1}, "a")).count == 1


async def test_a_lost_connection_is_said_and_made_again(lane: Lane, postgres_url: str) -> None:
    await lane.ask(ADD, ("a", 3), "")
    sleeping = lane.ask("SELECT pg_sleep(?)::text", (30,), "")
    await asyncio.sleep(0.05)
    waiting = lane.ask(ADD, ("b", 1), "")
    ended = await rows(
        postgres_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
        " AND pid <> pg_backend_pid()",
    )
    assert ended == [(True,)]
    with pytest.raises(psycopg.OperationalError):
        await sleeping
    assert (await waiting).count == 1
    assert (await lane.ask(ADD, ("c", 1), "")).count == 1


async def test_who_waits_is_told_where_there_is_no_connection() -> None:
    async def connect() -> psycopg.AsyncConnection[Any]:
        raise psycopg.OperationalError("nobody there")

    lane = Lane(connect)
    asked = [lane.ask("SELECT ?", (1,), "") for _ in range(3)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in told] == [psycopg.OperationalError] * 3
    lane.close()


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
NASTY = st.text(st.sampled_from('",\\{}N U\n%é'), max_size=6)
NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(
    st.lists(TEXTS | NASTY, max_size=4),
    st.lists(st.none() | NASTY, max_size=3),
    st.lists(NUMBERS, max_size=4),
    st.lists(st.none() | NUMBERS, max_size=3),
)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_what_is_sent_comes_back_as_it_was(
    lane: Lane, texts: list[str], some: list[str | None], numbers: list[int], few: list[int | None]
) -> None:
    answer = await lane.ask(ECHO, (texts, tuple(some), numbers, few), "")
    assert answer.rows[0][0] == texts
    assert answer.rows[0][1] == some
    assert answer.rows[0][2] == numbers
    assert answer.rows[0][3] == few


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"], ["a", None, "\0"]])
async def test_a_text_with_a_nul_is_never_cut_off_at_it(lane: Lane, value: object) -> None:
    with pytest.raises(psycopg.DataError):
        await lane.ask("SELECT ?::text", (value,), "")


async def test_answers_of_other_columns_follow_each_other(lane: Lane) -> None:
    asked = [
        lane.ask("SELECT ?::text, 1::bigint", ("a",), ""),
        lane.ask("SELECT 2::bigint, ?::text, NULL", ("b",), ""),
        lane.ask("SELECT 3::bigint WHERE 1 = ?", (0,), ""),
        lane.ask("SELECT ?::text, 1::bigint", ("c",), ""),
    ]
    told = [(await each).rows for each in asked]
    assert told == [[("a", 1)], [(2, "b", None)], [], [("c", 1)]]
    assert (await lane.ask("SELECT %(one)s::text", {"one": "alone", "more": 1}, "")).rows == [
        ("alone",)
    ]
