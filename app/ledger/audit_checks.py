"""The questions of the audit: each names an invariant, asks for the rows that break it, and says
so. Plain SQL over all rows, the same for both databases; an invariant's number is the
specification's."""

from __future__ import annotations

from dataclasses import dataclass

from app.ledger.rebuild import TRUE_BALANCES


@dataclass(frozen=True, slots=True)
class Check:
    """`where` and `what` are formatted with the columns of each row that is found."""

    invariant: int
    where: str
    what: str
    query: str


_BALANCES = f"SELECT a.id, a.{{0}}, t.{{0}} FROM ledger_accounts AS a JOIN ({TRUE_BALANCES}) AS t\
 ON t.id = a.id WHERE a.{{0}} <> t.{{0}}"

_JOURNAL = (
    Check(
        1, "entry {0}", "its postings in {1} add up to {2}",
        "SELECT entry_id, unit, sum(amount) FROM ledger_postings"
        " GROUP BY entry_id, unit HAVING sum(amount) <> 0",
    ),
    Check(
        1, "journal", "all postings in {0} add up to {1}",
        "SELECT unit, sum(amount) FROM ledger_postings GROUP BY unit HAVING sum(amount) <> 0",
    ),
    Check(
        1, "entry {0}", "it has no postings",
        "SELECT e.id FROM ledger_entries AS e WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger_postings AS p WHERE p.entry_id = e.id)",
    ),
    Check(
        1, "posting {0}/{1}", "its entry is not there",
        "SELECT p.entry_id, p.line FROM ledger_postings AS p WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger_entries AS e WHERE e.id = p.entry_id)",
    ),
    Check(
        16, "posting {0}/{1}", "{2} is not a whole number",
        "SELECT entry_id, line, amount FROM ledger_postings"
        " WHERE amount <> CAST(amount AS BIGINT)",
    ),
)  # fmt: skip

_ACCOUNTS = (
    Check(2, "account {0}", "it says {1} and its postings say {2}", _BALANCES.format("posted")),
    Check(
        2, "account {0}", "it says that {1} is held and its open holds say {2}",
        _BALANCES.format("held"),
    ),
    Check(
        2, "posting {0}/{1}", "its account {2} is not there, or counts in another unit",
        "SELECT p.entry_id, p.line, p.account FROM ledger_postings AS p WHERE p.tenant <> ''"
        " AND NOT EXISTS (SELECT 1 FROM ledger_accounts AS a"
        " WHERE a.id = p.account AND a.unit = p.unit)",
    ),
    Check(
        3, "account {0}", "it has {1} and holds {2}",
        "SELECT id, posted, held FROM ledger_accounts"
        " WHERE held < 0 OR limited = 1 AND posted - held < 0",
    ),
    Check(
        12, "account {0}", "{1} used and {2} held are more than the limit of {3}",
        "SELECT a.id, t.granted - t.posted, t.held, a.granted FROM ledger_accounts AS a"
        f" JOIN ({TRUE_BALANCES}) AS t ON t.id = a.id WHERE a.limited = 1"
        " AND t.granted - t.posted + t.held > a.granted",
    ),
    Check(
        13, "account {0}", "it says that {1} was granted and its postings say {2}",
        _BALANCES.format("granted"),
    ),
    Check(
        13, "account {0}", "it says that {1} was taken back and its postings say {2}",
        _BALANCES.format("taken"),
    ),
    Check(
        16, "account {0}", "not all of it is whole numbers",
        "SELECT id FROM ledger_accounts WHERE posted <> CAST(posted AS BIGINT)"
        " OR held <> CAST(held AS BIGINT) OR granted <> CAST(granted AS BIGINT)",
    ),
)  # fmt: skip

_HOLDS = (
    Check(
        4, "hold {0}", "it is {1}, and its end does not fit that",
        "SELECT id, state FROM ledger_holds"
        " WHERE (ended_ms IS NOT NULL) <> (state IN ('settled', 'released'))",
    ),
    Check(
        5, "hold {0}", "{1} was charged {2} for it and its entry says {3}",
        "SELECT d.hold_id, d.account, d.charged, coalesce(-c.amount, 0)"
        " FROM ledger_hold_draws AS d JOIN ledger_holds AS h ON h.id = d.hold_id"
        " LEFT JOIN (SELECT e.hold_id, p.account, sum(p.amount) AS amount"
        " FROM ledger_entries AS e JOIN ledger_postings AS p ON p.entry_id = e.id"
        " WHERE e.kind = 'charge' AND p.tenant <> '' GROUP BY e.hold_id, p.account) AS c"
        " ON c.hold_id = d.hold_id AND c.account = d.account"
        " WHERE h.state = 'settled' AND d.charged <> coalesce(-c.amount, 0)",
    ),
    Check(
        5, "hold {0}", "it is {1}, and its draw on {2} does not fit that",
        "SELECT h.id, h.state, d.account FROM ledger_hold_draws AS d"
        " JOIN ledger_holds AS h ON h.id = d.hold_id"
        " WHERE (d.charged IS NULL) <> (h.state NOT IN ('settled', 'released'))"
        " OR h.state = 'released' AND d.charged <> 0 OR d.charged < 0",
    ),
    Check(
        5, "entry {0}", "it charges {1}, which its hold does not name",
        "SELECT e.id, p.account FROM ledger_entries AS e JOIN ledger_postings AS p"
        " ON p.entry_id = e.id WHERE e.kind = 'charge' AND p.tenant <> '' AND NOT EXISTS"
        " (SELECT 1 FROM ledger_hold_draws AS d"
        " WHERE d.hold_id = e.hold_id AND d.account = p.account)",
    ),
    Check(
        6, "hold {0}", "it is {1} after {2} attempts without proof",
        "SELECT id, state, attempt FROM ledger_holds WHERE state = 'settled' AND attempt = 0"
        " OR state = 'released' AND attempt > 0 AND proof IS NULL",
    ),
    Check(
        7, "tenant {0}", "the key {1} has {2} holds",
        "SELECT tenant, key, count(*) FROM ledger_holds GROUP BY tenant, key HAVING count(*) > 1",
    ),
    Check(
        7, "hold {0}", "its key was given up, and it is {1} all the same",
        "SELECT h.id, h.state FROM ledger_holds AS h WHERE h.body_hash = 'given up'"
        " AND (h.state <> 'released' OR h.attempt <> 0 OR h.frozen <> '' OR EXISTS"
        " (SELECT 1 FROM ledger_hold_draws AS d WHERE d.hold_id = h.id) OR EXISTS"
        " (SELECT 1 FROM ledger_entries AS e WHERE e.hold_id = h.id))",
    ),
    Check(
        7, "hold {0}", "it was charged {1} times",
        "SELECT hold_id, count(*) FROM ledger_entries WHERE kind = 'charge'"
        " GROUP BY hold_id HAVING count(*) > 1",
    ),
    Check(
        7, "entry {0}", "it charges the hold {1}, which was not settled",
        "SELECT e.id, e.hold_id FROM ledger_entries AS e WHERE e.kind = 'charge' AND NOT EXISTS"
        " (SELECT 1 FROM ledger_holds AS h WHERE h.id = e.hold_id AND h.state = 'settled')",
    ),
    Check(
        7, "hold {0}", "it had {1} attempts and {2} are known",
        "SELECT id, attempt, known FROM (SELECT h.id, h.attempt, (SELECT count(*) + 1"
        " FROM ledger_attempts AS t WHERE t.hold_id = h.id) AS known FROM ledger_holds AS h"
        " WHERE h.attempt > 0) AS counted WHERE attempt <> known",
    ),
)  # fmt: skip

_PAYMENTS = (
    Check(
        8, "event {0}/{1}/{2}", "it is there and was not handled",
        "SELECT processor, mode, event_id FROM ledger_events WHERE handled = 0 OR outcome = ''",
    ),
    Check(
        8, "event {0}/{1}/{2}", "it was handled as credited and there is no credit",
        "SELECT v.processor, v.mode, v.event_id FROM ledger_events AS v"
        " WHERE v.outcome = 'credited' AND NOT EXISTS (SELECT 1 FROM ledger_credits AS c"
        " WHERE c.processor = v.processor AND c.mode = v.mode AND c.event_id = v.event_id)",
    ),
    Check(
        8, "credit {0}/{1}/{2}", "no event was handled for it",
        "SELECT c.processor, c.payment, c.kind FROM ledger_credits AS c WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger_events AS v WHERE v.processor = c.processor"
        " AND v.mode = c.mode AND v.event_id = c.event_id AND v.outcome = 'credited')",
    ),
    Check(
        8, "credit {0}/{1}/{2}", "its entry does not say the same",
        "SELECT c.processor, c.payment, c.kind FROM ledger_credits AS c WHERE NOT EXISTS"
        " (SELECT 1 FROM ledger_entries AS e JOIN ledger_postings AS p ON p.entry_id = e.id"
        " WHERE e.id = c.entry_id AND e.kind = 'credit' AND p.account = c.account"
        " AND p.amount = c.granted)",
    ),
    Check(
        8, "entry {0}", "it credits what nobody paid",
        "SELECT e.id FROM ledger_entries AS e WHERE e.kind = 'credit' AND NOT EXISTS"
        " (SELECT 1 FROM ledger_credits AS c WHERE c.entry_id = e.id)",
    ),
    Check(
        11, "credit {0}/{1}/{2}", "{3} of {4} is taken back",
        "SELECT processor, payment, kind, taken_back, granted FROM ledger_credits"
        " WHERE taken_back < 0 OR taken_back > granted",
    ),
    Check(
        11, "tenant {0}", "{1} in {2} was taken back of purchases, and wallets and debt say {3}",
        "SELECT c.tenant, c.back, c.unit, a.back FROM (SELECT tenant, unit,"
        " sum(taken_back) AS back FROM ledger_credits GROUP BY tenant, unit) AS c"
        " JOIN (SELECT tenant, unit, sum(taken) AS back FROM ledger_accounts"
        " WHERE kind IN ('wallet', 'debt') GROUP BY tenant, unit) AS a"
        " ON a.tenant = c.tenant AND a.unit = c.unit WHERE a.back <> c.back",
    ),
    Check(
        11, "account {0}", "a debt of {1} is none",
        "SELECT id, -posted FROM ledger_accounts WHERE kind = 'debt' AND posted > 0",
    ),
)  # fmt: skip

_TENANTS = (
    Check(
        15, "entry {0}", "it joins the tenants {1} and {2}",
        "SELECT entry_id, min(tenant), max(tenant) FROM ledger_postings WHERE tenant <> ''"
        " GROUP BY entry_id HAVING min(tenant) <> max(tenant)",
    ),
    Check(
        15, "posting {0}/{1}", "it says that {2} is {3}'s",
        "SELECT p.entry_id, p.line, p.account, p.tenant FROM ledger_postings AS p"
        " JOIN ledger_accounts AS a ON a.id = p.account WHERE a.tenant <> p.tenant",
    ),
    Check(
        15, "hold {0}", "it is {1}'s and draws on {2}, which is not",
        "SELECT h.id, h.tenant, d.account FROM ledger_hold_draws AS d"
        " JOIN ledger_holds AS h ON h.id = d.hold_id"
        " WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts AS a"
        " WHERE a.id = d.account AND a.tenant = h.tenant)",
    ),
    Check(
        15, "credit {0}/{1}/{2}", "it is {3}'s and its account is not",
        "SELECT c.processor, c.payment, c.kind, c.tenant FROM ledger_credits AS c"
        " WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts AS a"
        " WHERE a.id = c.account AND a.tenant = c.tenant AND a.unit = c.unit)",
    ),
)  # fmt: skip

CHECKS: tuple[Check, ...] = (*_JOURNAL, *_ACCOUNTS, *_HOLDS, *_PAYMENTS, *_TENANTS)
