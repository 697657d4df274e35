"""Holds every import to the layers: of ours, a module may import what its row names and its own package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import cython_imports, module_name, read, tracked

VALUES = "commands faults limits requests answers answers_of ledger pages etags denials"
RULES = "rights catalogue policy csv_rows rate_sheet price_list calendars assigned roster"
APPLICATION = """
    access acts grants members certificates peers clock names work contracts periods facts directory telling use
    residence committer sequencer administration products shelves sheets orders transfers entitlements caps authority
    leases
"""
COMPOSED = "config sample bootstrap credentials first_keys serving v1 flexauth_client"

# From the innermost to the outermost: layer, module or package, what it may import of ours.
LAYERS = (
    ("values", "commands", "faults limits"),
    ("values", "faults", ""),
    ("values", "limits", ""),
    ("core", "_core", "commands"),
    ("values", "requests", "commands faults limits"),
    ("values", "answers", "commands requests"),
    ("values", "answers_of", "commands requests answers"),
    ("values", "ledger", "commands faults limits"),
    ("values", "pages", "answers faults"),
    ("values", "etags", "faults"),
    ("values", "denials", "commands"),
    ("rules", "rights", f"{VALUES} catalogue policy"),
    ("rules", "catalogue", VALUES),
    ("rules", "calendars", VALUES),
    ("rules", "policy", f"{VALUES} calendars"),
    ("rules", "csv_rows", VALUES),
    ("rules", "rate_sheet", f"{VALUES} csv_rows"),
    ("rules", "price_list", f"{VALUES} csv_rows"),
    ("rules", "assigned", ""),
    ("rules", "roster", VALUES),
    ("rules", "reference", "commands"),
    ("store", "store", f"_core {VALUES}"),
    ("application", "clock", VALUES),
    ("application", "certificates", "faults limits"),
    ("application", "peers", "limits access"),
    ("application", "leases", f"{VALUES} clock"),
    ("application", "names", f"_core {VALUES}"),
    ("application", "work", f"{VALUES} store"),
    ("application", "contracts", f"{VALUES} {RULES} store"),
    ("application", "periods", f"{VALUES} {RULES} store work"),
    ("application", "facts", f"{VALUES} {RULES} store names work contracts"),
    ("application", "directory", f"{VALUES} {RULES} store names work contracts facts"),
    ("application", "access", f"{VALUES} store names directory work"),
    ("application", "acts", f"{VALUES} store names work"),
    ("application", "grants", f"{VALUES} store directory work acts access"),
    ("application", "residence", f"{VALUES} store"),
    ("application", "committer", f"{VALUES} store work"),
    ("application", "sequencer", f"{VALUES} store clock work residence committer"),
    ("application", "administration", f"{VALUES} {RULES} store clock names directory periods work sequencer acts"),
    ("application", "members", f"{VALUES} {RULES} store clock names directory work acts"),
    ("application", "products", f"{VALUES} {RULES} store names directory work acts"),
    ("application", "shelves", f"{VALUES} store directory work acts"),
    ("application", "sheets", f"{VALUES} {RULES} store directory work acts products"),
    ("application", "orders", f"{VALUES} {RULES} store directory work acts administration"),
    ("application", "transfers", f"{VALUES} store directory work acts orders"),
    ("application", "entitlements", f"{VALUES} store directory work acts"),
    ("application", "caps", f"{VALUES} {RULES} store directory periods work acts"),
    ("application", "telling", f"{VALUES} policy directory"),
    ("application", "use", f"{VALUES} {RULES} store names directory work telling"),
    (
        "application",
        "authority",
        f"{VALUES} {RULES} {APPLICATION} store",
    ),
    ("reports", "reports", f"{VALUES} {RULES} store directory"),
    ("wire", "v1", ""),
    # The other distribution: of the authority it knows the wire alone.
    ("client", "flexauth_client", "v1"),
    ("edge", "rpc", f"{VALUES} {RULES} {APPLICATION} reports v1"),
    ("edge", "proxy", "faults limits certificates peers"),
    ("root", "sample", f"{VALUES} rate_sheet"),
    ("root", "config", f"{VALUES} policy"),
    ("root", "bootstrap", f"_core {VALUES} {RULES} reference {APPLICATION} store reports rpc sample config"),
    ("root", "credentials", "faults"),
    ("root", "first_keys", f"{VALUES} {APPLICATION}"),
    ("root", "front", f"{VALUES} {APPLICATION} rpc proxy config"),
    ("root", "serving", f"{VALUES} {APPLICATION} store rpc config bootstrap first_keys credentials front"),
    # The doors: they start what the root has composed, and reach a running authority as any client does.
    (
        "doors",
        "simulate",
        f"{VALUES} {RULES} reference {APPLICATION} store reports v1 config bootstrap flexauth_client",
    ),
    ("doors", "demo", f"{VALUES} {RULES} {APPLICATION} store reports v1 config sample bootstrap flexauth_client"),
    ("doors", "cli", f"{VALUES} {RULES} reports {COMPOSED} simulate demo"),
)

MAY_IMPORT = {module: set(allowed.split()) for _, module, allowed in LAYERS}
LAYER = {module: layer for layer, module, _ in LAYERS}

# Foreign modules that belong to some layers or modules alone.
ONLY_IN = {
    "apsw": "store",
    "asyncio": "rpc",
    "grpc": "rpc bootstrap simulate cli client",
    "grpc_health": "rpc bootstrap cli",
    "grpc_reflection": "rpc",
    "pygrpc_native": "rpc",
    "sqlite3": "",
    "sqlite_utils": "reports cli",
    "typer": "cli",
    "yaml": "simulate",
}

# What the inner layers must not know: input and output, the clock, chance, logging.
PURE = {"core", "values", "rules"}
IMPURE = "asyncio io logging os pathlib random select shutil signal socket subprocess tempfile threading time"


def own(name: str) -> str | None:
    """Row of the table that an imported name belongs to, None for a foreign module."""
    package, _, rest = name.partition(".")
    if package == "flexauth_client":
        return package
    module = rest.partition(".")[0]
    if module.startswith("_core"):
        return "_core"  # the parts that its .pyx includes
    return module if package == "flexauth" else None


def imports(path: Path, text: str) -> Iterator[str]:
    """Yield the dotted names that a source imports; `from flexauth import x` counts as flexauth.x."""
    if path.suffix in {".pyx", ".pxd", ".pxi"}:
        yield from cython_imports(text)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "flexauth" else [module]


def offences(path: Path, text: str) -> list[str]:
    """Return what a source imports against the table, as one line each."""
    module = own(module_name(path))
    if module not in MAY_IMPORT:
        return [f"{path}: {module} has no row in the table of layers"]
    layer, found = LAYER[module], []
    for name in imports(path, text):
        target, foreign = own(name), name.partition(".")[0]
        if target is not None:
            if target != module and target not in MAY_IMPORT[module]:
                found.append(f"{path}: {module} ({layer}) may not import {name}")
        elif foreign in ONLY_IN and not {module, layer} & set(ONLY_IN[foreign].split()):
            found.append(f"{path}: {foreign} belongs to {ONLY_IN[foreign] or 'no module'}, not to {module} ({layer})")
        elif foreign in IMPURE.split() and layer in PURE:
            found.append(f"{path}: {module} ({layer}) must not know {foreign}")
    return found


SOURCES = [
    path
    for path in tracked(".py", ".pyi", ".pyx", ".pxd", ".pxi")
    if path.is_relative_to("flexauth") or path.is_relative_to("client/src")
]


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    assert offences(path, read(path)) == []


def test_the_table_is_in_order() -> None:
    """Outside a layer's own rows, a row names only rows above it."""
    above: set[str] = set()
    for layer, module, allowed in LAYERS:
        same_layer = {name for name in LAYER if LAYER[name] == layer}
        assert set(allowed.split()) <= above | same_layer, module
        above.add(module)


def test_the_table_names_no_module_that_is_gone() -> None:
    there = {own(module_name(path)) for path in SOURCES} | {"v1"}
    assert sorted(set(MAY_IMPORT) - there) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("flexauth/commands.py", "from flexauth import store"),
        ("flexauth/commands.py", "from flexauth.store.port import Store"),
        ("flexauth/reference.py", "import flexauth.rights"),
        ("flexauth/rights.py", "def now():\n    import time"),
        ("flexauth/sequencer.py", "from flexauth.rpc import server"),
        ("flexauth/authority.py", "import apsw"),
        ("flexauth/store/sqlite.py", "import asyncio"),
        ("flexauth/_core.pyx", "from flexauth.rights cimport Charge"),
        ("flexauth/_core.pyx", "cimport flexauth.policy"),
        ("flexauth/helper.py", ""),
        ("client/src/flexauth_client/session.py", "from flexauth.limits import NAMES"),
    ],
)
def test_an_import_against_the_layers_is_seen(path: str, text: str) -> None:
    assert len(offences(Path(path), text)) == 1
