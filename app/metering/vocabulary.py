"""OpenAI's and Mistral's public vocabularies, read from the files that ship with the program.

tiktoken itself would fetch a file that is missing or damaged from the network; here a file is
read and checked by us, handed to tiktoken's compiled encoder, and never written or fetched.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The letter classes of tiktoken's openai_public.py (MIT, OpenAI), version 0.14.
_CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_UPPER = r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
_LOWER = r"\p{Ll}\p{Lm}\p{Lo}\p{M}"
_O200K_PATTERN = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+{_CONTRACTION}",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*{_CONTRACTION}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
_CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+|"
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
# The `config.pattern` of Mistral's own file: as o200k, but without contractions and digit by digit.
_TEKKEN_PATTERN = "|".join(
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+",
        rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*",
        r"\p{N}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)


@dataclass(frozen=True, slots=True)
class VocabularyFile:
    """OpenAI's `file_name` is what TIKTOKEN_CACHE_DIR wants: the SHA-1 of where it came from."""

    name: str
    file_name: str
    sha256: str
    pattern: str


VOCABULARIES = {
    vocabulary.name: vocabulary
    for vocabulary in (
        VocabularyFile(
            "o200k_base",
            "fb374d419588a4632f3f557e76b4b70aebbca790",
            "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
            _O200K_PATTERN,
        ),
        VocabularyFile(
            "cl100k_base",
            "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
            "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
            _CL100K_PATTERN,
        ),
        VocabularyFile(
            "tekken",
            "tekken_240911.tiktoken",
            "64a081edb3cbb8639a4eea9a7135ab9a0467c50676c672b217ba655f4d50e127",
            _TEKKEN_PATTERN,
        ),
    )
}


# The ranks of a text's tokens: the rarer a token, the higher its rank.
Encode = Callable[[str], list[int]]


class VocabularyUnusable(Exception):
    """The file is missing or not what it should be; the text says which."""


_loaded: dict[tuple[Path, str], Encode] = {}


def load_vocabulary(folder: Path, name: str) -> Encode:
    """A function that gives a text's tokens; special tokens in it count as plain text.

    Takes about 0.3 s for the first of a process, which keeps it (58 MiB) for all that ask for the
    same file. Raises VocabularyUnusable.
    """
    vocabulary = VOCABULARIES[name]
    path = folder / vocabulary.file_name
    key = (path.absolute(), vocabulary.sha256)
    found = _loaded.get(key)
    # Two threads may both load it, once; setdefault lets all keep the same one.
    return found if found is not None else _loaded.setdefault(key, _load(path, vocabulary))


def _load(path: Path, vocabulary: VocabularyFile) -> Encode:
    ranks = _read_ranks(path, vocabulary)
    from tiktoken import Encoding

    encoding = Encoding(
        name=vocabulary.name, pat_str=vocabulary.pattern, mergeable_ranks=ranks, special_tokens={}
    )
    # Only decoding by name needs Python's copy of the ranks; it weighs more than the encoder's.
    encoding._mergeable_ranks = {}
    return encoding.encode_ordinary


def _read_ranks(path: Path, vocabulary: VocabularyFile) -> dict[bytes, int]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VocabularyUnusable(f"{vocabulary.name} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != vocabulary.sha256:
        raise VocabularyUnusable(f"{vocabulary.name} is damaged")
    # A file of this checksum counts its ranks up from zero, one a line: none need be read.
    tokens = content.split()[::2]
    return dict(zip(map(binascii.a2b_base64, tokens), range(len(tokens)), strict=True))


def estimate(text: str) -> int:
    """Tokens by characters alone: four of ASCII make one, others about two thirds each."""
    plain = len(text) if text.isascii() else sum(character < "\x80" for character in text)
    other = len(text) - plain
    return -(-plain // 4) + -(-2 * other // 3)
