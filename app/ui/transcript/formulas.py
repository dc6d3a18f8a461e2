"""Two rules for markdown-it: formulas in a line and formulas that stand alone.

A block of formula opens on a line of its own and, like a fence, closes on one or at the end, so
that later lines never change what came before. Money such as "$5 or $6" stays text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_BLOCK_ENDS = {"$$": "$$", "\\[": "\\]"}
_INLINE_ENDS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_TEX_SIGN = re.compile(r"[\\^_={}+<>|]")
# A number, or a term that begins with one: `4a`, `2(a-b)`. Two prices have a gap between them, or
# end where the next begins.
_TERM = re.compile(r"\d+(?:\.\d+)?(?:[A-Za-z(*/-][A-Za-z\d().*/-]*)?(?<=[A-Za-z\d)])")


def add_formulas(parser: MarkdownIt) -> None:
    """Teach a parser the tokens `formula_block` and `formula_inline`."""
    stops: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "formula_block", _read_block, stops)
    parser.inline.ruler.before("escape", "formula_inline", _read_inline)


def _read_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    line = _line(state, first)
    end_mark = _BLOCK_ENDS.get(line[:2])
    if end_mark is None:
        return False
    rest = line[2:].rstrip()
    if rest and not (rest.endswith(end_mark) and rest[:-2].strip()):
        return False
    if silent:
        return True
    lines, following = ([rest[:-2]], first + 1) if rest else _collect(state, first, last, end_mark)
    state.line = following
    token = state.push("formula_block", "math", 0)
    token.content = "\n".join(lines).strip()
    token.map = [first, following]
    return True


def _collect(state: StateBlock, first: int, last: int, end_mark: str) -> tuple[list[str], int]:
    lines: list[str] = []
    for number in range(first + 1, last):
        if not state.isEmpty(number) and state.sCount[number] < state.blkIndent:
            return lines, number
        line = _line(state, number).rstrip()
        if line == end_mark:
            return lines, number + 1
        lines.append(line)
    return lines, last


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _read_inline(state: StateInline, silent: bool) -> bool:
    begin = state.pos
    if state.src[begin] not in "$\\":
        return False
    opening = state.src[begin : begin + 2]
    end_mark = _INLINE_ENDS.get(opening)
    if end_mark is None:
        return opening[0] == "$" and _read_dollars(state, silent)
    end = state.src.find(end_mark, begin + 2, state.posMax)
    content = state.src[begin + 2 : end].strip()
    if end < 0 or not content:
        return False
    return _push(state, content, end + 2, silent)


def _read_dollars(state: StateInline, silent: bool) -> bool:
    source, begin = state.src, state.pos + 1
    if begin >= state.posMax or source[begin].isspace():
        return False
    end = source.find("$", begin, state.posMax)
    if end <= begin or source[end - 1].isspace() or source[end - 1] == "\\":
        return False
    content = source[begin:end]
    following = source[end + 1 : min(end + 2, state.posMax)]
    if following.isdigit() or (content[0].isdigit() and not _TEX_SIGN.search(content)):
        before = source[state.pos - 1 : state.pos]
        if before.isalnum() or following.isalnum() or _TERM.fullmatch(content) is None:
            return False
    return _push(state, content, end + 1, silent)


def _push(state: StateInline, content: str, following: int, silent: bool) -> bool:
    if not silent:
        token = state.push("formula_inline", "math", 0)
        token.content = content
    state.pos = following
    return True
