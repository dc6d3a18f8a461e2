"""The ledger's invariants, read from its raw rows by statements of their own.

Nothing of the ledger's code is used here but the names of its tables. Each function gives the
sentences that say what is wrong, none where it holds; its name carries the invariant's number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fetch = Callable[[str], Sequence[tuple[Any, ...]]]

SYSTEM = ("revenue/", "cash/", "promotion/", "write_off/", "counted/")
OPEN = ("held", "dispatched", "unknown")


@dataclass(slots=True)
class Rows:
    """Every row that matters, by name: one picture of the books."""

    accounts: dict[str, dict[str, Any]]
    holds: dict[str, dict[str, Any]]
    draws: list[dict[str, Any]]
    entries: dict[int, dict[str, Any]]
    postings: list[dict[str, Any]]
    events: list[dict[str, Any]]
    credits: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    draws_of: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    postings_of: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


_COLUMNS = {
    "accounts": "id tenant kind unit limited granted posted held taken",
    "holds": "id tenant key state attempt proof basis expires_ms lease_ms ended_ms frozen",
    "hold_draws": "hold_id account amount charged",
    "entries": "id at_ms kind hold_id corrects",
    "postings": "entry_id line account tenant unit amount",
    "events": "processor mode event_id kind payment handled outcome",
    "credits": "processor payment kind mode event_id tenant account unit granted taken_back"
    " entry_id amount_minor currency price",
    "refunds": "processor mode payment dispute amount_minor state",
}


STATEMENTS = {
    name: f"SELECT {', '.join(columns.split())} FROM ledger_{name}"
    for name, columns in _COLUMNS.items()
}


def read_rows(fetch: Fetch) -> Rows:
    """Read everything; the caller sees to it that nothing is written meanwhile."""
    return rows_of({name: fetch(statement) for name, statement in STATEMENTS.items()})


def rows_of(found: Mapping[str, Sequence[tuple[Any, ...]]]) -> Rows:
    """What `STATEMENTS` found, each under its own name."""
    tables = {
        name: [dict(zip(columns.split(), row, strict=True)) for row in found[name]]
        for name, columns in _COLUMNS.items()
    }
    rows = Rows(
        accounts={row["id"]: row for row in tables["accounts"]},
        holds={row["id"]: row for row in tables["holds"]},
        draws=tables["hold_draws"],
        entries={row["id"]: row for row in tables["entries"]},
        postings=tables["postings"],
        events=tables["events"],
        credits=tables["credits"],
        refunds=tables["refunds"],
    )
    rows.draws_of = _grouped(rows.draws, "hold_id")
    rows.postings_of = _grouped(rows.postings, "entry_id")
    return rows


def _grouped(rows: list[dict[str, Any]], column: str) -> dict[Any, list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def invariant_1_postings_add_up_to_nothing(rows: Rows) -> list[str]:
    wrong = []
    for entry in rows.entries:
        sums: dict[str, int] = defaultdict(int)
        for posting in rows.postings_of.get(entry, ()):
            sums[posting["unit"]] += posting["amount"]
        wrong += [f"entry {entry}: {unit} adds up to {sum_}" for unit, sum_ in sums.items() if sum_]
    known = set(rows.entries)
    wrong += [
        f"a posting of {row['entry_id']}" for row in rows.postings if row["entry_id"] not in known
    ]
    return wrong


def invariant_2_balances_are_their_history(rows: Rows) -> list[str]:
    posted: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for posting in rows.postings:
        posted[posting["account"]] += posting["amount"]
    for draw in rows.draws:
        if rows.holds[draw["hold_id"]]["state"] in OPEN:
            held[draw["account"]] += draw["amount"]
    wrong = []
    for name, account in rows.accounts.items():
        if account["posted"] != posted[name]:
            wrong.append(f"{name}: posted {account['posted']}, postings say {posted[name]}")
        if account["held"] != held[name]:
            wrong.append(f"{name}: held {account['held']}, holds say {held[name]}")
    strangers = {name for name in posted if name not in rows.accounts and not is_system(name)}
    return wrong + [f"{name} has postings and no row" for name in strangers]


def invariant_3_nothing_is_negative(rows: Rows) -> list[str]:
    wrong = []
    for name, account in rows.accounts.items():
        if account["held"] < 0:
            wrong.append(f"{name}: held {account['held']}")
        if account["limited"] and account["posted"] - account["held"] < 0:
            wrong.append(f"{name}: free {account['posted'] - account['held']}")
    return wrong


def invariant_4_every_hold_ends_once(rows: Rows) -> list[str]:
    wrong = []
    charged = defaultdict(int)
    for entry in rows.entries.values():
        if entry["kind"] == "charge":
            charged[entry["hold_id"]] += 1
    for name, hold in rows.holds.items():
        ended = hold["state"] in ("settled", "released")
        if ended != (hold["ended_ms"] is not None):
            wrong.append(f"{name}: {hold['state']}, ended {hold['ended_ms']}")
        if charged[name] > 1:
            wrong.append(f"{name}: charged {charged[name]} times")
        if charged[name] and hold["state"] != "settled":
            wrong.append(f"{name}: charged and {hold['state']}")
        open_draws = [draw for draw in rows.draws_of.get(name, ()) if draw["charged"] is None]
        if ended and open_draws:
            wrong.append(f"{name}: ended with open draws")
        if not ended and len(open_draws) != len(rows.draws_of.get(name, ())):
            wrong.append(f"{name}: open with charged draws")
    return wrong


def invariant_5_settled_is_what_was_charged(rows: Rows) -> list[str]:
    """What each draw says was charged is what the account lost by that hold."""
    lost: dict[tuple[str, str], int] = defaultdict(int)
    for posting in rows.postings:
        entry = rows.entries[posting["entry_id"]]
        if entry["kind"] == "charge" and not is_system(posting["account"]):
            lost[entry["hold_id"], posting["account"]] -= posting["amount"]
    wrong = []
    for draw in rows.draws:
        if draw["charged"] is not None:
            found = lost.pop((draw["hold_id"], draw["account"]), 0)
            if found != draw["charged"] or draw["charged"] < 0:
                wrong.append(f"{draw}: the account lost {found}")
    wrong += [f"{place} lost {amount} without a draw" for place, amount in lost.items() if amount]
    for name, hold in rows.holds.items():
        paid = sum(draw["charged"] or 0 for draw in rows.draws_of.get(name, ()))
        if hold["state"] == "released" and paid:
            wrong.append(f"{name}: released and charged {paid}")
    return wrong


def invariant_6_nothing_sent_is_free_by_time_alone(rows: Rows) -> list[str]:
    wrong = []
    for name, hold in rows.holds.items():
        if hold["state"] == "released" and hold["attempt"] > 0 and hold["proof"] is None:
            wrong.append(f"{name}: was sent, released without proof")
        if hold["state"] == "settled" and hold["attempt"] == 0:
            wrong.append(f"{name}: settled and never sent")
    return wrong


def invariant_7_one_key_one_hold(rows: Rows) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    wrong = []
    for name, hold in rows.holds.items():
        place = (hold["tenant"], hold["key"])
        if place in seen:
            wrong.append(f"{place}: {seen[place]} and {name}")
        seen[place] = name
    return wrong


def invariant_8_handled_if_and_only_if_credited(rows: Rows) -> list[str]:
    wrong = []
    events = {(row["processor"], row["mode"], row["event_id"]): row for row in rows.events}
    if len(events) != len(rows.events):
        wrong.append("an event stands there twice")
    places = {(row["processor"], row["payment"], row["kind"]) for row in rows.credits}
    if len(places) != len(rows.credits):
        wrong.append("a payment was credited twice")
    for credit in rows.credits:
        event = events.get((credit["processor"], credit["mode"], credit["event_id"]))
        if event is None or not event["handled"]:
            wrong.append(f"{credit['payment']}: credited by an event that is not handled")
        if rows.entries.get(credit["entry_id"], {}).get("kind") != "credit":
            wrong.append(f"{credit['payment']}: credited without an entry")
    entries = {row["entry_id"] for row in rows.credits}
    for name, entry in rows.entries.items():
        if entry["kind"] == "credit" and name not in entries:
            wrong.append(f"entry {name}: a credit without its payment")
    wrong += [
        f"event {row['event_id']} is not handled" for row in rows.events if not row["handled"]
    ]
    return wrong


def invariant_11_taken_back_stays_within(rows: Rows) -> list[str]:
    wrong = [
        f"{row['payment']}: {row['taken_back']} of {row['granted']} taken back"
        for row in rows.credits
        if not 0 <= row["taken_back"] <= row["granted"]
    ]
    wrong += [
        f"{name}: owes {account['posted']}"
        for name, account in rows.accounts.items()
        if account["kind"] == "debt" and account["posted"] > 0
    ]
    return wrong


def invariant_12_used_and_held_within_the_limit(rows: Rows) -> list[str]:
    """What a window was given, from the grants in the journal, is never passed."""
    given: dict[str, int] = defaultdict(int)
    spent: dict[str, int] = defaultdict(int)
    for posting in rows.postings:
        kind = rows.entries[posting["entry_id"]]["kind"]
        (spent if kind == "charge" else given)[posting["account"]] += posting["amount"]
    return [
        f"{name}: {-spent[name]} used and {account['held']} held of {given[name]}"
        for name, account in rows.accounts.items()
        if account["limited"] and -spent[name] + account["held"] > given[name]
    ]


def invariant_15_no_posting_joins_two_tenants(rows: Rows) -> list[str]:
    wrong = []
    for entry, postings in rows.postings_of.items():
        tenants = {row["tenant"] for row in postings if not is_system(row["account"])}
        if len(tenants) > 1:
            wrong.append(f"entry {entry}: {sorted(tenants)}")
    for row in rows.postings:
        if is_system(row["account"]) != (row["tenant"] == ""):
            wrong.append(f"{row['account']} belongs to {row['tenant']!r}")
    for draw in rows.draws:
        hold, account = rows.holds[draw["hold_id"]], rows.accounts[draw["account"]]
        if hold["tenant"] != account["tenant"]:
            wrong.append(f"{draw['hold_id']} of {hold['tenant']} draws on {account['tenant']}")
    return wrong


def invariant_16_whole_numbers_only(rows: Rows) -> list[str]:
    wrong = []
    for table, columns in (
        (rows.accounts.values(), ("granted", "posted", "held")),
        (rows.draws, ("amount",)),
        (rows.postings, ("amount",)),
        (rows.credits, ("granted", "taken_back", "amount_minor")),
    ):
        for row in table:
            wrong += [f"{row}: {name}" for name in columns if type(row[name]) is not int]
    return wrong


CHECKS: tuple[Callable[[Rows], list[str]], ...] = (
    invariant_1_postings_add_up_to_nothing,
    invariant_2_balances_are_their_history,
    invariant_3_nothing_is_negative,
    invariant_4_every_hold_ends_once,
    invariant_5_settled_is_what_was_charged,
    invariant_6_nothing_sent_is_free_by_time_alone,
    invariant_7_one_key_one_hold,
    invariant_8_handled_if_and_only_if_credited,
    invariant_11_taken_back_stays_within,
    invariant_12_used_and_held_within_the_limit,
    invariant_15_no_posting_joins_two_tenants,
    invariant_16_whole_numbers_only,
)


def troubles(rows: Rows) -> list[str]:
    """Everything that does not hold, each with the name of its invariant."""
    return [f"{check.__name__}: {said}" for check in CHECKS for said in check(rows)]


def is_system(account: str) -> bool:
    return account.startswith(SYSTEM)
