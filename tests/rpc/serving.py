"""A served authority for tests: a small world, a clock that stands, stubs, and what a failed call said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
from google.rpc import error_details_pb2 as details_pb2  # type: ignore[import-untyped]
from google.rpc import status_pb2
from grpc_status import rpc_status

from flexauth import bootstrap
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.first_keys import ADMIN, make
from flexauth.leases import Signer
from flexauth.rpc.server import Server
from flexauth.store.port import Store
from flexauth.v1 import access_pb2_grpc, administration_pb2_grpc, license_authority_pb2_grpc, reporting_pb2_grpc
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import types_pb2 as pb

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
#: 2026-03-02T08:00:00Z
START = 1_772_438_400 * SECOND


def session_id(number: int) -> str:
    """A UUIDv7 of START."""
    return str(UUID(int=(START // 1000) << 80 | 7 << 76 | 2 << 62 | number))


@dataclass
class Service:
    """A server that runs, and the stubs of one caller of it."""

    server: Server
    authority: Authority
    signer: Signer
    clock: VirtualClock
    channel: grpc.Channel

    def __post_init__(self) -> None:
        self.licences = license_authority_pb2_grpc.LicenseAuthorityStub(self.channel)
        self.admin = administration_pb2_grpc.AdministrationStub(self.channel)
        self.reports = reporting_pb2_grpc.ReportingStub(self.channel)
        self.access = access_pb2_grpc.AccessStub(self.channel)

    def advance(self, microseconds: int) -> None:
        """Let time pass, and everything that is due by then happen."""
        self.clock.advance_to(self.clock.boot() + microseconds)
        self.authority.tick()

    def checkout(self, number: int, **given: Any) -> licence.CheckoutResponse:
        """Check out ACD for ann from her laptop, or what `given` says."""
        return self.licences.Checkout(sign_in(number, **given), timeout=10)

    def available(self) -> tuple[int, int]:
        """Tokens of acme: available, held."""
        balance = self.reports.GetBalance(licence_team()).balance
        return balance.available, balance.held


def licence_team(team: str = "acme") -> Any:
    from flexauth.v1 import reporting_pb2

    return reporting_pb2.GetBalanceRequest(team=team)


def sign_in(number: int, **given: Any) -> licence.CheckoutRequest:
    asked = {"session": session_id(number), "user": "ann", "product": "ACD", "device": "laptop"}
    return licence.CheckoutRequest(**{**asked, **given})


def start(
    engine: str,
    *,
    store: Store | None = None,
    asks: bool = False,
    address: str = "127.0.0.1:0",
    metadata: Mapping[str, str] | None = None,
    signer: Signer | None = None,
    at: int = START,
) -> Service:
    """Serve an empty authority on its own port; where it `asks` for credentials, the stubs have a vendor's key."""
    clock = VirtualClock(at)
    authority = bootstrap.open_authority(store or bootstrap.open_store("memory"), clock, jitter=False)
    signer = signer or Signer.in_memory(now=clock.boot)
    server = Server(authority, signer, address, access=authority.access if asks else None, engine=engine)
    server.start()
    credential = {"authorization": f"Bearer {make(authority, 'admin', ADMIN)}"} if asks else {}
    return Service(server, authority, signer, clock, channel_to(server.address, {**credential, **(metadata or {})}))


class _Metadata(grpc.UnaryUnaryClientInterceptor):
    """Sends metadata with every call."""

    def __init__(self, metadata: Mapping[str, str]) -> None:
        self._metadata = tuple(metadata.items())

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(details._replace(metadata=(*(details.metadata or ()), *self._metadata)), request)


def channel_to(address: str, metadata: Mapping[str, str] | None = None) -> grpc.Channel:
    """A channel of its own connection; it takes messages of any size, so that limits are the server's."""
    options = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_metadata_size", 1 << 20))
    channel = grpc.insecure_channel(address, options=options)
    return with_metadata(channel, metadata or {})


def with_metadata(channel: grpc.Channel, metadata: Mapping[str, str]) -> grpc.Channel:
    """A channel whose calls carry metadata."""
    return grpc.intercept_channel(channel, _Metadata(metadata)) if metadata else channel


def furnish(service: Service) -> None:
    """Acme has 100 tokens; ann may run everything, bob only DRIVE; ACD costs 7, RVT 80, DRIVE nothing."""
    for code, kind, rate in (
        ("ACD", pb.PRODUCT_KIND_DAILY, 7),
        ("RVT", pb.PRODUCT_KIND_DAILY, 80),
        ("DRIVE", pb.PRODUCT_KIND_INCLUDED, 0),
    ):
        service.admin.CreateProduct(admin.CreateProductRequest(product=pb.Product(code=code, kind=kind, rate=rate)))
    service.admin.CreateTeam(admin.CreateTeamRequest(name="acme", display_name="Acme"))
    for subject, products in (("ann", None), ("bob", ["DRIVE"])):
        membership = pb.Membership(team="acme", all_products=products is None, products=products or ())
        service.admin.CreateUser(admin.CreateUserRequest(subject=subject, memberships=[membership]))
    terms = admin.PackTerms(size=100, unit_price=3_000_000, currency="USD")
    service.admin.CreateOrder(admin.CreateOrderRequest(team="acme", number="o1", packs=[terms]))


@dataclass(frozen=True)
class Failure:
    """What a failed call said: status, message, and the details by name."""

    code: str
    message: str
    details: dict[str, Any]

    @property
    def reason(self) -> str:
        return str(self.details["ErrorInfo"].reason) if "ErrorInfo" in self.details else ""

    @property
    def fields(self) -> list[str]:
        return [violation.field for violation in self.details["BadRequest"].field_violations]

    @property
    def retry_seconds(self) -> int:
        return int(self.details["RetryInfo"].retry_delay.seconds) if "RetryInfo" in self.details else 0


def unpacked(status: status_pb2.Status) -> dict[str, Any]:
    """The google.rpc details of a status by their names."""
    kinds = (details_pb2.ErrorInfo, details_pb2.RetryInfo, details_pb2.BadRequest)
    found = {}
    for packed in status.details:
        kind = next(kind for kind in kinds if packed.Is(kind.DESCRIPTOR))
        found[kind.__name__] = kind.FromString(packed.value)
    return found


def failure(call: Callable[..., Any], *args: Any, timeout: float = 10, **given: Any) -> Failure:
    """Make a call that must fail, and return what it said."""
    try:
        answer = call(*args, timeout=timeout, **given)
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        return Failure(error.code().name, error.details() or "", unpacked(status) if status else {})
    raise AssertionError(f"the call was answered: {answer}")
