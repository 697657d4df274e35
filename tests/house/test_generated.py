"""The committed wire types are what proto/ generates, and the two distributions merge into one namespace."""

import importlib
import os
import runpy
from pathlib import Path

import apsw
import pytest

import flexauth
from tests.house.sources import ROOT, WIRE

FLOOR = (3, 51, 3)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*_pb2*.py*"))}


def test_the_wire_types_are_fresh(tmp_path: Path) -> None:
    runpy.run_path(os.fspath(ROOT / "proto" / "generate.py"))["generate"](tmp_path)
    assert contents(ROOT / WIRE) == contents(tmp_path / "flexauth" / "v1"), "run `make proto`"


def test_every_proto_has_its_wire_types() -> None:
    protos = {path.stem for path in (ROOT / "proto" / "flexauth" / "v1").glob("*.proto")}
    assert protos
    assert protos == {name.removesuffix("_pb2.py") for name in contents(ROOT / WIRE) if name.endswith("_pb2.py")}


def test_the_namespace_holds_server_and_wire() -> None:
    assert {Path(folder).resolve() for folder in flexauth.__path__} == {ROOT / "flexauth", ROOT / WIRE.parent}
    assert not list(ROOT.glob("flexauth/__init__.py*")), "an __init__.py would hide flexauth.v1"
    for name in ("flexauth.v1.license_authority_pb2", "flexauth.commands", "flexauth._core", "flexauth_client"):
        importlib.import_module(name)


def test_the_locked_sqlite_is_past_the_wal_reset_bug() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= FLOOR


@pytest.mark.parametrize("module", ["license_authority_pb2_grpc"])
def test_the_stubs_are_typed(module: str) -> None:
    assert (ROOT / WIRE / f"{module}.pyi").exists()
