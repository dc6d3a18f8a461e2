"""The compose file: its services agree with each other, with the settings, with `.env.sample`, with
the container file and with the proxy's own."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.server.database_postgres import CONNECTIONS_MAX
from app.server.settings import load_settings
from tests.packaging.containerfile import instructions, named

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packaging" / "server"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
GIVEN = {"POSTGRES_PASSWORD": "0a1b2c3d4e5f", "DOMAIN": "tokens.example.org"}
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def filled(text: str) -> str:
    """As compose fills it in: with what is given, else what stands in the file."""

    def one(found: re.Match[str]) -> str:
        name, how, usual = found.groups()
        assert name in GIVEN or how == "-", f"{name} is not said to be needed"
        return GIVEN.get(name, usual or "")

    return _VARIABLE.sub(one, text)


def environment(service: str) -> dict[str, str]:
    return {name: filled(value) for name, value in SERVICES[service]["environment"].items()}


def test_what_is_built_and_mounted_is_in_the_checkout() -> None:
    build = SERVICES["server"]["build"]
    context = (FOLDER / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).samefile(FOLDER / "Containerfile")
    for service in SERVICES.values():
        for mount in service["volumes"]:
            source = mount.partition(":")[0]
            if source.startswith("."):
                assert (FOLDER / source).is_file(), mount
            else:
                assert source in COMPOSE["volumes"], mount


def test_every_network_volume_and_service_that_is_named_is_there_and_used() -> None:
    for kind in ("networks", "volumes"):
        used = {
            str(each).partition(":")[0] for service in SERVICES.values() for each in service[kind]
        }
        assert {name for name in used if not name.startswith(".")} == set(COMPOSE[kind])
    for service in SERVICES.values():
        needs = service.get("depends_on", {})
        assert set(needs) <= set(SERVICES)
        for needed, how in needs.items() if isinstance(needs, dict) else ():
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[needed]


def test_every_variable_is_explained_and_those_without_a_usual_value_are_asked_for() -> None:
    text = (FOLDER / "compose.yaml").read_text("utf-8")
    explained = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.sample").read_text("utf-8"), re.M))
    used = {name for name, _, _ in _VARIABLE.findall(text)}
    assert used <= explained
    assert {name for name, how, _ in _VARIABLE.findall(text) if how == "?"} == set(GIVEN)
    assert filled(text).count("${") == 0


def test_the_servers_variables_are_settings_and_fit_the_services_beside_it(tmp_path: Path) -> None:
    (image,) = named(instructions(FOLDER / "Containerfile"), "ENV")
    env = {**dict(word.split("=", 1) for word in image.words), **environment("server")}
    settings = load_settings(env, data=tmp_path)
    assert settings.strange == ()
    database = environment("database")
    assert settings.database_url == (
        f"postgresql://{database['POSTGRES_USER']}:{database['POSTGRES_PASSWORD']}"
        f"@database/{database['POSTGRES_DB']}"
    )
    assert f"-U {database['POSTGRES_USER']}" in SERVICES["database"]["healthcheck"]["test"][1]
    assert settings.public_url == f"https://{GIVEN['DOMAIN']}"
    subnet = COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert settings.trusted_proxies == (ipaddress.ip_network(subnet),)
    assert f"keys:{settings.data}" in SERVICES["server"]["volumes"]
    assert SERVICES["server"]["read_only"] is True


def test_the_database_is_reached_by_the_server_alone_and_forgets_nothing() -> None:
    reached = [name for name, each in SERVICES.items() if "books" in each["networks"]]
    assert sorted(reached) == ["database", "server"]
    assert COMPOSE["networks"]["books"]["internal"] is True
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    command = SERVICES["database"]["command"]
    assert {"fsync=on", "synchronous_commit=on"} <= set(command)
    (most,) = (word.partition("=")[2] for word in command if word.startswith("max_connections"))
    assert int(most) >= 4 * CONNECTIONS_MAX + 10, "room for four copies"


def test_the_proxy_asks_the_server_by_its_name_and_port() -> None:
    caddyfile = (FOLDER / "Caddyfile").read_text("utf-8")
    (port,) = named(instructions(FOLDER / "Containerfile"), "EXPOSE")
    assert f"dynamic a server {port.rest}\n" in caddyfile
    asked = set(re.findall(r"\{\$([A-Z_]+)", caddyfile))
    assert asked == set(SERVICES["proxy"]["environment"])
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["proxy"]["volumes"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_gain_rights_or_stay_down(service: str) -> None:
    assert "no-new-privileges:true" in SERVICES[service]["security_opt"]
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert not SERVICES[service].get("privileged")
