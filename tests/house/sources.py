"""The files that the house rules look at: everything that git tracks or would track."""

import re
import subprocess
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "WIRE", "cython_imports", "module_name", "read", "tracked"]

ROOT = Path(__file__).resolve().parents[2]
WIRE = Path("client/src/flexauth/v1")

CYTHON_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import\b|c?import\s+([\w.]+))", re.MULTILINE)


@cache
def tracked(*suffixes: str) -> tuple[Path, ...]:
    """Paths relative to the root, generated wire types left out, of the given suffixes or of all."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return tuple(
        sorted(
            path
            for path in paths
            if not path.is_relative_to(WIRE) and (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file()
        )
    )


@cache
def read(path: Path) -> str:
    """Text of a tracked file."""
    return (ROOT / path).read_text(encoding="utf-8")


def module_name(path: Path) -> str:
    """Dotted name under which a source file is imported: client/src/flexauth_client/a.py is flexauth_client.a."""
    if path.is_relative_to("client/src"):
        path = path.relative_to("client/src")
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def cython_imports(text: str) -> list[str]:
    """Modules that a .pyx, .pxd or .pxi imports, those of libc and cpython left out."""
    names = [first or second for first, second in CYTHON_IMPORT.findall(text)]
    names = [name for name in names if name != "flexauth"]
    names += [f"flexauth.{module}" for module in re.findall(r"^from flexauth (?:c?import) (\w+)$", text, re.MULTILINE)]
    return [name for name in names if name.partition(".")[0] not in {"libc", "cpython", "cython"}]
