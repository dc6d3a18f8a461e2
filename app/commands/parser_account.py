"""What can be typed after `tuppence account`."""

from __future__ import annotations

from typing import Any

_WHERE = ("keyring", "vault", "session")


def add_account(commands: Any) -> None:
    """Add `account` to argparse's subparsers."""
    account = commands.add_parser(
        "account",
        help="begin with free tokens, see what is left, buy, and manage account and license",
        description="Without an action: how the account stands. A credit server is told the text "
        "of messages that are sent through it, and nothing else of this computer.",
    )
    account.set_defaults(json=False)
    actions = account.add_subparsers(dest="action", metavar="ACTION")
    status = actions.add_parser("status", help="say what is left, by grant, and how old that is")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.add_argument("--offline", action="store_true", help="ask nobody; say what is known")
    start = actions.add_parser("start", help="a free account for this computer, without an e-mail")
    start.add_argument("address", nargs="?", default="", help="the server's, else the default one")
    _add_where(start)
    actions.add_parser("servers", help="list the servers that this computer knows")
    for name, words in (("use", "choose the server whose tokens are spent"),
                        ("sign-in", "sign in again"), ("sign-out", "sign out"),
                        ("forget", "take this computer off the account there")):  # fmt: skip
        action = actions.add_parser(name, help=words)
        action.add_argument("server", nargs="?", default="", help="its id, name or address")
    _add_email(actions)
    devices = actions.add_parser("devices", help="list the computers of the account")
    devices.add_argument("--remove", default="", metavar="ID", help="take one off the account")
    _add_buying(actions)
    license_ = actions.add_parser("license", help="say how the license stands")
    license_.add_argument("--renew", action="store_true", help="ask the server for a new one")
    license_.add_argument("--file", default="", metavar="FILE", help="keep the license of a file")
    license_.add_argument("--paste", action="store_true", help="keep one from standard input")
    actions.add_parser("groups", help="list your organizations and workspaces")
    act = actions.add_parser("act-for", help="spend the tokens of an organization or workspace")
    act.add_argument("group", nargs="?", default="", help="its id or name; left out: your own")
    join = actions.add_parser("join", help="accept an invitation")
    join.add_argument("link", help="the whole link")


def _add_email(actions: Any) -> None:
    email = actions.add_parser(
        "email", help="send a code to an address, by which the account is found again"
    )
    email.add_argument("email", metavar="ADDRESS")
    confirm = actions.add_parser("confirm-email", help="confirm it; the code is asked for")
    confirm.add_argument("request", help="what `email` printed")
    find = actions.add_parser("find", help="send a code to find an account again by its address")
    find.add_argument("email", metavar="ADDRESS")
    find.add_argument("--server", default="", metavar="ADDRESS", help="else the default one")
    finish = actions.add_parser("finish-find", help="add this computer; the code is asked for")
    finish.add_argument("request", help="what `find` printed")
    _add_where(finish)


def _add_buying(actions: Any) -> None:
    offers = actions.add_parser("offers", help="list what can be bought")
    offers.add_argument("--json", action="store_true", help="print one JSON array")
    buy = actions.add_parser(
        "buy",
        help="begin to buy, print the page where it is paid, and wait for the tokens",
        description="Ctrl+C ends the waiting alone: what is paid is credited all the same.",
    )
    buy.add_argument("offer", help="its id, as `offers` lists it")
    buy.add_argument("--no-wait", action="store_true", help="print the page and end")
    buy.add_argument("--seats", type=int, default=None, metavar="N", help="of an organization")
    actions.add_parser("purchases", help="list what was bought, and what is under way")
    actions.add_parser("cancel", help="let the subscription end with what is paid")
    actions.add_parser("resume", help="take that back")
    actions.add_parser("portal", help="print the processor's page for invoices and cards")
    actions.add_parser("passphrase", help="open a plan with its passphrase, which is asked for")


def _add_where(parser: Any) -> None:
    parser.add_argument(
        "--where", choices=_WHERE, default="", help="where this computer's key is kept"
    )
