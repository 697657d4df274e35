"""LicenseAuthority over the wire, on both engines: what a product's client sees."""

import json

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from flexauth.v1 import types_pb2 as pb
from tests.rpc.serving import DAY, MINUTE, SECOND, START, Service, failure, session_id, sign_in


def test_a_checkout_holds_the_rate_and_tells_the_facts(service: Service) -> None:
    answer = service.checkout(1)
    assert (answer.granted, answer.tokens, answer.rate, answer.balance) == (True, 7, 7, 93)
    assert not answer.HasField("denial")
    assert answer.facts == pb.SessionFacts(
        session=session_id(1),
        state=pb.SESSION_STATE_ACTIVE,
        entitlement=pb.ENTITLEMENT_TOKENS,
        team="acme",
        user="ann",
        product="ACD",
        device="laptop",
        heartbeat_by=START + 5 * MINUTE,
        lease_until=START + DAY,
        paid_until=START + DAY,
        pending_since=START,
        server_time=START,
        renewal_notice_at=START + DAY - 15 * MINUTE,
        choice=pb.CHOICE_ONLY,
    )
    assert service.available() == (93, 7)


def test_a_quote_says_the_same_and_changes_nothing(service: Service) -> None:
    quote = service.licences.Quote(licence.QuoteRequest(checkout=sign_in(1)))
    assert (quote.granted, quote.entitlement, quote.team) == (True, pb.ENTITLEMENT_TOKENS, "acme")
    assert (quote.tokens, quote.rate, quote.balance_after, quote.server_time) == (7, 7, 93, START)
    assert service.available() == (100, 0)


def test_an_end_within_the_first_five_minutes_is_free(service: Service) -> None:
    service.checkout(1)
    service.advance(300 * SECOND)
    answer = service.licences.Checkin(licence.CheckinRequest(session=session_id(1), counter=1))
    assert (answer.facts.state, answer.facts.ended_at) == (pb.SESSION_STATE_CLOSED, START + 300 * SECOND)
    assert service.available() == (100, 0)


def test_use_past_the_first_five_minutes_is_charged_and_listed(service: Service) -> None:
    service.checkout(1)
    service.advance(301 * SECOND)
    beat = service.licences.Heartbeat(licence.HeartbeatRequest(session=session_id(1), counter=1))
    assert (beat.facts.counter, beat.facts.pending_since, beat.facts.paid_until) == (1, 0, START + DAY)
    (charge,) = service.licences.ListMyCharges(licence.ListMyChargesRequest(user="ann")).charges
    assert (charge.team, charge.user, charge.product, charge.tokens, charge.rate) == ("acme", "ann", "ACD", 7, 7)
    assert (charge.window_start, charge.window_end, charge.session) == (START, START + DAY, session_id(1))
    assert [part.tokens for part in charge.slices] == [7]
    assert service.available() == (93, 0)


def test_a_heartbeat_may_be_repeated_and_come_late(service: Service) -> None:
    service.checkout(1)
    for counter in (2, 2, 1):
        beat = service.licences.Heartbeat(licence.HeartbeatRequest(session=session_id(1), counter=counter))
        assert (beat.facts.counter, beat.facts.state) == (2, pb.SESSION_STATE_ACTIVE)


def test_a_repeated_checkout_gives_the_same_session(service: Service) -> None:
    first = service.checkout(1)
    service.advance(MINUTE)
    again = service.checkout(1)
    assert (again.granted, again.facts.session, again.facts.pending_since) == (True, session_id(1), START)
    assert again.facts.server_time == first.facts.server_time + MINUTE
    assert service.available() == (93, 7)


@pytest.mark.parametrize("other", [{"product": "DRIVE"}, {"device": "desk"}, {"version": "2024"}, {"user": "bob"}])
def test_a_session_id_used_again_with_other_content_is_refused(service: Service, other: dict[str, str]) -> None:
    service.checkout(1)
    said = failure(service.licences.Checkout, sign_in(1, **other))
    assert (said.code, said.reason, said.fields) == ("INVALID_ARGUMENT", "CONFLICT", ["session"])
    assert session_id(1) in said.message
    assert service.available() == (93, 7)


def test_a_denial_is_an_ordinary_answer(service: Service) -> None:
    answer = service.checkout(1, user="bob")
    assert (answer.granted, answer.denial.reason) == (False, pb.DENIAL_REASON_NOT_ASSIGNED)
    assert answer.denial.message
    assert not answer.HasField("facts")


def test_a_denial_for_want_of_tokens_says_what_lacks(service: Service) -> None:
    service.checkout(1, product="RVT")
    denial = service.checkout(2, product="RVT", user="ann", device="desk", take_over=False).denial
    assert denial.reason == pb.DENIAL_REASON_IN_USE_ELSEWHERE
    assert (denial.elsewhere_session, denial.elsewhere_device) == (session_id(1), "laptop")
    service.advance(DAY + MINUTE)
    denial = service.checkout(3, product="RVT").denial
    assert denial.reason == pb.DENIAL_REASON_INSUFFICIENT_TOKENS
    assert (denial.balance, denial.rate, denial.shortfall) == (20, 80, 60)


def test_a_fourth_device_is_denied_with_the_list_until_one_is_released(service: Service) -> None:
    for number, device in enumerate(("a", "b", "c"), start=1):
        service.checkout(number, product="DRIVE", device=device)
        service.licences.Checkin(licence.CheckinRequest(session=session_id(number), counter=1))
    denial = service.checkout(4, product="DRIVE", device="d").denial
    assert denial.reason == pb.DENIAL_REASON_DEVICE_LIMIT
    assert {device.name for device in denial.devices} == {"a", "b", "c"}
    released = service.licences.ReleaseDevice(licence.ReleaseDeviceRequest(user="ann", product="DRIVE", device="b"))
    assert {device.name for device in released.devices} == {"a", "c"}
    assert service.checkout(5, product="DRIVE", device="d").granted


def test_of_two_callers_racing_for_the_last_tokens_one_is_granted(service: Service) -> None:
    membership = pb.Membership(team="acme", all_products=True)
    service.admin.CreateUser(admin.CreateUserRequest(subject="eve", memberships=[membership]))
    racing = [
        service.licences.Checkout.future(sign_in(number, user=user, product="RVT"), timeout=10)
        for number, user in ((1, "ann"), (2, "eve"))
    ]
    assert sorted(call.result().granted for call in racing) == [False, True]
    assert service.available() == (20, 80)


def test_each_of_many_calls_at_once_gets_its_own_answer(service: Service) -> None:
    calls = {
        session_id(number): service.licences.Checkout.future(sign_in(number, product="DRIVE"), timeout=30)
        for number in range(1, 301)
    }
    answers = {asked: call.result() for asked, call in calls.items()}
    assert {asked: answer.facts.session for asked, answer in answers.items()} == {asked: asked for asked in calls}
    assert all(answer.granted for answer in answers.values())


def test_a_take_over_ends_the_session_on_the_other_device(service: Service) -> None:
    service.checkout(1)
    assert service.checkout(2, device="desk", take_over=True).granted
    beat = service.licences.Heartbeat(licence.HeartbeatRequest(session=session_id(1), counter=1))
    assert beat.facts.state == pb.SESSION_STATE_SUPERSEDED
    assert service.available() == (93, 7)


def test_a_lease_is_signed_when_it_is_wanted_and_the_keys_verify_it(service: Service) -> None:
    assert service.checkout(1, product="DRIVE").lease == ""
    lease = service.checkout(2, want_lease=True, device_key_thumbprint="thumb").lease
    keys = KeySet.import_key_set(json.loads(service.licences.GetKeys(licence.GetKeysRequest()).jwks))
    claims = jwt.decode(lease, keys, algorithms=["Ed25519"]).claims
    assert (claims["sid"], claims["sub"], claims["aud"], claims["team"]) == (session_id(2), "ann", "ACD", "acme")
    assert claims["cnf"] == {"jkt": "thumb"}
    assert claims["exp"] == (START + DAY) // SECOND


def test_get_lease_is_a_contact_and_gives_none_for_a_session_that_ended(service: Service) -> None:
    service.checkout(1)
    service.advance(MINUTE)
    answer = service.licences.GetLease(licence.GetLeaseRequest(session=session_id(1), counter=1))
    assert answer.lease.count(".") == 2
    assert answer.facts.counter == 1
    service.licences.Checkin(licence.CheckinRequest(session=session_id(1), counter=2))
    ended = service.licences.GetLease(licence.GetLeaseRequest(session=session_id(1), counter=3))
    assert (ended.lease, ended.facts.state) == ("", pb.SESSION_STATE_CLOSED)


def test_my_sessions_come_in_pages_open_ones_first(service: Service) -> None:
    service.checkout(1)
    service.licences.Checkin(licence.CheckinRequest(session=session_id(1), counter=1))
    service.advance(SECOND)
    service.checkout(2)
    service.checkout(3, product="DRIVE")
    seen, token = [], ""
    while True:
        page = service.licences.ListMySessions(licence.ListMySessionsRequest(user="ann", page_size=1, page_token=token))
        assert len(page.sessions) == 1
        seen += [facts.session for facts in page.sessions]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen[:2]) == [session_id(2), session_id(3)]
    assert seen[2:] == [session_id(1)]
