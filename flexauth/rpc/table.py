"""The table of all methods: every method of every .proto service with its row and who may call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth.access import Permission, permission_of
from flexauth.rpc import (
    access,
    administration,
    catalogue,
    entitlements,
    license_authority,
    members,
    packs,
    reporting,
)
from flexauth.rpc.method import Row
from flexauth.v1 import (
    access_pb2,
    administration_pb2,
    catalogue_pb2,
    entitlements_pb2,
    groups_pb2,
    license_authority_pb2,
    members_pb2,
    packs_pb2,
    persons_pb2,
    reporting_pb2,
)

__all__ = ["METHODS", "SERVICES", "Method"]

_TABLE: tuple[tuple[Any, str, Mapping[str, Row]], ...] = (
    (license_authority_pb2, "LicenseAuthority", license_authority.ROWS),
    (administration_pb2, "Administration", administration.ROWS),
    (reporting_pb2, "Reporting", reporting.ROWS),
    (access_pb2, "Access", access.ROWS),
    (members_pb2, "Members", members.MEMBERS),
    (groups_pb2, "Groups", members.GROUPS),
    (persons_pb2, "Persons", members.PERSONS),
    (entitlements_pb2, "Entitlements", entitlements.ROWS),
    (packs_pb2, "Packs", packs.ROWS),
    (catalogue_pb2, "Catalogue", catalogue.ROWS),
)


@dataclass(frozen=True, slots=True)
class Method:
    """One method."""

    service: str
    name: str
    request: type[Message]
    permission: Permission
    row: Row

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"


def _methods() -> Iterator[Method]:
    for module, name, rows in _TABLE:
        service: ServiceDescriptor = module.DESCRIPTOR.services_by_name[name]
        if different := rows.keys() ^ set(service.methods_by_name):
            raise TypeError(f"{service.full_name}: the .proto and the rows differ in {', '.join(sorted(different))}")
        for method in service.methods:
            row = rows[method.name]
            permission = permission_of(service.full_name, method.name)
            yield Method(service.full_name, method.name, GetMessageClass(method.input_type), permission, row)


METHODS = tuple(_methods())
SERVICES = tuple(dict.fromkeys(method.service for method in METHODS))
