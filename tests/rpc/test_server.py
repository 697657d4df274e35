"""The server itself, on both engines: keys, addresses, health, reflection, deadlines, and an orderly end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from flexauth import bootstrap, limits
from flexauth.access import make_key
from flexauth.faults import Fault, Stopping, StorageFull, StoreFailed
from flexauth.first_keys import CLIENT, make
from flexauth.leases import Signer
from flexauth.requests import CreateTeam
from flexauth.rpc.server import CannotListen, Server
from flexauth.rpc.table import SERVICES
from flexauth.v1 import access_pb2 as access
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1.reporting_pb2 import ListLedgerRequest
from tests.rpc.serving import Service, channel_to, failure, furnish, licence_team, sign_in, start

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

# Keys ----------------------------------------------------------------------------------------------------------------

_, FOREIGN = make_key()


@pytest.fixture
def guarded(engine: str, other: list[Service]) -> Service:
    other.append(start(engine, asks=True))
    furnish(other[0])
    return other[0]


def called_by(service: Service, key: str | None) -> Service:
    metadata = {"authorization": f"Bearer {key}"} if key else {}
    channel = channel_to(service.server.address, metadata)
    return Service(service.server, service.authority, service.signer, service.clock, channel)


def test_a_client_key_may_use_and_not_administer(guarded: Service) -> None:
    caller = called_by(guarded, make(guarded.authority, "client", CLIENT))
    assert caller.checkout(1).granted
    for call, asked in (
        (caller.admin.ListUsers, admin.ListUsersRequest()),
        (caller.reports.GetBalance, licence_team()),
    ):
        said = failure(call, asked)
        assert (said.code, said.reason) == ("PERMISSION_DENIED", "PERMISSION_DENIED")
        assert said.message.startswith("The caller is service; ")
        assert "needs vendor or" in said.message


@pytest.mark.parametrize("key", [None, FOREIGN, "x", FOREIGN[:-1]], ids=["none", "foreign", "short", "cut"])
def test_without_a_valid_key_nothing_is_done(guarded: Service, key: str | None) -> None:
    caller = called_by(guarded, key)
    for call, asked in ((caller.licences.Checkout, sign_in(1)), (caller.admin.ListTeams, admin.ListTeamsRequest())):
        said = failure(call, asked)
        assert (said.code, said.reason) == ("UNAUTHENTICATED", "UNAUTHENTICATED")
        assert "authorization: Bearer" in said.message
    assert guarded.available() == (100, 0)


def test_a_key_is_rotated_and_the_old_one_ends_at_its_revocation(guarded: Service) -> None:
    """Within the second of the rule: the authority's clock stands still here."""
    scope = access.Scope(role=access.ROLE_SERVICE, team="acme")
    old, new = (
        guarded.access.CreateApiKey(access.CreateApiKeyRequest(name="farm", team="acme", scopes=[scope])) for _ in "12"
    )
    with_old, with_new = called_by(guarded, old.text), called_by(guarded, new.text)
    session = with_old.checkout(1)
    assert session.granted
    before = guarded.authority.now
    guarded.access.RevokeApiKey(access.RevokeApiKeyRequest(api_key=old.api_key.id))
    beat = licence.HeartbeatRequest(session=session.facts.session, counter=1)
    assert failure(with_old.licences.Heartbeat, beat).code == "UNAUTHENTICATED"
    assert guarded.authority.now == before
    assert with_new.licences.Heartbeat(beat, timeout=10).facts.session == session.facts.session


def test_lease_keys_and_health_need_no_key(guarded: Service) -> None:
    caller = called_by(guarded, None)
    assert caller.licences.GetKeys(licence.GetKeysRequest(), timeout=10).jwks
    assert health(caller, "") == SERVING


# Addresses -----------------------------------------------------------------------------------------------------------


def signer() -> Signer:
    return Signer.in_memory(now=lambda: 0)


def test_a_unix_socket_is_served(engine: str, other: list[Service], tmp_path: Path) -> None:
    other.append(start(engine, address=f"unix:{tmp_path / 'flexauth.sock'}"))
    assert other[0].server.address == f"unix:{tmp_path / 'flexauth.sock'}"
    furnish(other[0])
    assert other[0].checkout(1).granted


def test_a_port_that_is_taken_is_refused(engine: str, service: Service) -> None:
    with pytest.raises(CannotListen, match=service.server.address):
        Server(service.authority, service.signer, service.server.address, access=None, engine=engine)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "example.com:0", "10.0.0.1:0", ":0"])
def test_the_native_engine_is_for_this_machine_alone(service: Service, address: str) -> None:
    with pytest.raises(CannotListen, match=r"has no TLS .* put a proxy before it, or choose the engine grpcio"):
        Server(service.authority, service.signer, address, access=service.authority.access, engine="native")


def test_without_keys_only_this_machine_is_served(service: Service, engine: str) -> None:
    with pytest.raises(CannotListen, match=r"0\.0\.0\.0"):
        Server(service.authority, service.signer, "0.0.0.0:0", access=None, engine=engine)


# Health and reflection -----------------------------------------------------------------------------------------------


def health(service: Service, name: str) -> Any:
    stub: Any = health_pb2_grpc.HealthStub(service.channel)
    return stub.Check(health_pb2.HealthCheckRequest(service=name)).status


@pytest.mark.parametrize("name", ["", *SERVICES])
def test_each_service_and_the_whole_are_serving(service: Service, name: str) -> None:
    assert health(service, name) == SERVING


def test_reflection_knows_the_services_and_their_methods(service: Service) -> None:
    database = ProtoReflectionDescriptorDatabase(service.channel)
    assert {*SERVICES, "grpc.health.v1.Health"} <= set(database.get_services())
    file = database.FindFileContainingSymbol("flexauth.v1.LicenseAuthority")
    assert "Checkout" in {method.name for item in file.service for method in item.method}


def test_open_streams_without_a_key_take_no_thread_from_others(service: Service) -> None:
    over = threading.Event()
    with channel_to(service.server.address) as channel:
        reflect: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
        streams = [reflect.ServerReflectionInfo(iter(over.wait, True)) for _ in range(limits.WORKER_THREADS + 8)]
        assert service.checkout(1).granted
        assert health(service, "") == SERVING
        assert not any(stream.done() for stream in streams)
        over.set()


def test_health_of_a_stranger_is_not_found_and_cannot_be_watched(service: Service) -> None:
    stub: Any = health_pb2_grpc.HealthStub(service.channel)
    said = failure(stub.Check, health_pb2.HealthCheckRequest(service="flexauth.v1.Nope"))
    assert (said.code, said.message) == ("NOT_FOUND", "There is no service 'flexauth.v1.Nope' here.")
    with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
        next(stub.Watch(health_pb2.HealthCheckRequest(), timeout=10))


# Deadlines and the end -----------------------------------------------------------------------------------------------


class BadDisk:
    """A store whose commits, or readings of the ledger, wait at a gate or fail once, as on a bad disk."""

    def __init__(self) -> None:
        self._store = bootstrap.open_store("memory")
        self.gate, self.read_gate, self.reached = threading.Event(), threading.Event(), threading.Event()
        self.fault: Fault | None = None
        self.go_on()

    def commit(self, batch: Any) -> None:
        self.reached.set()
        assert self.gate.wait(30)
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        self._store.commit(batch)

    def select(self, statement: str, values: Any) -> Any:
        if statement == "ledger_page":
            self.reached.set()
            assert self.read_gate.wait(30)
        return self._store.select(statement, values)

    def hang(self) -> None:
        self.reached.clear()
        self.gate.clear()

    def hang_readers(self) -> None:
        self.reached.clear()
        self.read_gate.clear()

    def go_on(self) -> None:
        self.gate.set()
        self.read_gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def disk() -> Iterator[BadDisk]:
    made = BadDisk()
    yield made
    made.go_on()


@pytest.fixture
def slow(engine: str, disk: BadDisk) -> Iterator[Service]:
    served = start(engine, store=disk)
    furnish(served)
    yield served
    disk.go_on()
    served.channel.close()
    served.server.stop(5)


@pytest.mark.parametrize(
    ("name", "deadline"), [("DEADLINE_SECONDS_DEFAULT", None), ("DEADLINE_SECONDS_MAX", 60)], ids=["none", "too long"]
)
def test_a_deadline_is_given_or_capped_and_a_repeat_learns_the_decision(
    slow: Service, disk: BadDisk, monkeypatch: pytest.MonkeyPatch, name: str, deadline: float | None
) -> None:
    disk.hang()
    with monkeypatch.context() as patch:
        patch.setattr(limits, name, 0.25)
        said = failure(slow.licences.Checkout, sign_in(1), timeout=deadline)  # type: ignore[arg-type]
    assert (said.code, said.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED")
    assert "No answer within 0.25 s" in said.message
    assert "send the same call again" in said.message
    disk.gate.set()
    assert slow.checkout(1).granted
    assert slow.available() == (93, 7)


def test_a_reading_that_takes_long_keeps_nobody_else_waiting(slow: Service, disk: BadDisk) -> None:
    disk.hang_readers()
    reading = slow.reports.ListLedger.future(ListLedgerRequest(team="acme"), timeout=20)
    assert disk.reached.wait(10)
    assert slow.checkout(1).granted
    assert not reading.done()
    disk.go_on()
    assert reading.result(10).entries


@pytest.mark.parametrize(
    ("fault", "reason", "seconds"),
    [(StoreFailed(cause="sync failed"), "STORE_FAILED", 1), (StorageFull(cause="no space"), "STORAGE_FULL", 30)],
    ids=["failed", "full"],
)
def test_a_write_that_fails_is_told_and_a_repeat_is_served(
    slow: Service, disk: BadDisk, fault: Fault, reason: str, seconds: int
) -> None:
    disk.fault = fault
    said = failure(slow.licences.Checkout, sign_in(1))
    assert (said.code, said.reason, said.retry_seconds) == ("UNAVAILABLE", reason, seconds)
    assert slow.available() == (100, 0)
    granted = slow.licences.Checkout.future(sign_in(1), timeout=10)
    while granted.exception() is not None:
        assert reason == "STORAGE_FULL"  # until the authority finds space again
        granted = slow.licences.Checkout.future(sign_in(1), timeout=10)
    assert granted.result().granted
    assert slow.available() == (93, 7)


def test_a_callers_own_deadline_is_kept(slow: Service, disk: BadDisk) -> None:
    disk.hang()
    assert failure(slow.licences.Checkout, sign_in(1), timeout=0.25).code == "DEADLINE_EXCEEDED"
    disk.gate.set()
    assert slow.checkout(1).granted
    assert slow.available() == (93, 7)


def test_a_stop_answers_what_runs_refuses_what_comes_and_then_leaves(slow: Service, disk: BadDisk) -> None:
    assert health(slow, "") == SERVING
    disk.hang()
    running = slow.licences.Checkout.future(sign_in(1), timeout=20)
    assert disk.reached.wait(10)
    stop = threading.Thread(target=slow.server.stop, args=(20,))
    stop.start()
    while health(slow, "") == SERVING:
        pass
    assert {health(slow, name) for name in ("", *SERVICES)} == {NOT_SERVING}
    quote = licence.QuoteRequest(checkout=sign_in(2))
    while (said := failure(slow.licences.Quote, quote, timeout=0.5)).reason != "STOPPING":
        assert said.code == "DEADLINE_EXCEEDED"  # it came between NOT_SERVING and the refusal of new calls
    assert (said.code, said.retry_seconds) == ("UNAVAILABLE", 1)
    assert failure(slow.reports.GetBalance, licence_team()).reason == "STOPPING"
    assert not running.done()
    disk.gate.set()
    assert running.result(10).granted
    stop.join(10)
    assert not stop.is_alive()
    with pytest.raises(Stopping):
        slow.authority.submit(CreateTeam("late"))
    with channel_to(slow.server.address) as late:
        assert failure(late.unary_unary("/flexauth.v1.LicenseAuthority/GetKeys"), b"").code == "UNAVAILABLE"


def test_what_was_answered_before_a_stop_is_there_after_a_start(engine: str, disk: BadDisk) -> None:
    first = start(engine, store=disk)
    furnish(first)
    assert first.checkout(1).granted
    first.channel.close()
    first.server.stop(5)
    second = start(engine, store=disk)
    assert second.available() == (93, 7)
    second.channel.close()
    second.server.stop(5)


def test_a_caller_that_gives_up_does_not_keep_a_stop_waiting(slow: Service, disk: BadDisk) -> None:
    disk.hang()
    running = slow.licences.Checkout.future(sign_in(1), timeout=20)
    assert disk.reached.wait(10)
    running.cancel()
    with pytest.raises(grpc.FutureCancelledError):
        running.result(10)
    disk.gate.set()
    slow.server.stop(20)
