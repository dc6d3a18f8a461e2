"""Texts that try to read a file, reach the network or run something, and every place for them.

Also a program: it shows them all in a real view and ends; the test watches its system calls.
"""

# ruff: noqa: E501

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

BAIT = "/tmp/tuppence-bait"  # replaced by the folder of the test
HOST = "203.0.113.7"  # a documentation address: nothing may connect to it

HTML = (
    '<img src="{url}">', "<img src='{url}' width=1>", '<IMG SRC={url}>', '<body background="{url}">',
    '<table background="{url}"><tr><td>x</td></tr></table>', '<td background="{url}">x</td>',
    '<style>@import "{url}";</style>', '<link rel=stylesheet href="{url}">',
    '<p style="background-image:url({url})">x</p>', '<ul style="list-style-image:url({url})"><li>x</ul>',
    '<iframe src="{url}"></iframe>', '<object data="{url}"></object>', '<embed src="{url}">',
    '<svg><image href="{url}"/></svg>', '<video src="{url}" autoplay></video>',
    '<a href="{url}">x</a>', '<meta http-equiv="refresh" content="0;url={url}">',
    '<script src="{url}"></script>', '<form action="{url}"><input type=image src="{url}"></form>',
    '&lt;img src="{url}"&gt;', '<img\nsrc="{url}"\n>', '<!--<img src="{url}">-->',
)  # fmt: skip
MARKDOWN = (
    "![x]({url})", "![x](<{url}>)", '![x]({url} "t")', "![x][r]\n\n[r]: {url}", "[![x]({url})]({url})",
    "[x]({url})", "<{url}>", "| ![x]({url}) |\n|---|\n| ![y]({url}) |", "> ![x]({url})",
    "- ![x]({url})", "# ![x]({url})", "**![x]({url})**", "text ![x]({url}) text", "`![x]({url})`",
    "```\n![x]({url})\n```", "```{url}\nx\n```", "![x]( {url} )", "![x]({url}#.png)",
    "\\![x]({url})", "[r]: {url}\n\n![r]", "![{url}]({url})", "$$\n\\includegraphics{{{url}}}\n$$",
)  # fmt: skip
ADDRESSES = (
    "file://{bait}/bait.png", "{bait}/bait.png", "bait.png", "./bait.png", "//{host}/share/x.png",
    "http://{host}/x.png", "https://{host}/x.png", "qrc:/x.png", ":/x.png", "ftp://{host}/x.png",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='file://{bait}/bait.png'/></svg>",
    "\\\\{host}\\share\\x.png", "FILE:///{bait}/bait.png", "file:%2f%2f{bait}/bait.png",
    "smb://{host}/x", "javascript:alert(1)",
)  # fmt: skip
ODDITIES = (
    "\ufdd0\ufdd1\ufffc\u2029\u2028\0\x1b]8;;http://{host}\a", "\u202e gnp.exe \u2066x\u2069",
    "{bait}/bait.png", "[" * 300 + "]({bait}/bait.png)" * 3, "> " * 200 + "deep", "- " * 200 + "deep",
    "*" * 2000, "|" * 500 + "\n" + "|-" * 500, "\ud800 lone", "a" * 20_000, "`" * 999, "\n" * 5000,
    "<" * 3000, "&#x26;&#60;img src={bait}/bait.png&#62;", "%1 %2 %n {{0}} %s", "&&File &Open",
)  # fmt: skip


def texts(bait: str = BAIT) -> list[str]:
    """All hostile texts, each form with several of the addresses."""
    addresses = [address.format(bait=bait, host=HOST) for address in ADDRESSES]
    made = []
    for number, form in enumerate((*HTML, *MARKDOWN)):
        picked = (addresses[number % len(addresses)], addresses[(number * 5 + 1) % len(addresses)])
        made.append("\n\n".join(form.format(url=address) for address in {addresses[0], *picked}))
    return made + [text.replace("{bait}", bait).replace("{host}", HOST) for text in ODDITIES]


def messages_for(text: str, number: int):  # noqa: ANN201
    """The text in every place of a card that shows foreign words."""
    from app.seam.views import (
        AttachmentView,
        Certainty,
        CitationView,
        CostLine,
        FaultView,
        ImageView,
        MessageState,
        MessageView,
        ToolCallView,
    )

    at = datetime(2026, 11, 21, tzinfo=UTC)
    raw = text.encode("utf-8", "replace")
    user = MessageView(
        id=f"u{number}", parent_id=f"a{number - 1}" if number else None, role="user", text=text,
        state=MessageState.COMPLETE, created_at=at,
        attachments=(AttachmentView("f", text[:3000], "image/png", 5, raw),),
    )  # fmt: skip
    answer = MessageView(
        id=f"a{number}", parent_id=user.id, role="assistant",
        text=f"{text}\n\n```python\n{text}\n```\n\n| a | b |\n|---|---|\n| {text[:300]} | x |\n",
        state=MessageState.INCOMPLETE, created_at=at, thinking=text, thinking_s=1.0,
        model_name=f"{number}{text[:500]}",
        tool_calls=(ToolCallView("t", text[:500], text, text),),
        citations=(CitationView(text[:500], text[:500]),),
        images=(ImageView("image/svg+xml", raw), ImageView("image/png", b"\x89PNG\r\n\x1a\n" + raw)),
        cost=CostLine(None, Certainty.UNKNOWN, 1, 1, 1, text[:500], None, note=text[:500]),
        fault=FaultView("x", text[:2000], text[:2000], "retry"),
    )  # fmt: skip
    return user, answer


def show_all(bait: str) -> int:
    """Show every text in every place, unfold what folds; how often a resource was asked for."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.ui.theme import Theme
    from app.ui.transcript.folded import FoldedView
    from app.ui.transcript.prose import LockedBrowser
    from app.ui.transcript.view import TranscriptView

    application = QApplication.instance() or QApplication([])
    Theme.current().start(application, "light")  # type: ignore[arg-type]
    view = TranscriptView()
    view.resize(700, 6000)
    view.show()
    view.show_messages(messages_for("warm **up**\n\n```py\nx\n```", 0))
    QTest.qWait(500)
    print("READY", flush=True)
    Path(bait, "begin").exists()
    for number, text in enumerate(texts(bait), start=1):
        view.show_messages(messages_for(text, number))
        for card in list(view.cards.values()):
            card.set_active(True)
            for widget in card.widgets():
                if isinstance(widget, FoldedView):
                    widget.heading.click()
        view.finding.find("x")
        view.grab()
        QTest.qWait(5)
    QTest.qWait(200)
    Path(bait, "end").exists()
    return LockedBrowser.loads_refused


def show_unsafely(bait: str, way: str) -> int:
    """What the program never does, so that it is seen whether somebody would notice."""
    from PySide6.QtNetwork import QTcpSocket
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser

    _ = QApplication.instance() or QApplication([])
    widget = QLabel() if way == "label" else QTextBrowser()
    widget.show()
    QTest.qWait(100)
    Path(bait, "begin").exists()
    if way == "connection":
        line = QTcpSocket()
        line.connectToHost(HOST, 80)
        line.waitForConnected(200)
    elif isinstance(widget, QLabel):
        widget.setText(f'<img src="{bait}/bait.png">')
    else:
        widget.setHtml(f'<img src="file://{bait}/bait.png">')
    widget.grab()
    QTest.qWait(50)
    Path(bait, "end").exists()
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    bait, *ways = sys.argv[1:]
    print("ASKED", show_unsafely(bait, *ways) if ways else show_all(bait))
