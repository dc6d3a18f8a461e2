"""The container file: what it copies is there, what it starts serves, what it asks answers."""

from __future__ import annotations

import re
from pathlib import Path

from app.server.settings import load_settings
from tests.packaging.containerfile import named
from tests.packaging.server_image import (
    FILE,
    IN_FRONT,
    ROOT,
    STARTED_WITHIN_S,
    copied,
    healthy,
    laid_out,
    serving,
    variables,
)


def test_all_that_is_copied_is_in_the_checkout() -> None:
    assert [source for source, _ in copied() if not (ROOT / source).exists()] == []
    (installed,) = [each.rest for each in named(FILE, "RUN") if "pip install" in each.rest]
    lock = re.search(r"--requirement (\S+)", installed)
    assert lock
    assert f"packaging/{lock[1]}" in dict(copied())
    assert {"--require-hashes", "--no-deps"} <= set(installed.split())


def test_its_variables_user_port_and_volume_are_those_of_the_settings(tmp_path: Path) -> None:
    env = variables()
    settings = load_settings({**env, **IN_FRONT}, data=tmp_path)
    assert settings.strange == ()
    assert settings.host == "0.0.0.0"
    assert [each.rest for each in named(FILE, "VOLUME")] == [str(settings.data)]
    assert [each.rest for each in named(FILE, "EXPOSE")] == [str(settings.port)]
    (user,) = named(FILE, "USER")
    made = next(each.rest for each in named(FILE, "RUN") if "useradd" in each.rest)
    assert f"--uid {user.rest} --home-dir {settings.data} " in made


def test_it_serves_is_found_healthy_and_ends_when_told(tmp_path: Path) -> None:
    image = laid_out(tmp_path)
    with serving(image) as (port, process):
        assert healthy(image, port)
        # Nothing of the checkout was needed: it ran from what the image holds.
        assert (image / "data" / "server.db").is_file()
        (sign,) = named(FILE, "STOPSIGNAL")
        assert sign.rest == "SIGTERM"
        process.terminate()
        assert process.wait(STARTED_WITHIN_S) in (0, -15)
    assert not healthy(image, port)
