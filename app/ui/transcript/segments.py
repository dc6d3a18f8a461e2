"""A text as segments, and a stream of text as segments of which only the last few can change.

Closed top-level blocks, and closed items of the list that is being written, are frozen: only the
text behind them is read again. A link definition can change what came before it: where one is
completed, the frozen text is read once more with it, and `finish` reads the whole text anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.ui.transcript.markdown import References, parse, read_pieces
from app.ui.transcript.pieces import Code, Paragraph, Piece, Prose, Segment

if TYPE_CHECKING:
    from markdown_it.token import Token

PARAGRAPHS_MAX = 40
FORMATTED_LENGTH_MAX = 400_000
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)\n")
_LONE_HALVES = re.compile("[\ud800-\udfff]")


def segments_of(text: str) -> tuple[Segment, ...]:
    """All segments of a finished text. A huge one is not formatted but shown as it stands."""
    whole = clean(text)
    if len(whole) > FORMATTED_LENGTH_MAX:
        return (Code("", whole.rstrip()),)
    tokens, _ = parse(whole)
    return tuple(group(read_pieces(tokens)))


def clean(text: str) -> str:
    """One kind of line end, and no half characters that no font could show."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text
    if _LONE_HALVES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def group(pieces: Iterable[Piece]) -> list[Segment]:
    """Join neighboring paragraphs into prose, at most `PARAGRAPHS_MAX` to one."""
    segments: list[Segment] = []
    run: list[Paragraph] = []
    for piece in pieces:
        if isinstance(piece, Paragraph):
            if len(run) == PARAGRAPHS_MAX:
                segments.append(Prose(tuple(run)))
                run = []
            run.append(piece)
            continue
        if run:
            segments.append(Prose(tuple(run)))
            run = []
        segments.append(piece)
    return [*segments, Prose(tuple(run))] if run else segments


class SegmentStream:
    """Text as it arrives. `feed` only keeps it; `segments` reads what is new."""

    def __init__(self) -> None:
        self._held = ""  # half of a line end or of a character, waiting for the other half
        self._frozen_text: list[str] = []
        self._tail = ""
        self._seen_lines = False  # whether the complete lines of the tail were looked at
        self._segments: list[Segment] = []  # of the frozen text, without the last run of prose
        self._run: list[Piece] = []  # the last run of frozen prose
        self._known: References = {}  # definitions in the frozen text
        self._used: References = {}  # definitions that the frozen pieces were read with
        self._number: int | None = None  # where a list goes on whose items were frozen

    @property
    def text(self) -> str:
        """Everything that came, as it will be read."""
        return "".join(self._frozen_text) + self._tail

    @property
    def open_from(self) -> int:
        """The index of the first segment that later text can still change."""
        return len(self._segments)

    @property
    def defines_links(self) -> bool:
        """Whether the text may name link targets, so that only a whole reading is final."""
        return "]:" in self.text

    def feed(self, text: str) -> None:
        """Take the next stretch of text, cut anywhere."""
        text = self._held + text
        self._held = ""
        if text and (text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff"):
            text, self._held = text[:-1], text[-1]
        text = clean(text)
        self._seen_lines = self._seen_lines and "\n" not in text
        self._tail += text

    def segments(self) -> tuple[Segment, ...]:
        """The segments of what came until now."""
        if not self._seen_lines:
            self._freeze()
        open_pieces = self._read_fence()
        if open_pieces is None:
            tokens, _ = parse(self._tail, self._used)
            open_pieces = read_pieces(tokens, self._number)
        return (*self._segments, *group([*self._run, *open_pieces]))

    def finish(self) -> tuple[Segment, ...]:
        """The segments of the whole text, read in one go."""
        self._tail += clean(self._held)
        self._held = ""
        return segments_of(self.text)

    def _read_fence(self) -> list[Piece] | None:
        """The open fence that the tail is, without the parser; None where it is something else."""
        fence = _FENCE.match(self._tail)
        if not fence or (fence[1][0] == "`" and "`" in fence[2]):
            return None
        if re.search(rf"^ {{0,3}}{fence[1]}", self._tail[fence.end() :], re.MULTILINE):
            return None
        if any(sign in fence[2] for sign in "&\\\0") or "\0" in self._tail:
            return None
        words = fence[2].split()
        content = self._tail[fence.end() :].rstrip(" \t\n")
        return [Code(words[0][:40] if words else "", content)]

    def _freeze(self) -> None:
        """Move what later lines cannot change out of the tail."""
        self._seen_lines = True
        complete = self._tail[: self._tail.rfind("\n") + 1]
        if not complete or self._read_fence() is not None:
            return
        tokens, references = parse(complete, self._known)
        if _addresses(references) != _addresses(self._used):
            self._reread(references)
        place, line, number = _last_block(tokens, self._number)
        if line == 0:
            return
        self._keep(read_pieces(tokens[:place], self._number))
        lines = complete.split("\n")
        cut = sum(len(text) + 1 for text in lines[:line])
        self._frozen_text.append(self._tail[:cut])
        self._tail = self._tail[cut:]
        self._known |= {
            label: found for label, found in references.items()
            if label not in self._known and found["map"][1] <= line
        }  # fmt: skip
        self._number = number

    def _keep(self, pieces: Sequence[Piece]) -> None:
        *whole, last = group([*self._run, *pieces]) or [Prose(())]
        self._segments += whole
        if isinstance(last, Prose):
            self._run = list(last.paragraphs)
        else:
            self._segments.append(last)
            self._run = []

    def _reread(self, references: References) -> None:
        self._used = references
        frozen = "".join(self._frozen_text)
        if "[" not in frozen:
            return
        tokens, _ = parse(frozen, references)
        self._segments, self._run = [], []
        self._keep(read_pieces(tokens))


def _addresses(references: References) -> dict[str, str]:
    return {label: found["href"] for label, found in references.items()}


def _last_block(tokens: Sequence[Token], number: int | None) -> tuple[int, int, int | None]:
    """Where the part begins that later lines can change: token, line, and its list number.

    In CommonMark only the last top-level block is open at the end of a line, and of a list only
    the last item: `number` is what that item will be counted as.
    """
    tops = [i for i, token in enumerate(tokens) if token.level == 0 and token.map]
    if not tops:
        return 0, 0, number
    top = tops[-1]
    begin = tokens[top].map or [0]
    if not tokens[top].type.endswith("_list_open"):
        return top, begin[0], None
    items = [
        i for i in range(top, len(tokens))
        if tokens[i].type == "list_item_open" and tokens[i].level == 1
    ]  # fmt: skip
    first = number if top == 0 and number is not None else int(tokens[top].attrGet("start") or 1)
    if tokens[top].attrs.get("start") == 0 and not (top == 0 and number is not None):
        first = 0
    item = tokens[items[-1]].map or [0]
    return items[-1], item[0], first + len(items) - 1
