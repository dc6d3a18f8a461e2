"""What can be typed after `tuppence`: the words, their options and their help.

Parsing imports nothing but argparse, so that a wrong word is answered at once.
"""

from __future__ import annotations

import argparse
import re
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn

from app.commands.parser_account import add_account
from app.errors import TuppenceError

KEY_PLACES = ("keyring", "vault", "session")
EXPORT_FORMS = ("markdown", "json")
BUDGET_SCOPES = ("day", "month", "chat", "key", "assistant")
USAGE_GROUPS = ("day", "model", "chat", "key", "payer", "assistant", "member")


class WrongUse(TuppenceError):
    """The words typed are no command; `usage` is the line that says what would be."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message, usage)


class HelpAsked(Exception):
    """`--help` was among the words; the text to print."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of ending the program: it may be the window's."""

    def error(self, message: str) -> NoReturn:
        raise WrongUse(message, self.format_usage().strip())

    def print_help(self, file: object = None) -> None:
        raise HelpAsked(self.format_help())


class CommandParser(Parser):
    """A command's own parser: `--demo` means the same behind the command as before it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_argument(
            "--demo", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def parse(words: list[str]) -> argparse.Namespace:
    """The words as a command with its arguments; raises WrongUse or HelpAsked."""
    return build_parser().parse_args(words)


def build_parser() -> Parser:
    parser = Parser(
        prog="tuppence",
        description="Chat with language models and know what every message costs. "
        "Without a command the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="say the version and end")
    parser.add_argument(
        "--demo", action="store_true", help="use the offline demo, with folders of its own"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=CommandParser)
    _add_ask(commands)
    _add_models(commands)
    _add_usage(commands)
    _add_budgets(commands)
    _add_reconcile(commands)
    _add_chats(commands)
    _add_export(commands)
    _add_keys(commands)
    _add_doctor(commands)
    _add_ledger(commands)
    add_account(commands)
    _add_replay(commands)
    _add_catalog(commands)
    return parser


_Commands = argparse._SubParsersAction  # argparse gives this class no public name


def _add_ask(commands: _Commands[CommandParser]) -> None:
    ask = commands.add_parser(
        "ask",
        help="ask a model, print its answer, and what it cost on standard error",
        description="The text and what comes on standard input are sent as one message. "
        "The chat is kept, as if it had been typed in the window.",
    )
    ask.add_argument("-m", "--model", default="", help="a model's name, id or a part of it")
    ask.add_argument(
        "-y", "--yes", action="store_true", help="send also what is asked about first: a message "
        "far above the usual cost, or one whose price a budget cannot know",
    )  # fmt: skip
    ask.add_argument("--json", action="store_true", help="print one JSON object at the end")
    ask.add_argument("text", nargs="*", metavar="TEXT", help="the message")


def _add_models(commands: _Commands[CommandParser]) -> None:
    models = commands.add_parser("models", help="list the models that can be asked, with prices")
    models.add_argument("--json", action="store_true", help="print one JSON array")
    models.add_argument("--refresh", action="store_true", help="ask the providers again")


def _add_usage(commands: _Commands[CommandParser]) -> None:
    usage = commands.add_parser(
        "usage",
        help="say what was spent, by day, model, chat, key and payer, or print a receipt",
        description="What was spent this month, or in the days that are named (UTC, both ends "
        "included). CSV and JSON give exact dollars; without --by, CSV has a line for each call.",
    )
    usage.add_argument("--month", type=_month, metavar="YYYY-MM", help="a whole month")
    for name, words in (("from", "the first day"), ("to", "the last day")):
        usage.add_argument(f"--{name}", dest=f"{name}_day", type=_date, metavar="DAY", help=words)
    what = usage.add_mutually_exclusive_group()
    what.add_argument("--by", choices=USAGE_GROUPS, help="one line for each")
    what.add_argument(
        "--items", action="store_true", help="every call with its parts, rates, payer and rule"
    )
    what.add_argument(
        "--receipt", default="", metavar="MESSAGE", help="the receipt of a message, by its id"
    )
    form = usage.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument(
        "--csv", nargs="?", const="-", metavar="FILE", help="write CSV to a file, or print it"
    )


def _add_budgets(commands: _Commands[CommandParser]) -> None:
    budgets = commands.add_parser(
        "budgets",
        help="list, set or remove budgets on your own keys",
        description="A budget counts all that your own keys cost, in UTC days and months. What "
        "was spent before it was set counts as well.",
    )
    actions = budgets.add_subparsers(dest="action", metavar="ACTION", parser_class=CommandParser)
    listing = actions.add_parser("list", help="say what was spent against each")
    listing.add_argument("--json", action="store_true", help="print one JSON array")
    setting = actions.add_parser("set", help="set one, or change the one that there is")
    setting.add_argument("scope", choices=BUDGET_SCOPES, metavar="SCOPE",
                         help="day, month, chat, key or assistant")  # fmt: skip
    setting.add_argument("sum", metavar="DOLLARS", help="like 10 or 2.50")
    setting.add_argument("--for", dest="subject", default="", metavar="WHICH",
                         help="the chat, key or assistant")  # fmt: skip
    setting.add_argument("--per", choices=("day", "month", "ever"), default="month",
                         help="how long a budget of one of them lasts")  # fmt: skip
    setting.add_argument("--soft", action="store_true", help="only warn; messages go on")
    setting.add_argument("--warn", type=_count, default=80, metavar="PERCENT", help="warn at this")
    remove = actions.add_parser("remove", help="remove one; nothing that was spent is forgotten")
    remove.add_argument("budget", metavar="ID", help="its id or how it begins")


def _add_reconcile(commands: _Commands[CommandParser]) -> None:
    reconcile = commands.add_parser(
        "reconcile",
        help="hold a month of your own keys against the provider's own figure",
        description="The provider is asked with an admin key, or its CSV file is read. Each "
        "difference is named; the exit code is 1 where one has no name.",
    )
    reconcile.add_argument(
        "--month", type=_month, metavar="YYYY-MM", help="in UTC; this one if left out"
    )
    reconcile.add_argument("--provider", default="", help="openai, anthropic or openrouter")
    source = reconcile.add_mutually_exclusive_group()
    source.add_argument(
        "--csv", action="append", default=[], metavar="FILE",
        help="a usage or cost file from the provider's website; may be given several times",
    )  # fmt: skip
    source.add_argument("--admin-key-id", default="", metavar="ID", help="ask with this admin key")
    source.add_argument(
        "--add-admin-key", action="store_true", help="check an admin key and keep it; it is asked "
        "for without showing it",
    )  # fmt: skip
    source.add_argument("--admin-keys", action="store_true", help="list the admin keys")
    source.add_argument("--remove-admin-key", default="", metavar="ID", help="remove an admin key")
    reconcile.add_argument("--where", choices=KEY_PLACES, default="", help="where to keep it")
    reconcile.add_argument("--rows", action="store_true", help="also list single calls that differ")
    reconcile.add_argument("--json", action="store_true", help="print one JSON object")


def _add_chats(commands: _Commands[CommandParser]) -> None:
    chats = commands.add_parser("chats", help="list or search the chats")
    actions = chats.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=CommandParser
    )
    listing = actions.add_parser("list", help="list the chats, newest first")
    search = actions.add_parser("search", help="find messages and titles")
    search.add_argument("text", nargs="+", metavar="TEXT")
    for action in (listing, search):
        action.add_argument("--json", action="store_true", help="print one JSON array")
        action.add_argument("--limit", type=_count, default=50, metavar="N", help="at most N lines")


def _add_export(commands: _Commands[CommandParser]) -> None:
    export = commands.add_parser("export", help="write a chat as Markdown or JSON")
    export.add_argument("chat", metavar="CHAT", help="a chat's id or its beginning, or its title")
    export.add_argument("--form", choices=EXPORT_FORMS, default="markdown")
    export.add_argument("-o", "--output", default="", metavar="FILE", help="instead of printing")


def _add_keys(commands: _Commands[CommandParser]) -> None:
    keys = commands.add_parser(
        "keys", help="add, list, price, check or remove your providers' keys"
    )
    actions = keys.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=CommandParser
    )
    add = actions.add_parser(
        "add",
        help="check a key with its provider and keep it",
        description="The key is asked for without showing it, or read from standard input. "
        "It is never taken from the command line, where others could see it.",
    )
    add.add_argument("--provider", default="", help="told from the key's form if left out")
    add.add_argument("--url", default="", help="the address of an OpenAI-compatible server")
    add.add_argument("--label", default="", help="a name of your own for it")
    add.add_argument("--where", choices=KEY_PLACES, default="", help="where to keep it")
    add.add_argument("--unchecked", action="store_true", help="keep it without asking the provider")
    add.add_argument("--no-key", action="store_true", help="the server wants no key")
    _add_price_options(add)
    price = actions.add_parser(
        "price",
        help="say what a server of your own charges, per million tokens",
        description="Without figures the price is printed. It holds for every model of the "
        "server; receipts that were made keep theirs.",
    )
    price.add_argument("key", metavar="KEY", help="its id, label, last characters or provider")
    _add_price_options(price)
    price.add_argument("--unknown", action="store_true", help="forget the price")
    listing = actions.add_parser("list", help="list the keys; the keys themselves are never shown")
    listing.add_argument("--json", action="store_true", help="print one JSON array")
    for name, words in (("check", "ask the providers whether the keys still work"),
                        ("remove", "remove a key from this computer")):  # fmt: skip
        action = actions.add_parser(name, help=words)
        action.add_argument(
            "key", metavar="KEY", nargs="?" if name == "check" else None,
            help="its id or the id's beginning, its label, its last four characters, "
            "or its provider",
        )  # fmt: skip


def _add_price_options(parser: argparse.ArgumentParser) -> None:
    for name, part in (("in", "input"), ("out", "output"), ("cached", "cached input")):
        parser.add_argument(
            f"--price-{name}", default="", metavar="USD",
            help=f"dollars per million tokens of {part}, for a server of your own",
        )  # fmt: skip


def _add_doctor(commands: _Commands[CommandParser]) -> None:
    doctor = commands.add_parser(
        "doctor", help="check this computer and say what to do about what is wrong"
    )
    doctor.add_argument(
        "--ledger", action="store_true", help="look every row of the ledger over instead"
    )


def _add_ledger(commands: _Commands[CommandParser]) -> None:
    ledger = commands.add_parser("ledger", help="check, rebuild or write out the book of all calls")
    actions = ledger.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("check", help="say which row does not add up, and why")
    actions.add_parser("rebuild", help="work every balance out again from the journal")
    export = actions.add_parser("export", help="the journal for another accounting tool")
    export.add_argument("--form", choices=("csv", "beancount"), default="csv")
    export.add_argument("-o", "--output", default="", metavar="FILE", help="instead of printing")


def _add_replay(commands: _Commands[CommandParser]) -> None:
    replay = commands.add_parser(
        "replay", help="decode recorded provider traffic and print events and receipt as JSON lines"
    )
    replay.add_argument("files", nargs="+", metavar="FILE", help="a recording")
    replay.add_argument(
        "--at", type=_day, metavar="YYYY-MM-DD", help="the prices of that day; today's if left out"
    )


def _add_catalog(commands: _Commands[CommandParser]) -> None:
    catalog = commands.add_parser("catalog", help="show, check, compare or try what is sold")
    actions = catalog.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=CommandParser
    )
    listing = actions.add_parser("list", help="list the catalogs of the program")
    show = actions.add_parser("show", help="print everything that a catalog says")
    show.add_argument("name", metavar="NAME", help="one of the program's catalogs, or a file")
    check = actions.add_parser("check", help="say everything that is wrong in a catalog file")
    check.add_argument("file", metavar="FILE")
    diff = actions.add_parser("diff", help="say what a changed catalog means to existing accounts")
    for name in ("old", "new"):
        diff.add_argument(name, metavar=name.upper(), help="a catalog's name, or a file")
    simulate = actions.add_parser(
        "simulate", help="walk a month of messages through a catalog: who pays, and what it earns"
    )
    simulate.add_argument("name", metavar="NAME", help="one of the program's catalogs, or a file")
    simulate.add_argument("--plan", default="", metavar="P", help="instead of the profile's")
    simulate.add_argument("--days", type=_days, metavar="N", help="instead of the profile's")
    simulate.add_argument(
        "--profile", default="", metavar="FILE", help="who asks how much, as TOML"
    )
    simulate.add_argument("--messages", action="store_true", help="print every message")
    for action in (listing, show, diff, simulate):
        action.add_argument("--json", action="store_true", help="print JSON")


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or not "1970" <= text < "9999":
        raise argparse.ArgumentTypeError(f"{text!r} is not a month like 2026-11")
    return text


def _day(text: str) -> datetime:
    """The end of that day in UTC: a price that began in it counts."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-21") from error
    return datetime.combine(day, time.max, UTC)


def _date(text: str) -> date:
    return _day(text).date()


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 3660:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to 3660")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100000")
    return int(text)
