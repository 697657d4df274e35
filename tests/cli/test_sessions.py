"""A client's calls by hand: what a sign-in is answered, what a session costs, and the statuses that scripts see."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Run

Advance = Callable[[int], None]
pytestmark = pytest.mark.usefixtures("studio")


def checked_out(run: Run, *words: str) -> str:
    ran = run("session", "checkout", "ACD", "--user", "ann", "--device", "laptop", *words, "--json")
    assert ran.status == 0, ran.err
    return str(ran.json["facts"]["session"])


def test_a_quote_tells_the_cost_and_changes_nothing(run: Run) -> None:
    quoted = run("session", "quote", "ACD", "--user", "ann", "--json").json
    assert (quoted["granted"], quoted["entitlement"], quoted["tokens"]) == (True, "TOKENS", 7)
    assert quoted["balance_after"] == 93
    assert run("balance", "--json").json["available"] == 100
    assert run("session", "list", "--json").json["sessions"] == []


def test_five_minutes_are_free_and_a_longer_stay_is_charged_once(run: Run, advance: Advance) -> None:
    look = checked_out(run)
    advance(299)
    assert run("session", "checkin", look, "--json").json["facts"]["state"] == "CLOSED"
    assert run("balance", "--json").json["available"] == 100
    stay = checked_out(run)
    advance(301)
    assert run("session", "heartbeat", stay).status == 0
    (charge,) = run("user", "charges", "ann", "--json").json["charges"]
    assert (charge["tokens"], charge["slices"]) == (7, [{"pack": 1, "tokens": 7}])
    assert (charge["window_start"], charge["window_end"]) == ("2026-03-02T08:04:59Z", "2026-03-03T08:04:59Z")
    assert "7 of 1" in run("user", "charges", "ann").out
    assert run("balance", "--json").json["consumed"] == 7


def test_a_denial_is_an_answer_with_a_reason_and_status_1(run: Run) -> None:
    assert run("user", "assign", "ann").status == 0
    told = run("session", "checkout", "ACD", "--user", "ann")
    assert told.status == 1
    assert "NOT_ASSIGNED" in told.err
    asked = run("session", "checkout", "ACD", "--user", "ann", "--json")
    assert asked.status == 1
    assert asked.json["denial"]["reason"] == "NOT_ASSIGNED"
    assert run("session", "quote", "ACD", "--user", "ann").status == 1


def test_a_session_is_taken_over_from_another_device_only_when_asked(run: Run) -> None:
    first = checked_out(run)
    denied = run("session", "checkout", "ACD", "--user", "ann", "--device", "desk", "--json")
    assert denied.status == 1
    assert denied.json["denial"]["elsewhere_session"] == first
    assert run("session", "checkout", "ACD", "--user", "ann", "--device", "desk", "--take-over").status == 0
    ended = run("session", "heartbeat", first, "--json")
    assert (ended.status, ended.json["facts"]["state"]) == (1, "SUPERSEDED")


def test_a_heartbeat_and_a_checkin_go_on_from_the_counter_that_the_authority_has(run: Run, advance: Advance) -> None:
    session = checked_out(run)
    seen = []
    for _ in range(3):
        advance(60)
        seen.append(run("session", "heartbeat", session, "--json").json["facts"]["counter"])
    assert seen == sorted(set(seen))
    assert run("session", "checkin", session, "--json").json["facts"]["state"] == "CLOSED"
    assert run("session", "checkin", session).status == 0


def test_a_late_check_in_that_shows_a_short_look_is_refunded(run: Run, advance: Advance) -> None:
    session = checked_out(run)
    advance(7_200)
    assert run("balance", "--json").json["consumed"] == 7
    ended = run("session", "checkin", session, "--ended", "2026-03-02T08:03:00Z", "--json").json
    assert ended["refunded"] == 7
    assert run("balance", "--json").json["available"] == 100
    assert [entry["kind"] for entry in run("ledger", "--json").json["entries"]] == ["ORDER", "CHARGE", "REFUND"]


def test_sessions_are_listed_by_team_and_by_user_and_shown_one_by_one(run: Run) -> None:
    session = checked_out(run)
    for words in (("session", "list"), ("session", "list", "--user", "ann")):
        (found,) = run(*words, "--json").json["sessions"]
        assert (found["session"], found["state"], found["device"]) == (session, "ACTIVE", "laptop")
    assert run("session", "show", session, "--json").json["session"] == session
    unknown = run("session", "show", "0190f5fe-7c00-7a00-8000-000000000009")
    assert unknown.status == 2
    assert "0190f5fe-7c00-7a00-8000-000000000009" in unknown.err


def test_a_lease_is_a_signed_token_of_the_session(run: Run) -> None:
    session = checked_out(run)
    lease = run("session", "lease", session, "--json").json["lease"]
    assert lease.count(".") == 2


def test_a_fourth_device_is_refused_with_the_list_until_one_is_released(run: Run) -> None:
    for device in ("a", "b", "c"):
        ran = run("session", "checkout", "ACD", "--user", "ann", "--device", device, "--take-over")
        assert ran.status == 0
    fourth = ("session", "checkout", "ACD", "--user", "ann", "--device", "d", "--take-over", "--json")
    denied = run(*fourth)
    assert denied.status == 1
    assert [device["name"] for device in denied.json["denial"]["devices"]] == ["a", "b", "c"]
    left = run("user", "release-device", "ann", "ACD", "a", "--json").json["devices"]
    assert [device["name"] for device in left] == ["b", "c"]
    assert run(*fourth).status == 0


def test_a_session_id_is_a_repeat_with_the_same_content_and_wrong_with_another(run: Run) -> None:
    session = checked_out(run)
    assert checked_out(run, "--session", session) == session
    misuse = run("session", "checkout", "ACD", "--user", "ann", "--device", "desk", "--session", session)
    assert misuse.status == 2
    assert session in misuse.err


def test_a_quote_of_ones_own_tells_packs_and_why_this_team(run: Run) -> None:
    quoted = run("quote", "ACD", "--user", "ann", "--json").json
    assert (quoted["granted"], quoted["team"], quoted["choice"], quoted["tokens"]) == (True, "studio", "ONLY", 7)
    assert quoted["slices"] == [{"pack": 1, "tokens": 7}]
    assert run("balance", "--json").json["available"] == 100


def test_a_charge_that_needs_consent_names_its_tokens_and_is_made_with_consent(run: Run, advance: Advance) -> None:
    assert run("policy", "set", "studio", "consent=always").status == 0
    denied = run("session", "checkout", "ACD", "--user", "ann", "--json")
    assert denied.status == 1
    assert (denied.json["denial"]["reason"], denied.json["denial"]["tokens"]) == ("CONSENT_REQUIRED", 7)
    assert run("quote", "ACD", "--user", "ann").status == 1
    session = checked_out(run, "--max-tokens", "7")
    assert run("session", "checkin", session).status == 0


def test_a_session_that_renews_nothing_is_told_when_to_end(run: Run) -> None:
    session = checked_out(run, "--end-before-renewal")
    (found,) = run("session", "list", "--json").json["sessions"]
    assert found["session"] == session
    told = run("session", "heartbeat", session, "--json").json["facts"]
    assert told["end_at"] == "2026-03-03T07:59:00Z"


def test_a_provider_that_is_away_is_named_at_the_sign_in(run: Run) -> None:
    away = run("login", "--issuer", "http://127.0.0.1:9", "--client-id", "desktop")
    assert away.status == 4
    assert "http://127.0.0.1:9" in away.err
    open_air = run("login", "--issuer", "http://id.example.com", "--client-id", "desktop")
    assert open_air.status == 2
    assert "https" in open_air.err
