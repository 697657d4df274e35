"""A YAML document whose every value knows its file, line and field, so that an error can name them.

Knows YAML and nothing of scenarios. Plain scalars are taken as they are written: `no` is a name where one is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from flexauth.faults import InvalidArgument

__all__ = ["FormError", "Table", "Value", "not_yet", "read_document"]

T = TypeVar("T")

_FILE_BYTES = 1 << 20
_SHOWN = 60
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})\Z")


class FormError(Exception):
    """One thing that is wrong with a file; its text is `FILE:LINE: FIELD: what, value, remedy`."""

    def __init__(self, file: str, line: int, field: str, what: str) -> None:
        self.file, self.line, self.field, self.what = file, line, field, what
        super().__init__(f"{file}:{line}: {field or 'scenario'}: {what}")


@dataclass(frozen=True, slots=True)
class Value:
    """A node of the document."""

    file: str
    field: str
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def fail(self, what: str) -> NoReturn:
        raise FormError(self.file, self.line, self.field, what)

    def refuse(self, rule: str) -> NoReturn:
        """Raise for a value that is not what `rule` asks for, showing it."""
        self.fail(f"{self._shown()}: {rule}")

    def _shown(self) -> str:
        if isinstance(self.node, yaml.ScalarNode):
            text = str(self.node.value)
            return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
        return "a list" if isinstance(self.node, yaml.SequenceNode) else "a mapping"

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("it must be a text")
        if not self.node.value:
            self.fail("it is empty; write a text")
        return str(self.node.value)

    def flag(self) -> bool:
        text = self.node.value if isinstance(self.node, yaml.ScalarNode) else None
        if text not in {"true", "false"}:
            self.refuse("it must be true or false")
        return bool(text == "true")

    def whole(self, least: int, most: int) -> int:
        text = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        if not _WHOLE.match(text):
            self.refuse("it must be a whole number")
        number = int(text)
        if not least <= number <= most:
            self.refuse(f"it must be from {least} to {most}")
        return number

    def one_of(self, names: Mapping[str, object]) -> str:
        text = self.text()
        if text not in names:
            self.refuse(f"it must be one of {', '.join(names)}")
        return text

    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def items(self) -> list[Value]:
        """Values of a list, fields counted from 1 as events are."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("it must be a list")
        return [Value(self.file, f"{self.field}[{n}]", node) for n, node in enumerate(self.node.value, 1)]

    def entries(self) -> dict[str, Value]:
        """Values of a mapping by key, in order; a key stands once."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("it must be a mapping")
        found: dict[str, Value] = {}
        for key_node, node in self.node.value:
            key = Value(self.file, self.field or "key", key_node).text()
            field = f"{self.field}.{key}" if self.field else key
            if key in found:
                Value(self.file, field, key_node).fail("the key stands twice; keep one")
            found[key] = Value(self.file, field, node)
        return found

    def parsed(self, read: Callable[[str], T]) -> T:
        """Return what `read` makes of the text; its ValueError is what the value should have been."""
        try:
            return read(self.text())
        except ValueError as error:
            self.refuse(str(error))

    @contextmanager
    def checked(self) -> Iterator[None]:
        """What a request's constructor finds wrong is wrong with this value."""
        try:
            yield
        except InvalidArgument as fault:
            self.fail(str(fault))


class Table:
    """A mapping with a fixed set of keys; `refused` are keys that exist but not here or not yet, with the reason."""

    def __init__(self, value: Value, known: str, refused: Mapping[str, str] | None = None) -> None:
        self.value = value
        self._entries = value.entries()
        for key, entry in self._entries.items():
            if refused and key in refused:
                entry.fail(refused[key])
            if key not in known.split():
                entry.fail(f"unknown key {key!r}; known here: {', '.join(known.split())}")

    def get(self, key: str) -> Value | None:
        return self._entries.get(key)

    def need(self, key: str) -> Value:
        found = self._entries.get(key)
        if found is None:
            self.value.fail(f"the key {key!r} is missing; it must be given")
        return found


def not_yet(rules: Mapping[str, str]) -> dict[str, str]:
    """Words that the form has and this version does not play, by name: why."""
    return {
        word: f"{word} is not played by this version: its rule ({rule}) is not in force yet; remove it"
        for word, rule in rules.items()
    }


def read_document(path: str) -> Value:
    """Return the root of the YAML document of a file; FormError where there is none."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_FILE_BYTES + 1)
    except OSError as error:
        raise FormError(path, 1, "file", f"it cannot be read: {error.strerror}") from None
    if len(raw) > _FILE_BYTES:
        raise FormError(path, 1, "file", f"it has more than {_FILE_BYTES} bytes; a scenario is one short story")
    try:
        node = yaml.compose(raw.decode(), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FormError(path, line, "file", "it is not UTF-8 text; save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FormError(path, mark.line + 1 if mark else 1, "file", f"it is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise FormError(path, 1, "file", f"it is not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise FormError(path, 1, "file", "it is nested too deeply for a scenario") from None
    if node is None:
        raise FormError(path, 1, "file", "it is empty; a scenario has name, start, catalogue, teams, timeline")
    return Value(path, "", node)
