"""A least message about a side of every method of Members, Groups and Persons. None of them keeps anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth.v1 import groups_pb2, members_pb2, persons_pb2

#: What every side has beside its user, device and session.
GROUP, PROJECT, LOST = "crew", "tower", "lost"
_VALUES: dict[str, Callable[[str, Any], Any]] = {
    "team": lambda _, side: side.team,
    "user": lambda _, side: side.user,
    "users": lambda _, side: [side.user],
    "session": lambda _, side: side.session,
    "device": lambda method, side: side.device if method == "ReleaseUserDevice" else LOST,
    "product": lambda _, __: "ACD",
    "all_products": lambda _, __: True,
    "person": lambda _, __: "New One <new@example.com>",
    "rows": lambda _, __: [members_pb2.MemberRow(line=2, email="new@example.com")],
    "group": lambda _, __: GROUP,
    "name": lambda method, _: "new" if method.startswith("Create") else PROJECT if "Project" in method else GROUP,
    "new_name": lambda _, __: "other",
    "validate_only": lambda _, __: True,
}


def messages() -> Iterator[tuple[str, Callable[[Any], Message]]]:
    """Methods as `Service/Method`, each with what makes its message of a side."""
    for module in (members_pb2, groups_pb2, persons_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield f"{service.name}/{method.name}", _made(method.name, method.input_type)


def _made(method: str, kind: Any) -> Callable[[Any], Message]:
    fields = [name for name in _VALUES if name in kind.fields_by_name]
    if "page_size" in kind.fields_by_name:
        fields = [name for name in fields if name != "name"]
    return lambda side: GetMessageClass(kind)(**{name: _VALUES[name](method, side) for name in fields})
