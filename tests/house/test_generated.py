"""The committed wire types are what proto/ generates, and the two distributions merge into one namespace."""

import importlib
import os
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import apsw

import flexauth
from tests.house.sources import ROOT, WIRE, read, tracked

FLOOR = (3, 51, 3)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*_pb2*.py*"))}


def test_the_wire_types_are_fresh(tmp_path: Path) -> None:
    runpy.run_path(os.fspath(ROOT / "proto" / "generate.py"))["generate"](tmp_path)
    assert contents(ROOT / WIRE) == contents(tmp_path / "flexauth" / "v1"), "run `make proto`"


def test_every_proto_has_its_wire_types() -> None:
    protos = {path.stem for path in (ROOT / "proto" / "flexauth" / "v1").glob("*.proto")}
    assert protos
    for suffix in ("_pb2.py", "_pb2.pyi"):
        assert protos == {name.removesuffix(suffix) for name in contents(ROOT / WIRE) if name.endswith(suffix)}


def test_the_namespace_holds_server_and_wire() -> None:
    assert {Path(folder).resolve() for folder in flexauth.__path__} == {ROOT / "flexauth", ROOT / WIRE.parent}
    assert not list(ROOT.glob("flexauth/__init__.py*")), "an __init__.py would hide flexauth.v1"
    for name in ("flexauth.v1.license_authority_pb2", "flexauth.commands", "flexauth._core", "flexauth_client"):
        importlib.import_module(name)


def test_the_locked_sqlite_is_past_the_wal_reset_bug() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= FLOOR


def test_a_desktop_needs_the_client_alone() -> None:
    """With the server's sources out of reach, the SDK and the wire import, and bring no compiler, store or terminal."""
    code = f"""
import sys
sys.path = [entry for entry in sys.path if entry not in ("", {os.fspath(ROOT)!r})]
import flexauth_client, flexauth.v1.license_authority_pb2_grpc
print(*(name for name in sys.modules if name.partition(".")[0] in {{"flexauth", "apsw", "typer", "pygrpc_native"}}))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd="/", check=True)
    assert "flexauth.v1.license_authority_pb2_grpc" in done.stdout
    assert [name for name in done.stdout.split() if not name.startswith("flexauth.v1") and name != "flexauth"] == []


def test_every_source_is_type_checked() -> None:
    checked = tomllib.loads(read(Path("pyproject.toml")))["tool"]["mypy"]["files"]
    missed = [path for path in tracked(".py") if not any(path.is_relative_to(entry) for entry in checked)]
    assert missed == []
