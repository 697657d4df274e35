"""Named SQL statements: every .sql file beside this module, read once. Knows the form of the files, not what they say.

A statement is `-- name: NAME`, a line `-- purpose`, and SQL up to the next name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["migrations", "parse", "repeated", "statement", "statements"]

_NAME = re.compile(r"^-- name: (?P<name>[a-z_]+)\n-- (?P<purpose>.+)\n", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """Statements of one file by name."""
    found = list(_NAME.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {match["name"]: _plain(text[match.end() : end]) for match, end in zip(found, ends, strict=True)}


def _plain(text: str) -> str:
    """SQL on one line without comments: apsw hashes the text at every execution."""
    lines = (line.partition("--")[0] for line in text.splitlines())
    return " ".join(" ".join(lines).split()).replace(", ", ",").removesuffix(";")


@cache
def statements() -> Mapping[str, str]:
    """Every named statement; two of one name are an error of the program."""
    found: dict[str, str] = {}
    for file in sorted(files("flexauth.store").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            for name, text in parse(file.read_text()).items():
                if name in found:
                    raise ValueError(f"statement {name} is in {file.name} again")
                found[name] = text
    return MappingProxyType(found)


def statement(name: str) -> str:
    """SQL of a name; KeyError when no file has it."""
    return statements()[name]


@cache
def repeated(name: str, count: int) -> str:
    """An `INSERT ... VALUES (...)` of a name for `count` rows at once."""
    head, word, values = statement(name).rpartition("VALUES ")
    return head + word + ",".join([values] * count)


@cache
def migrations() -> tuple[str, ...]:
    """Scripts in order; the n-th (from 1) makes schema n."""
    folder = files("flexauth.store") / "migrations"
    return tuple(
        file.read_text() for file in sorted(folder.iterdir(), key=lambda f: f.name) if file.name.endswith(".sql")
    )
