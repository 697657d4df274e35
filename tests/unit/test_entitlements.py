"""Acts about subscriptions, trials and network seats: what they make, refuse, and change for running sessions."""

import pytest

from flexauth import requests
from flexauth.commands import DAY, MINUTE, Entitlement, State
from flexauth.faults import AlreadyExists, InvalidArgument, NotAllowedNow, NotFound, Stale
from flexauth.requests.catalogue import PutCollection
from flexauth.requests.entitlements import (
    CreateSubscription,
    CreateTrial,
    EndSubscription,
    EndTrial,
    ListPools,
    ListSubscriptions,
    ListTrials,
    PutPool,
    UpdateSubscription,
    UpdateTrial,
)
from tests.unit.conftest import START, Office, session


def sign_in(acme: Office, number: int = 1, user: str = "ann", product: str = "ACD"):
    return acme.ask(requests.Checkout(session(number), user, product, f"{user}-desk"))


def test_a_subscription_entitles_without_tokens_until_it_is_ended(acme: Office) -> None:
    made = acme.ask(CreateSubscription("acme", "ann", "ACD", ends_at=START + 30 * DAY))
    answer = sign_in(acme)
    assert (answer.facts.entitlement, answer.tokens) == (Entitlement.SUBSCRIPTION, 0)
    acme.ask(requests.Checkin(session(1), 1))
    ended = acme.ask(EndSubscription("acme", made.id))
    assert ended.ends_at == START
    assert sign_in(acme, 2).facts.entitlement is Entitlement.TOKENS
    with pytest.raises(NotAllowedNow, match="ended at"):
        acme.ask(EndSubscription("acme", made.id))


def test_a_subscription_to_a_collection_entitles_to_each_of_its_products(acme: Office) -> None:
    acme.ask(PutCollection("AEC", ("ACD",), "Building"))
    acme.ask(CreateSubscription("acme", "ann", collection="AEC"))
    assert sign_in(acme).facts.entitlement is Entitlement.SUBSCRIPTION


def test_an_extension_lasts_and_lists_tell_it(acme: Office) -> None:
    made = acme.ask(CreateSubscription("acme", "ann", "ACD", ends_at=START + DAY))
    longer = acme.ask(UpdateSubscription("acme", made.id, START + 2 * DAY, etag=made.etag))
    assert longer.ends_at == START + 2 * DAY
    with pytest.raises(Stale):
        acme.ask(UpdateSubscription("acme", made.id, START + 3 * DAY, etag=made.etag))
    acme.restart(kill=True)
    assert acme.ask(ListSubscriptions("acme", "ann")).items == (longer,)
    acme.at(DAY)
    assert sign_in(acme).facts.entitlement is Entitlement.SUBSCRIPTION
    acme.at(2 * DAY)
    assert sign_in(acme, 2).facts.entitlement is Entitlement.TOKENS


@pytest.mark.parametrize(
    ("request_", "fault", "words"),
    [
        (CreateSubscription("acme", "bob", "ACD"), NotFound, "user 'bob'"),
        (CreateSubscription("nobody", "ann", "ACD"), NotFound, "team 'nobody'"),
        (CreateSubscription("acme", "ann", "RVT"), NotFound, "product 'RVT'"),
        (CreateSubscription("acme", "ann", collection="AEC"), NotFound, "collection 'AEC'"),
        (CreateSubscription("acme", "ann", "ACD", ends_at=START), InvalidArgument, "ends_at"),
        (UpdateSubscription("acme", 9, START + DAY), NotFound, "subscription 9"),
        (EndSubscription("acme", 9), NotFound, "subscription 9"),
        (EndTrial("acme", "ann", "ACD"), NotFound, "trial 'ann ACD'"),
        (PutPool("acme", 3, collection="AEC"), NotFound, "collection 'AEC'"),
        (PutPool("acme", 3, "ACD", etag="of-no-pool"), NotFound, "pool 'ACD'"),
    ],
)
def test_what_is_not_there_is_named(acme: Office, request_: object, fault: type[Exception], words: str) -> None:
    acme.ask(requests.CreateTeam("brio"))
    with pytest.raises(fault, match=words):
        acme.ask(request_)


def test_a_user_of_another_team_is_told_as_one_who_is_not_there(acme: Office) -> None:
    acme.ask(requests.CreateTeam("brio"))
    with pytest.raises(NotFound) as stranger:
        acme.ask(CreateSubscription("brio", "ann", "ACD"))
    assert str(stranger.value) == "There is no user 'ann'."


def test_a_subscription_of_one_team_is_not_found_by_another(acme: Office) -> None:
    acme.ask(requests.CreateTeam("brio"))
    made = acme.ask(CreateSubscription("acme", "ann", "ACD"))
    with pytest.raises(NotFound):
        acme.ask(EndSubscription("brio", made.id))
    assert acme.ask(ListSubscriptions("brio")).items == ()


def test_a_trial_is_given_once_and_may_be_extended(acme: Office) -> None:
    made = acme.ask(CreateTrial("acme", "ann", "ACD", START + DAY))
    assert sign_in(acme).facts.entitlement is Entitlement.TRIAL
    acme.ask(requests.Checkin(session(1), 1))
    acme.ask(EndTrial("acme", "ann", "ACD"))
    assert sign_in(acme, 2).facts.entitlement is Entitlement.TOKENS
    acme.ask(requests.Checkin(session(2), 1))
    with pytest.raises(AlreadyExists, match="trial of ACD for ann in acme"):
        acme.ask(CreateTrial("acme", "ann", "ACD", START + DAY))
    longer = acme.ask(UpdateTrial("acme", "ann", "ACD", START + 2 * DAY))
    assert (longer.starts_at, longer.ends_at) == (made.starts_at, START + 2 * DAY)
    assert acme.ask(ListTrials("acme")).items == (longer,)
    assert sign_in(acme, 3).facts.entitlement is Entitlement.TRIAL


def test_a_withdrawn_subscription_ends_what_it_carried_at_the_next_contact(acme: Office) -> None:
    acme.ask(requests.AssignUser("ann", requests.Membership("acme", products=())))
    made = acme.ask(CreateSubscription("acme", "ann", "ACD"))
    assert sign_in(acme).granted
    acme.at(MINUTE)
    acme.ask(EndSubscription("acme", made.id))
    beat = acme.ask(requests.Heartbeat(session(1), 1))
    assert beat.facts.state is State.DENIED


def test_seats_are_taken_and_told(acme: Office) -> None:
    acme.ask(requests.AssignUser("ann", requests.Membership("acme", products=())))
    acme.ask(requests.CreateUser("bob", memberships=(requests.Membership("acme"),)))
    made = acme.ask(PutPool("acme", 1, "ACD"))
    assert (made.seats, made.taken) == (1, 0)
    assert sign_in(acme).facts.entitlement is Entitlement.SEAT
    assert not sign_in(acme, 2, "bob").granted
    (pool,) = acme.ask(ListPools("acme")).items
    assert (pool.taken, pool.etag) == (1, made.etag)
    larger = acme.ask(PutPool("acme", 2, "ACD", etag=made.etag))
    assert sign_in(acme, 3, "bob").facts.entitlement is Entitlement.SEAT
    with pytest.raises(Stale):
        acme.ask(PutPool("acme", 3, "ACD", etag=made.etag))
    acme.restart(kill=True)
    (pool,) = acme.ask(ListPools("acme")).items
    assert (pool.seats, pool.taken, pool.etag) == (2, 2, larger.etag)


def test_a_trial_of_an_act_keeps_nothing(acme: Office) -> None:
    shown = acme.ask(CreateSubscription("acme", "ann", "ACD", validate_only=True))
    acme.ask(PutPool("acme", 3, "ACD", validate_only=True))
    assert shown.product == "ACD"
    assert acme.ask(ListSubscriptions("acme")).items == ()
    assert acme.ask(ListPools("acme")).items == ()
    assert sign_in(acme).facts.entitlement is Entitlement.TOKENS
    assert acme.store.select("stands", {"team": 1})[0]["seq"] == 1
