"""The locks answer to both pyproject.toml: every direct dependency is there, in range, hashed, its place unnamed."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT

OURS = {"flexauth", "flexauth-client"}
PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([\w.+!-]+)", re.MULTILINE)
PLACE = re.compile(r"https?://|file:|^-|--(?:index-url|extra-index-url|find-links)|(?<!\\)\s/\w", re.MULTILINE)


def project(folder: str) -> dict[str, list[str]]:
    """Direct dependencies of a distribution: those it runs with, and its groups."""
    data = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
    return {"run": data["project"]["dependencies"], **data.get("dependency-groups", {})}


SERVER, CLIENT = project("."), project("client")
DIRECT = {
    "dev.txt": SERVER["run"] + CLIENT["run"] + SERVER["dev"],
    "server.txt": SERVER["run"] + CLIENT["run"],
    "client.txt": CLIENT["run"],
}


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall(lock)}


def out_of_sync(direct: list[str], lock: str) -> list[str]:
    """Return the direct dependencies that a lock lacks or pins out of their range."""
    pinned, found = pins(lock), []
    for requirement in map(Requirement, direct):
        version = pinned.get(canonicalize_name(requirement.name))
        if requirement.name not in OURS and (version is None or version not in requirement.specifier):
            found.append(f"{requirement}: {version or 'not there'}")
    return found


def read(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DIRECT)
def test_a_lock_holds_every_direct_dependency(name: str) -> None:
    assert out_of_sync(DIRECT[name], read(name)) == [], "run `make lock`"


@pytest.mark.parametrize("name", DIRECT)
def test_a_lock_hashes_every_package_and_names_no_place(name: str) -> None:
    text = read(name)
    blocks = re.split(r"\n(?=[\w.-]+(?:\[[^\]]*\])?==)", text)[1:]
    assert len(blocks) == len(PIN.findall(text)) > len(DIRECT[name]) // 2
    assert [block.partition(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert PLACE.findall(text) == []


def test_the_locks_agree() -> None:
    everything = pins(read("dev.txt"))
    for name in ("server.txt", "client.txt"):
        assert pins(read(name)).items() <= everything.items(), name


def test_the_two_distributions_have_one_version() -> None:
    versions = {
        tomllib.loads(Path(ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        for folder in (".", "client")
    }
    assert len(versions) == 1
    assert f"flexauth-client=={versions.pop()}" in SERVER["run"]


def test_the_client_brings_neither_server_nor_compiler() -> None:
    assert pins(read("client.txt")).keys().isdisjoint({"apsw", "cython", "pygrpc-native", "setuptools", "typer"})


def test_both_distributions_carry_the_licence() -> None:
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "client" / "LICENSE").read_bytes()


@pytest.mark.parametrize("lock", ["", "apsw==3.50.0 \\\n    --hash=sha256:00\n"])
def test_a_lock_out_of_sync_is_seen(lock: str) -> None:
    assert len(out_of_sync(["apsw>=3.51.3"], lock)) == 1


@pytest.mark.parametrize(
    "line", ["--index-url x", "--find-links /x", "# from https://x", "apsw @ file:///x", "#  -c /tmp/x.txt"]
)
def test_a_place_in_a_lock_is_seen(line: str) -> None:
    assert PLACE.search(f"# by\n{line}\n")
