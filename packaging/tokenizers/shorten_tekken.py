"""Writes Mistral's public vocabulary in tiktoken's form: `shorten_tekken.py TEKKEN_JSON OUT`.

The source is `tekken_240911.json` of the package mistral-common (Apache License 2.0, Mistral AI).
It lists more tokens than the models know, each as bytes and as text, in 19 MB. Counting needs 2 MB
of that: the bytes of those in use, one a line, in the order of their ranks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path


def shorten(source: Path) -> bytes:
    """The lines `BASE64 RANK` of the tokens in use. Raises ValueError where ranks have gaps."""
    tekken = json.loads(source.read_text(encoding="utf-8"))
    config = tekken["config"]
    used = config["default_vocab_size"] - config["default_num_special_tokens"]
    tokens = tekken["vocab"][:used]
    if [token["rank"] for token in tokens] != list(range(used)):
        raise ValueError(f"{source.name}: the ranks do not count up from zero to {used - 1}")
    lines = (
        base64.b64encode(base64.b64decode(token["token_bytes"], validate=True))
        + f" {token['rank']}\n".encode()
        for token in tokens
    )
    return b"".join(lines)


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: shorten_tekken.py TEKKEN_JSON OUT", file=sys.stderr)
        return 2
    try:
        content = shorten(Path(sys.argv[1]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This is not Mistral's vocabulary: {error}", file=sys.stderr)
        return 1
    Path(sys.argv[2]).write_bytes(content)
    print(f"sha256 {hashlib.sha256(content).hexdigest()}, {len(content)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
