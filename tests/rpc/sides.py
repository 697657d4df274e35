"""Two teams that must not see each other, callers of every role in the first, and a least message of every method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from flexauth import bootstrap, requests
from flexauth.authority import Authority
from flexauth.certificates import CertificateFiles, CertificateWatch
from flexauth.clock import VirtualClock
from flexauth.commands import ProductKind
from flexauth.leases import Signer
from flexauth.requests import Role, Scope
from flexauth.requests.catalogue import PutCollection
from flexauth.requests.packs import CreateUnallocatedOrder, PackSize
from flexauth.rpc.server import Server
from flexauth.rpc.table import METHODS, Method
from flexauth.v1 import access_pb2 as access
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import reporting_pb2 as report
from flexauth.v1 import types_pb2 as pb
from tests.rpc import sides_sales
from tests.rpc.authorities import Authority as CertificateAuthority
from tests.rpc.serving import START, Failure, failure, session_id
from tests.rpc.sides_members import GROUP, LOST, PROJECT, messages

NAMED = {f"{method.service.rpartition('.')[2]}/{method.name}": method for method in METHODS}


@dataclass(frozen=True)
class Side:
    """What there is of a team, by the names and ids that callers use. Each text of it holds the team's name."""

    team: str
    number: int
    pack: int = 0
    api_key: str = ""
    subscription: int = 0

    @property
    def user(self) -> str:
        return f"{self.team}-user"

    @property
    def device(self) -> str:
        return f"{self.team}-laptop"

    @property
    def session(self) -> str:
        return session_id(self.number)

    @property
    def marks(self) -> set[str]:
        """Texts that tell of it."""
        return {self.team, self.session}


#: What is not there.
GHOST = Side("ghost", 999, 10**9, "0123456789abcdef", 10**9)


@dataclass
class Sides:
    """A server over TLS; `acme` and `beta` with a user, a session, a pack and a key each; `cara` belongs to both."""

    folder: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))

    def __post_init__(self) -> None:
        self.authority: Authority = bootstrap.open_authority(bootstrap.open_store("memory"), self.clock, jitter=False)
        ca = CertificateAuthority(self.folder)
        server = ca.server()
        self._ca = ca
        names = ("plain", "acme-laptop")
        self._certificates = {
            name: ca.issue(name, x509.UniformResourceIdentifier(f"spiffe://{name}")) for name in names
        }
        watch = CertificateWatch(CertificateFiles(server.certificate, server.key, ca.file))
        signer = Signer.in_memory(now=self.clock.boot)
        self.server = Server(self.authority, signer, "127.0.0.1:0", access=self.authority.access, certificates=watch)
        self.server.start()
        self._channels: dict[object, grpc.Channel] = {}
        self._furnish()

    def close(self) -> None:
        for channel in self._channels.values():
            channel.close()
        self.server.stop(0)

    def ask(self, request: Any) -> Any:
        """Ask the authority as itself."""
        return self.authority.submit(request).result()

    def _furnish(self) -> None:
        ask = self.ask
        ask(requests.CreateProduct("ACD", kind=ProductKind.DAILY, rate=7))
        ask(PutCollection("SET", products=("ACD",)))
        ask(requests.CreateTeam("cellar"))
        ask(CreateUnallocatedOrder(sides_sales.OPEN_ORDER, (PackSize(100),)))
        self.acme, self.beta = self._side("acme", 1), self._side("beta", 2)
        both = (requests.Membership("acme", all_products=True), requests.Membership("beta", all_products=True))
        ask(requests.CreateUser("cara", memberships=both))
        for number, team in ((3, "acme"), (4, "beta")):
            ask(requests.Checkout(session_id(number), "cara", "ACD", "cara-laptop", team))
            ask(requests.Checkin(session_id(number), 1))
        provider = requests.IdentityProvider("idp", "https://idp.example", "https://idp.example", ("a",))
        ask(requests.PutIdentityProvider(provider))
        self.keys: dict[Role, str] = {role: self._key_of(role) for role in Role if role is not Role.DEVICE}
        scope = Scope(Role.DEVICE, "acme", "acme-laptop")
        ask(requests.GrantRole("certificate:uri:spiffe://acme-laptop", scope))

    def _side(self, team: str, number: int) -> Side:
        side = Side(team, number)
        self.ask(requests.CreateTeam(team))
        everything = (requests.Membership(team, all_products=True),)
        self.ask(requests.CreateUser(side.user, memberships=everything))
        order = self.ask(requests.CreateOrder(team, (requests.PackTerms(500),), f"{team}-order"))
        self.ask(requests.Checkout(side.session, side.user, "ACD", side.device))
        self.ask(requests.CreateGroup(team, GROUP))
        self.ask(requests.CreateProject(team, PROJECT))
        self.ask(requests.SuspendDevice(team, LOST))
        key = self.ask(requests.CreateApiKey(f"{team}-key", (Scope(Role.AUDITOR, team),), team))
        self.ask(requests.GrantRole(f"user:{team}-auditor", Scope(Role.AUDITOR, team)))
        subscription = sides_sales.furnish(self.ask, team, side.user)
        return Side(team, number, order.packs[0].id, key.api_key.id, subscription)

    def _key_of(self, role: Role) -> str:
        everywhere = role in {Role.VENDOR, Role.USER}
        scope = Scope(role, "" if everywhere else "acme")
        subject = self.acme.user if role is Role.USER else ""
        return self.key(scope, name=f"{role.name.lower()}-of-acme", subject=subject)

    def key(self, *scopes: Scope, name: str, subject: str = "", team: str = "") -> str:
        """The text of a new key."""
        made = self.ask(requests.CreateApiKey(name, scopes, team, subject))
        return str(made.text)

    def channel(self, certificate: str = "plain") -> grpc.Channel:
        """A connection with a client's certificate."""
        if certificate not in self._channels:
            pair = self._certificates[certificate]
            credentials = grpc.ssl_channel_credentials(self._ca.pem, pair.pem[1], pair.pem[0])
            self._channels[certificate] = grpc.secure_channel(self.server.address, credentials)
        return self._channels[certificate]

    def call(self, method: Method, message: Message, caller: Role | str | None) -> Any:
        """Call as a role of acme, with a key's text, or without a credential; the answer, or the `Failure`."""
        device = caller is Role.DEVICE
        key = self.keys[caller] if isinstance(caller, Role) and not device else caller
        metadata = () if device or key is None else (("authorization", f"Bearer {key}"),)
        stub = self.channel("acme-laptop" if device else "plain").unary_unary(
            method.path, request_serializer=type(message).SerializeToString,
            response_deserializer=answer_type(method).FromString,
        )  # fmt: skip
        try:
            return stub(message, timeout=10, metadata=metadata)
        except grpc.RpcError as error:
            return failed(error)


def failed(error: grpc.RpcError) -> Failure:
    """What a failed call said."""

    def again(**_: object) -> None:
        raise error

    return failure(again)


def answer_type(method: Method) -> type[Message]:
    """The message that the .proto gives for a method."""
    service = method.request.DESCRIPTOR.file.services_by_name[method.service.rpartition(".")[2]]
    made: type[Message] = GetMessageClass(service.methods_by_name[method.name].output_type)  # type: ignore[arg-type]
    return made


def texts(message: Message) -> Iterator[str]:
    """Every text of an answer, at any depth."""
    for _, value in message.ListFields():
        for item in value if hasattr(value, "extend") else (value,):
            if isinstance(item, Message):
                yield from texts(item)
            elif isinstance(item, str):
                yield item


def _sign_in(side: Side) -> licence.CheckoutRequest:
    return licence.CheckoutRequest(
        session=side.session, user=side.user, product="ACD", device=side.device, team=side.team
    )


def _membership(side: Side) -> pb.Membership:
    return pb.Membership(team=side.team, all_products=True)


def _scope(side: Side) -> access.Scope:
    return access.Scope(role=access.ROLE_AUDITOR, team=side.team)


_PACKS = [admin.PackTerms(size=100)]
_PRODUCT = pb.Product(code="NEW", kind=pb.PRODUCT_KIND_INCLUDED)
_PROVIDER = access.IdentityProvider(name="idp", issuer="https://i", jwks_uri="https://i", audiences=["a"])

#: A least message of every method about a side. Repeats of it are harmless.
MESSAGES: Mapping[str, Callable[[Side], Message]] = {
    **dict(messages()),
    **dict(sides_sales.messages()),
    "LicenseAuthority/Quote": lambda side: licence.QuoteRequest(checkout=_sign_in(side)),
    "LicenseAuthority/Checkout": _sign_in,
    "LicenseAuthority/Heartbeat": lambda side: licence.HeartbeatRequest(session=side.session, counter=1),
    "LicenseAuthority/ReportResult": lambda side: licence.ReportResultRequest(
        session=side.session, units=1, request_id=side.session
    ),
    "LicenseAuthority/Checkin": lambda side: licence.CheckinRequest(session=side.session, counter=1),
    "LicenseAuthority/GetLease": lambda side: licence.GetLeaseRequest(session=side.session, counter=1),
    "LicenseAuthority/GetKeys": lambda _: licence.GetKeysRequest(),
    "LicenseAuthority/ReleaseDevice": lambda side: licence.ReleaseDeviceRequest(
        user=side.user, product="ACD", device="another"
    ),
    "LicenseAuthority/ListMySessions": lambda side: licence.ListMySessionsRequest(user=side.user),
    "LicenseAuthority/ListMyCharges": lambda side: licence.ListMyChargesRequest(user=side.user),
    "Administration/CreateTeam": lambda side: admin.CreateTeamRequest(name="acme"),
    "Administration/ListTeams": lambda _: admin.ListTeamsRequest(),
    "Administration/CreateUser": lambda side: admin.CreateUserRequest(
        subject="acme-user", memberships=[_membership(side)]
    ),
    "Administration/GetUser": lambda side: admin.GetUserRequest(subject=side.user),
    "Administration/ListUsers": lambda side: admin.ListUsersRequest(team=side.team),
    "Administration/AssignUser": lambda side: admin.AssignUserRequest(user=side.user, membership=_membership(side)),
    "Administration/CreateProduct": lambda _: admin.CreateProductRequest(product=_PRODUCT),
    "Administration/ListProducts": lambda _: admin.ListProductsRequest(),
    "Administration/SetRate": lambda _: admin.SetRateRequest(rate=pb.Rate(product="ACD", tokens_per_24h=7)),
    "Administration/ListRates": lambda _: admin.ListRatesRequest(),
    "Administration/CreateOrder": lambda side: admin.CreateOrderRequest(team=side.team, packs=_PACKS),
    "Administration/ListPacks": lambda side: admin.ListPacksRequest(team=side.team),
    "Administration/SetPolicy": lambda side: admin.SetPolicyRequest(team=side.team, values="{}"),
    "Administration/GetPolicy": lambda side: admin.GetPolicyRequest(team=side.team),
    "Administration/ListSessions": lambda side: admin.ListSessionsRequest(team=side.team),
    "Administration/ConfirmClock": lambda _: admin.ConfirmClockRequest(),
    "Administration/RotateLeaseKey": lambda _: admin.RotateLeaseKeyRequest(request_id="once"),
    "Reporting/GetBalance": lambda side: report.GetBalanceRequest(team=side.team),
    "Reporting/ListLedger": lambda side: report.ListLedgerRequest(team=side.team),
    "Access/CreateApiKey": lambda side: access.CreateApiKeyRequest(
        request_id=f"key-{side.team}", name="more", team=side.team, scopes=[_scope(side)]
    ),
    "Access/ListApiKeys": lambda side: access.ListApiKeysRequest(team=side.team),
    "Access/RevokeApiKey": lambda side: access.RevokeApiKeyRequest(api_key=side.api_key),
    "Access/ClaimFirstAdmin": lambda _: access.ClaimFirstAdminRequest(code="no code"),
    "Access/PutIdentityProvider": lambda _: access.PutIdentityProviderRequest(provider=_PROVIDER),
    "Access/ListIdentityProviders": lambda _: access.ListIdentityProvidersRequest(),
    "Access/DeleteIdentityProvider": lambda _: access.DeleteIdentityProviderRequest(name="idp", request_id="once-more"),
    "Access/GrantRole": lambda side: access.GrantRoleRequest(identity="user:somebody", scope=_scope(side)),
    "Access/RevokeRole": lambda side: access.RevokeRoleRequest(identity="user:somebody", scope=_scope(side)),
    "Access/ListRoles": lambda side: access.ListRolesRequest(team=side.team),
}
