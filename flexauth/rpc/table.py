"""The table of all methods: every method of every .proto service with its row and the role that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth.access import Role
from flexauth.rpc import administration, license_authority, reporting
from flexauth.rpc.method import Row
from flexauth.v1 import administration_pb2, license_authority_pb2, reporting_pb2

__all__ = ["METHODS", "SERVICES", "Method"]

_TABLE: tuple[tuple[Any, str, Role, Mapping[str, Row]], ...] = (
    (license_authority_pb2, "LicenseAuthority", Role.CLIENT, license_authority.ROWS),
    (administration_pb2, "Administration", Role.ADMIN, administration.ROWS),
    (reporting_pb2, "Reporting", Role.ADMIN, reporting.ROWS),
)


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `role` None: no key is needed."""

    service: str
    name: str
    request: type[Message]
    role: Role | None
    row: Row

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"


def _methods() -> Iterator[Method]:
    for module, name, role, rows in _TABLE:
        service: ServiceDescriptor = module.DESCRIPTOR.services_by_name[name]
        if different := rows.keys() ^ set(service.methods_by_name):
            raise TypeError(f"{service.full_name}: the .proto and the rows differ in {', '.join(sorted(different))}")
        for method in service.methods:
            row = rows[method.name]
            needed = None if row.keyless else role
            yield Method(service.full_name, method.name, GetMessageClass(method.input_type), needed, row)


METHODS = tuple(_methods())
SERVICES = tuple(dict.fromkeys(method.service for method in METHODS))
