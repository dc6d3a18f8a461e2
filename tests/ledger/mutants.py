"""Small wrongs in the ledger's source, each with the invariant that has to notice it.

Where the database's own checks would refuse first, they are taken away too: the audit has to
find what got past them.
"""

# Edits quote source as it stands, however long its lines are.
# ruff: noqa: E501, ISC004

from __future__ import annotations

from dataclasses import dataclass

Edit = tuple[str, str, str]  # module of app.ledger, what stands there, what stands there instead


@dataclass(frozen=True, slots=True)
class Mutant:
    """`killed_by` is found in what the first failure says. `race` needs writers side by side."""

    killed_by: str
    edits: tuple[Edit, ...]
    race: bool = False


_NO_BALANCE_CHECK: Edit = (
    "schema",
    "CONSTRAINT ledger_never_negative CHECK (limited = 0 OR posted - held >= 0),",
    "",
)
_NO_GUARD: Edit = (
    "accounts",
    "(limited = 0 OR posted + ? - held - ? >= 0)",
    "(1 = 1 OR posted + ? - held - ? >= 0)",
)
_NO_TRIGGERS: Edit = ("schema", "    return found\n", "    return []\n")
_NO_PROOF_CHECK: Edit = (
    "schema",
    "CHECK (state <> 'released' OR attempt = 0 OR proof IS NOT NULL)",
    "CHECK (1 = 1)",
)

MUTANTS: dict[str, Mutant] = {
    "missing guard": Mutant(
        "invariant_3",
        (
            _NO_BALANCE_CHECK,
            _NO_GUARD,
            ("admission", "if free is not None and free < draw.amount:", "if False:"),
        ),
    ),
    "check, then act": Mutant(
        "invariant_3",
        (
            _NO_BALANCE_CHECK,
            _NO_GUARD,
            (
                "accounts",
                "found = yield from _read(wanted, lock=True)",
                "found = yield from _read(wanted, lock=False)",
            ),
        ),
        race=True,
    ),
    "shortcut for a trusted tenant": Mutant(
        "invariant_3",
        (
            _NO_BALANCE_CHECK,
            _NO_GUARD,
            (
                "admission",
                "short = shortfalls(wish, accounts)",
                'short = () if wish.tenant == "bob" else shortfalls(wish, accounts)',
            ),
        ),
    ),
    "a timer frees what was sent": Mutant(
        "invariant_6",
        (
            _NO_TRIGGERS,
            _NO_PROOF_CHECK,
            (
                "sweeping",
                "UPDATE ledger_holds SET state = 'unknown' WHERE id",
                "UPDATE ledger_holds SET state = 'released', ended_ms = lease_ms WHERE id",
            ),
        ),
    ),
    "early return where usage is missing": Mutant(
        "invariant_4",
        (
            (
                "settlement",
                "    held = {draw.account: draw.amount for draw in hold.draws}",
                "    if not order.charges and order.divide is None:\n"
                "        return Settled(order.hold_id, {})\n"
                "    held = {draw.account: draw.amount for draw in hold.draws}",
            ),
        ),
    ),
    "an event is on the disk before its credit": Mutant(
        "invariant_8",
        (
            (
                "sqlite",
                "                ).fetchall()",
                "                ).fetchall()\n"
                '                if "INTO ledger_events" in statement.text:\n'
                '                    connection.execute("COMMIT")\n'
                '                    connection.execute("BEGIN IMMEDIATE")',
            ),
        ),
    ),
    "an index instead of UNIQUE on payments": Mutant(
        "invariant_8",
        (
            (
                "schema",
                "PRIMARY KEY (processor, payment, kind),",
                "PRIMARY KEY (processor, payment, kind, event_id),",
            ),
            ("payments", "    if known:\n", "    if False:\n"),
        ),
    ),
    "an event that comes again counts again": Mutant(
        "invariant_8",
        (
            (
                "schema",
                "PRIMARY KEY (processor, mode, event_id)",
                "PRIMARY KEY (processor, mode, event_id, at_ms)",
            ),
        ),
    ),
    "a refund's total is taken for one more refund": Mutant(
        "invariant_11",
        (
            (
                "payments",
                '" THEN excluded.amount_minor ELSE ledger_refunds.amount_minor END,"',
                '" THEN excluded.amount_minor + ledger_refunds.amount_minor"\n'
                '        " ELSE ledger_refunds.amount_minor END,"',
            ),
        ),
    ),
    "a late refund takes the total back down": Mutant(
        "invariant_11",
        (
            _NO_TRIGGERS,
            (
                "payments",
                '" THEN excluded.amount_minor ELSE ledger_refunds.amount_minor END,"',
                '" THEN excluded.amount_minor ELSE excluded.amount_minor END,"',
            ),
        ),
    ),
    "money in floats": Mutant(
        "invariant_11",
        (
            (
                "payments",
                "return granted * min(asked_back_minor, paid_minor) // paid_minor",
                "return int(granted * (min(asked_back_minor, paid_minor) / paid_minor))",
            ),
        ),
    ),
    "the mode is not looked at": Mutant(
        "invariant_10", (("payments", '        ("mode", event.mode, sold.mode),\n', ""),)
    ),
    "the seller is not looked at": Mutant(
        "invariant_10", (("payments", '        ("account", event.seller, sold.seller),\n', ""),)
    ),
    "the client says what it paid": Mutant(
        "invariant_10",
        (("payments", '        ("amount", paid.amount_minor, sold.amount_minor),\n', ""),),
    ),
    "the currency is not looked at": Mutant(
        "invariant_10",
        (
            (
                "payments",
                '        ("currency", paid.currency.lower(), sold.currency.lower()),\n',
                "",
            ),
        ),
    ),
    "a call is settled twice": Mutant(
        "invariant_4",
        (
            _NO_TRIGGERS,
            (
                "schema",
                '"CREATE UNIQUE INDEX ledger_one_charge_per_hold',
                '"CREATE INDEX ledger_one_charge_per_hold',
            ),
            (
                "settlement",
                "if hold is None or hold.state not in (HoldState.DISPATCHED, HoldState.UNKNOWN):",
                "if hold is None or hold.state in (HoldState.HELD, HoldState.RELEASED):",
            ),
            (
                "settlement",
                "AND state IN ('dispatched', 'unknown') RETURNING id",
                "AND state IN ('dispatched', 'unknown', 'settled') RETURNING id",
            ),
        ),
    ),
    "what was never sent is settled": Mutant(
        "invariant_6",
        (
            _NO_TRIGGERS,
            (
                "schema",
                "CHECK (state NOT IN ('dispatched', 'unknown', 'settled') OR attempt > 0)",
                "CHECK (1 = 1)",
            ),
            (
                "settlement",
                "if hold is None or hold.state not in (HoldState.DISPATCHED, HoldState.UNKNOWN):",
                "if hold is None or hold.is_over:",
            ),
            (
                "settlement",
                "AND state IN ('dispatched', 'unknown') RETURNING id",
                "AND state IN ('held', 'dispatched', 'unknown') RETURNING id",
            ),
        ),
    ),
    "released without proof": Mutant(
        "invariant_6",
        (
            _NO_TRIGGERS,
            _NO_PROOF_CHECK,
            (
                "calls",
                "{_SENT_OR_NOT if proof is not None else _NOT_SENT}",
                "{_SENT_OR_NOT}",
            ),
        ),
    ),
    "a release gives nothing back": Mutant(
        "invariant_2",
        (
            (
                "calls",
                "if not (yield from move(draw.account, held=-draw.amount)):",
                "if not (yield from move(draw.account, held=0)):",
            ),
        ),
    ),
    "an entry with one side": Mutant(
        "invariant_1",
        (
            ("posting", "    _refuse_unbalanced(postings)\n", ""),
            (
                "posting",
                '            postings.append(Posting(system_account(kind, unit, at), "", unit, amount))',
                "            continue",
            ),
        ),
    ),
    "a charge that is not posted": Mutant(
        "invariant_2",
        (("settlement", "    yield from _post(order, hold, accounts, division)\n", ""),),
    ),
    "nobody asks whose account it is": Mutant(
        "invariant_15", (("accounts", "if found[account_id].tenant != tenant:", "if False:"),)
    ),
    "the same key is a new call": Mutant(
        "invariant_7",
        (
            ("schema", "UNIQUE (tenant, key){checks_of_holds}", "CHECK (1 = 1){checks_of_holds}"),
            (
                "admission",
                "    if before is not None:\n        return answer_again",
                "    if before is not None and False:\n        return answer_again",
            ),
        ),
    ),
    "a lowered grant takes what is set aside": Mutant(
        "invariant_3",
        (
            _NO_BALANCE_CHECK,
            (
                "accounts",
                'return max(whole(opening.granted, "What is granted"), account.used + account.held)',
                "return opening.granted",
            ),
        ),
    ),
    "the price is forgotten on the way": Mutant(
        "invariant_14",
        (
            _NO_TRIGGERS,
            (
                "calls",
                "SET state = 'dispatched', attempt = 1,",
                "SET state = 'dispatched', frozen = '', attempt = 1,",
            ),
        ),
    ),
    "a refund leaves no debt": Mutant(
        "invariant_11", (("debts", "if target.owed and not debts:", "if False and not debts:"),)
    ),
}
