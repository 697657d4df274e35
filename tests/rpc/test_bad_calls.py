"""What wrong calls are told, on both engines: status, details, value and remedy; and nothing is changed by them."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from flexauth import limits
from flexauth.leases import Signer
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import reporting_pb2 as report
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import START, Service, failure, session_id, sign_in, start

CHECKOUT = "/flexauth.v1.LicenseAuthority/Checkout"


@pytest.fixture(autouse=True)
def changes_nothing(service: Service) -> Any:
    yield
    assert service.available() == (100, 0)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("session", "", "it must be a UUID"),
        ("session", "1", "it must be a UUID"),
        ("session", "00000000-0000-0000-0000-000000000000", "the nil UUID"),
        ("session", session_id(1).replace("-", ""), "canonical form"),
        ("user", "", "it must not be empty"),
        ("user", "u" * (limits.SUBJECT_CHARACTERS + 1), "at most 255 characters, it has 256"),
        ("user", "ann\n", "no control characters"),
        ("product", "", "it must not be empty"),
        ("product", "P" * (limits.NAME_CHARACTERS + 1), "at most 64 characters"),
        ("product", "A CD", "letters, digits"),
        ("device", "d" * (limits.DEVICE_CHARACTERS + 1), "at most 128 characters"),
        ("team", "t" * (limits.NAME_CHARACTERS + 1), "at most 64 characters"),
        ("version", "v" * (limits.VERSION_CHARACTERS + 1), "at most 64 characters"),
        ("max_tokens", -1, "from 0 to"),
        ("project", "the hall", "letters, digits"),
        ("offline_until", -1, "a time is microseconds"),
        ("origin_evidence", "e" * (limits.NOTE_CHARACTERS + 1), "at most 500 characters"),
        ("origin", 9, "one of INTERACTIVE"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(service: Service, field: str, value: Any, rule: str) -> None:
    said = failure(service.licences.Checkout, sign_in(1, **{field: value}))
    assert (said.code, said.reason, said.fields) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT", [field])
    assert rule in said.message
    assert said.details["ErrorInfo"].metadata["field"] == field
    assert len(said.message) < 400


@pytest.mark.parametrize("counter", [0, -1, 2**62 + 1])
def test_a_counter_past_its_ends_is_refused(service: Service, counter: int) -> None:
    said = failure(service.licences.Heartbeat, licence.HeartbeatRequest(session=session_id(1), counter=counter))
    assert (said.code, said.fields) == ("INVALID_ARGUMENT", ["counter"])


@pytest.mark.parametrize("page_size", [-1, limits.PAGE_MAX + 1])
def test_a_page_past_its_limit_is_refused(service: Service, page_size: int) -> None:
    said = failure(service.admin.ListTeams, admin.ListTeamsRequest(page_size=page_size))
    assert (said.code, said.fields) == ("INVALID_ARGUMENT", ["page_size"])
    assert service.admin.ListTeams(admin.ListTeamsRequest(page_size=limits.PAGE_MAX)).teams


def test_a_page_token_that_nobody_gave_is_refused(service: Service) -> None:
    said = failure(service.admin.ListTeams, admin.ListTeamsRequest(page_token="\N{SNOWMAN}"))
    assert (said.code, said.fields) == ("INVALID_ARGUMENT", ["page_token"])


def test_ids_at_their_limits_are_taken(service: Service) -> None:
    subject, name = "\N{SNOWMAN}" * limits.SUBJECT_CHARACTERS, "t" * limits.NAME_CHARACTERS
    service.admin.CreateTeam(admin.CreateTeamRequest(name=name))
    membership = pb.Membership(team=name, all_products=True)
    service.admin.CreateUser(admin.CreateUserRequest(subject=subject, memberships=[membership]))
    device = "d" * limits.DEVICE_CHARACTERS
    answer = service.checkout(1, user=subject, device=device, version="v" * limits.VERSION_CHARACTERS)
    assert answer.denial.reason == pb.DENIAL_REASON_NO_LIVE_PACK


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"user": "no\N{SNOWMAN}body"}, "UNKNOWN_USER"), ({"product": "NOPE"}, "UNKNOWN_PRODUCT")],
)
def test_an_unknown_name_is_not_found_and_is_all_that_is_told(
    service: Service, given: dict[str, str], reason: str
) -> None:
    said = failure(service.licences.Checkout, sign_in(1, **given))
    (value,) = given.values()
    assert (said.code, said.reason) == ("NOT_FOUND", reason)
    assert value in said.message
    assert value in said.details["ErrorInfo"].metadata["value"]
    assert "acme" not in said.message


@pytest.mark.parametrize(
    ("call", "request_of"),
    [
        ("reports.GetBalance", report.GetBalanceRequest(team="nope")),
        ("reports.ListLedger", report.ListLedgerRequest(team="nope")),
        ("admin.ListPacks", admin.ListPacksRequest(team="nope")),
        ("admin.ListUsers", admin.ListUsersRequest(team="nope")),
        ("admin.GetPolicy", admin.GetPolicyRequest(team="nope")),
        ("admin.ListSessions", admin.ListSessionsRequest(team="nope")),
        ("admin.CreateOrder", admin.CreateOrderRequest(team="nope", packs=[admin.PackTerms(size=100, currency="USD")])),
    ],
)
def test_an_unknown_team_is_not_found(service: Service, call: str, request_of: Any) -> None:
    stub, name = call.split(".")
    said = failure(getattr(getattr(service, stub), name), request_of)
    assert (said.code, said.reason) == ("NOT_FOUND", "UNKNOWN_TEAM")
    assert "nope" in said.message


def test_an_unknown_session_is_not_found(service: Service) -> None:
    said = failure(service.licences.Heartbeat, licence.HeartbeatRequest(session=session_id(9), counter=1))
    assert (said.code, said.reason) == ("NOT_FOUND", "UNKNOWN_SESSION")
    assert session_id(9) in said.message


@pytest.mark.parametrize(
    ("call", "request_of", "field"),
    [
        ("SetRate", admin.SetRateRequest(rate=pb.Rate(product="ACD", tokens_per_24h=0)), "tokens_per_24h"),
        (
            "SetRate",
            admin.SetRateRequest(rate=pb.Rate(product="ACD", tokens_per_24h=9, valid_from=START - 1)),
            "valid_from",
        ),
        ("CreateOrder", admin.CreateOrderRequest(team="acme"), "packs"),
        ("CreateProduct", admin.CreateProductRequest(product=pb.Product(code="DWG", rate=0)), "rate"),
    ],
)
def test_an_administrative_act_that_cannot_be_is_refused(
    service: Service, call: str, request_of: Any, field: str
) -> None:
    said = failure(getattr(service.admin, call), request_of)
    assert (said.code, said.fields) == ("INVALID_ARGUMENT", [field])


@pytest.mark.parametrize(
    ("call", "request_of", "reason"),
    [
        ("CreateTeam", admin.CreateTeamRequest(name="acme"), "TEAM_EXISTS"),
        ("CreateUser", admin.CreateUserRequest(subject="ann"), "USER_EXISTS"),
        ("CreateProduct", admin.CreateProductRequest(product=pb.Product(code="ACD", rate=1)), "PRODUCT_EXISTS"),
    ],
)
def test_a_name_that_is_taken_is_told(service: Service, call: str, request_of: Any, reason: str) -> None:
    said = failure(getattr(service.admin, call), request_of)
    assert (said.code, said.reason) == ("ALREADY_EXISTS", reason)
    assert "choose another name" in said.message


@pytest.mark.parametrize("payload", [b"\xff", b"\x0a\x7f", b"\x0a\x01\xff"], ids=["tag", "cut off", "not UTF-8"])
def test_bytes_that_are_no_message_are_an_invalid_argument(service: Service, payload: bytes) -> None:
    said = failure(service.channel.unary_unary(CHECKOUT), payload)
    assert (said.code, said.fields) == ("INVALID_ARGUMENT", ["message"])
    assert "it must be a flexauth.v1.CheckoutRequest" in said.message


def test_fields_of_a_later_version_are_ignored(service: Service) -> None:
    payload = licence.QuoteRequest(checkout=sign_in(1)).SerializeToString() + b"\xfa\x3f\x01x"  # field 1023
    call: Any = service.channel.unary_unary("/flexauth.v1.LicenseAuthority/Quote")
    assert licence.QuoteResponse.FromString(call(payload)).granted


def test_a_message_past_the_limit_is_refused_and_one_at_it_is_read(service: Service) -> None:
    bare = sign_in(1, user="").ByteSize() + 4  # tag and length of the user's name
    at_limit = sign_in(1, user="u" * (limits.MESSAGE_BYTES - bare))
    assert at_limit.ByteSize() == limits.MESSAGE_BYTES
    assert failure(service.licences.Checkout, at_limit).code == "INVALID_ARGUMENT"
    past = sign_in(1, user=at_limit.user + "u")
    said = failure(service.licences.Checkout, past)
    assert (said.code, said.retry_seconds) == ("RESOURCE_EXHAUSTED", 0)
    assert str(limits.MESSAGE_BYTES) in said.message


@pytest.mark.parametrize("path", ["/flexauth.v1.LicenseAuthority/Nope", "/flexauth.v2.Nope/Checkout", "/x"])
def test_an_unknown_method_is_unimplemented(service: Service, path: str) -> None:
    assert failure(service.channel.unary_unary(path), b"").code == "UNIMPLEMENTED"


def test_metadata_past_the_limit_is_refused(service: Service, engine: str) -> None:
    metadata = (("x-long", "m" * (2 * limits.METADATA_BYTES)),)
    said = failure(service.licences.GetKeys, licence.GetKeysRequest(), metadata=metadata)
    assert said.code == {"grpcio": "RESOURCE_EXHAUSTED", "native": "UNKNOWN"}[engine]  # native: HTTP status 431
    assert service.licences.GetKeys(licence.GetKeysRequest(), timeout=10).jwks


def test_too_many_calls_at_one_time_are_told_to_wait(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(limits, "QUEUE_COMMANDS", 0)
        said = failure(service.licences.Checkout, sign_in(1))
    assert (said.code, said.reason, said.retry_seconds) == ("RESOURCE_EXHAUSTED", "OVERLOADED", 1)


class BrokenSigner(Signer):
    """A signer with a defect."""

    def jwks(self) -> dict[str, Any]:
        raise RuntimeError("the secret of the house")


def test_a_defect_is_told_by_an_id_that_the_log_explains(engine: str, other: list[Service]) -> None:
    broken = start(engine, signer=BrokenSigner.in_memory(now=lambda: START))
    other.append(broken)
    with capture_logs() as logged:
        said = failure(broken.licences.GetKeys, licence.GetKeysRequest())
    assert (said.code, said.reason) == ("INTERNAL", "INTERNAL")
    assert "secret" not in said.message
    (line,) = logged
    assert line["error_id"] == said.details["ErrorInfo"].metadata["error_id"]
    assert str(line["exc_info"]) == "the secret of the house"
    assert line["method"] == "/flexauth.v1.LicenseAuthority/GetKeys"
