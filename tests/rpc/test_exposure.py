"""Every field of a message is thought of, and what a server tells of itself is for some alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from flexauth.access.naming import NAMES
from flexauth.access.permissions import INSPECT, TABLE, Cell
from flexauth.cli.serve import log_json
from flexauth.first_keys import ADMIN, make
from flexauth.requests import Role
from flexauth.rpc.table import METHODS, Method
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import administration_pb2_grpc
from tests.rpc.serving import Service, channel_to, failure, start
from tests.rpc.sides import Sides

#: Fields that name nothing of a team, or what their team's name stands beside.
PLAIN = {
    "actor", "algorithms", "anchor", "at", "audiences", "code", "collection", "consent", "counter", "csv",
    "currency", "device_key_thumbprint", "display_name", "effective_at", "email", "email_domains", "ended_at",
    "ends_at", "etag", "expires_at", "first_version", "from_version", "group", "guest", "host", "id",
    "identity", "idle_aware_from", "issuer", "jwks_uri", "kind", "launch_code", "line", "max_tokens", "name",
    "new_name", "note", "number", "offline_until", "operated_at", "origin", "origin_evidence", "page_size",
    "page_token", "paid_until", "paths", "per", "person", "plan", "platform", "product", "products", "project",
    "purchased_at", "rate", "rate_version", "reason", "request_id", "result_tokens", "result_units",
    "retired_at", "role", "seats", "since", "size", "starts_at", "subject_kind", "subject_name",
    "subject_prefix", "tokens", "tokens_per_24h", "unit_price", "units", "until", "upload", "used",
    "valid_from", "values", "version", "window_start"
}  # fmt: skip


def leaves(message: Any) -> Iterator[str]:
    """The names of all fields that are neither messages nor true or false, at any depth."""
    for field in message.fields:
        if field.message_type is not None:
            yield from leaves(field.message_type)
        elif field.type != field.TYPE_BOOL:
            yield field.name


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_field_is_known_to_name_something_or_not_to(method: Method) -> None:
    """A new one must be thought of: name it as one of NAMES, and the guard holds it; or say here that it is plain."""
    assert set(leaves(method.request.DESCRIPTOR)) - set(NAMES) - PLAIN == set()


# What a server tells of itself ---------------------------------------------------------------------------------------


def reflected(sides: Sides, key: str | None) -> Any:
    """The services that reflection lists, or the status with which it refuses."""
    metadata = (("authorization", f"Bearer {key}"),) if key else ()
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(sides.channel())
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    try:
        (told,) = stub.ServerReflectionInfo(iter([asked]), metadata=metadata, timeout=10)
    except grpc.RpcError as error:
        return error.code().name
    return {service.name for service in told.list_services_response.service}


def health(sides: Sides, service: str, key: str | None) -> str:
    metadata = (("authorization", f"Bearer {key}"),) if key else ()
    stub: Any = health_pb2_grpc.HealthStub(sides.channel())
    try:
        stub.Check(health_pb2.HealthCheckRequest(service=service), metadata=metadata, timeout=10)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DEVICE], ids=lambda role: role.name.lower())
def test_reflection_and_health_of_a_service_are_for_those_who_may_inspect(sides: Sides, role: Role) -> None:
    key = sides.keys[role]
    may = TABLE[INSPECT].cells[role] is not Cell.NO
    told = reflected(sides, key)
    assert (told == "PERMISSION_DENIED") is not may
    assert ("flexauth.v1.Access" in told) is may
    assert health(sides, "flexauth.v1.Access", key) == ("OK" if may else "PERMISSION_DENIED")


def test_without_a_credential_only_the_health_of_the_whole_is_told(sides: Sides) -> None:
    assert reflected(sides, None) == "UNAUTHENTICATED"
    assert health(sides, "flexauth.v1.Access", None) == "UNAUTHENTICATED"
    assert health(sides, "", None) == "OK"


def test_no_log_and_no_answer_holds_a_credential(
    engine: str, other: list[Service], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even of a call that fails with a defect, whose log has the whole traceback."""
    log_json("debug")
    try:
        served = start(engine, asks=True)
        other.append(served)
        secret = make(served.authority, "secret", ADMIN)

        def defect(*_: object) -> None:
            raise RuntimeError("a defect")

        monkeypatch.setattr(served.authority, "submit", defect)
        with channel_to(served.server.address, {"authorization": f"Bearer {secret}"}) as channel:
            stub = administration_pb2_grpc.AdministrationStub(channel)
            said = failure(stub.CreateTeam, admin.CreateTeamRequest(name="acme"))
        logged = capsys.readouterr().err
    finally:
        structlog.reset_defaults()
    assert said.code == "INTERNAL"
    assert "RuntimeError: a defect" in logged
    for text in (logged, said.message, str(said.details)):
        assert secret.split("_")[3] not in text
