"""A TOML file from the disk into plain values: size, encoding and syntax, before any field is read.

What stands in it is `plan_reader`'s to say; nothing of a file that cannot be read is used.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.catalog.plan_reader import CatalogProblems, Findings

BYTES_MAX = 1_000_000  # the largest catalog of the program has 10,000


def read_toml(path: Path, findings: Findings) -> dict[str, object]:
    """The file's tables; numbers with a point are Decimals, so that none is rounded.

    Raises CatalogProblems where it is not there, too large, not UTF-8 or not TOML.
    """
    try:
        content = _content(path)
        if len(content) > BYTES_MAX:
            _give_up(findings, f"it is too large; such a file has at most {BYTES_MAX:,} bytes")
        return tomllib.loads(_text(content), parse_float=Decimal)
    except OSError as error:
        words = f"it cannot be read: {error.strerror or error}"
    except UnicodeDecodeError:
        words = "it is not written in UTF-8; save it as UTF-8 text"
    except InvalidOperation:
        words = "it is not valid TOML: a number in it is beyond all bounds"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        words = f"it is not valid TOML: {error}"
    except ValueError:  # Python reads no number of so many digits
        words = "it is not valid TOML: a number in it has more than 4,300 digits"
    _give_up(findings, words)
    raise AssertionError("not reached")


def _content(path: Path) -> bytes:
    """At most one byte more than is taken: enough to see that it is too large."""
    if "\0" in str(path):
        raise OSError("a file's name has no such letter")
    with path.open("rb") as file:
        return file.read(BYTES_MAX + 1)


def _text(content: bytes) -> str:
    # Some editors begin UTF-8 with a mark that TOML does not know.
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _give_up(findings: Findings, words: str) -> None:
    findings.add("", "", words)
    raise CatalogProblems(findings.file, tuple(findings.problems), findings.kind)
