"""What survives the client's own end: crash and restart, online and offline, late check-ins, wrong clocks (S5, S7)."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from flexauth import requests
from flexauth_client import Client, Unavailable
from tests.client.world import DAY, HOUR, HURRY_SECONDS, MINUTE, START, World


def records(world: World, user: str = "ann", device: str = "laptop") -> list[Path]:
    return sorted((world.folder / user / device).glob("*.json"))


def record(world: World) -> dict[str, Any]:
    (path,) = records(world)
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept


def crashed(world: World, at: int = HOUR, product: str = "ACD", **terms: Any) -> str:
    """A session whose client's process died at `at`; its id."""
    client = world.client()
    session = client.session(product, **terms)
    world.live(at, client)
    world.kill(client)
    return session.id


def test_after_a_crash_the_same_session_goes_on(world: World) -> None:
    before = crashed(world)
    client = world.client()
    session = client.session("ACD")
    assert session.id == before
    assert world.balance == (93, 0)
    world.live(2 * HOUR, client)
    assert world.state(before) == "ACTIVE"


def test_after_a_crash_counters_go_on_and_are_kept_before_they_are_sent(world: World) -> None:
    crashed(world)
    kept = record(world)["memory"]["counter"]
    assert kept == world.ask(requests.ListSessions(user="ann")).items[0].counter
    world.client().session("ACD").close()
    assert world.ask(requests.ListSessions(user="ann")).items[0].counter == kept + 1


def test_after_a_crash_and_the_end_of_its_session_a_new_one_begins(world: World) -> None:
    before = crashed(world)
    world.advance_to(50 * HOUR)
    session = world.client().session("ACD")
    assert session.id != before
    assert world.balance == (86, 7)
    assert len(records(world)) == 1


def test_a_restart_offline_runs_on_the_lease(world: World) -> None:
    before = crashed(world)
    world.offline()
    world.advance_to(5 * HOUR)
    client = world.client()
    limits: list[Any] = []
    ends: list[Any] = []
    session = client.session("ACD", on_offline_limit_soon=limits.append, on_ended=ends.append)
    assert session.id == before
    assert not session.in_contact
    world.live(23 * HOUR, client)
    assert ends == []
    world.live(26 * HOUR, client)
    assert len(limits) == 1
    assert [end.state.name for end in ends] == ["EXPIRED"]
    assert ends[0].at == limits[0].at <= START + DAY + 5 * MINUTE


def test_offline_the_signed_lease_counts_and_not_what_the_record_says(world: World) -> None:
    crashed(world)
    kept = record(world)
    signed_until = kept["memory"]["lease_ends_at"]
    kept["memory"]["facts"]["lease_until"] = kept["memory"]["lease_ends_at"] = START + 99 * DAY
    records(world)[0].write_text(json.dumps(kept))
    world.offline()
    world.advance_to(20 * HOUR)
    client = world.client()
    ends: list[Any] = []
    client.session("ACD", on_ended=ends.append)
    world.live(30 * HOUR, client)
    assert [end.at for end in ends] == [signed_until]


def test_a_restart_offline_tells_of_its_use_when_contact_is_back(world: World) -> None:
    before = crashed(world)
    world.offline()
    world.advance_to(5 * HOUR)
    client = world.client()
    client.session("ACD")
    world.online(client)
    world.live(5 * HOUR + 5 * MINUTE, client)
    assert world.state(before) == "ACTIVE"
    assert world.ask(requests.ListSessions(user="ann")).items[0].counter > 1


def test_a_restart_offline_after_the_lease_is_refused_with_whom_to_ask(world: World) -> None:
    crashed(world)
    world.offline()
    world.advance_to(26 * HOUR)
    with pytest.raises(Unavailable, match=r"cannot be reached.*lease ended at 2026-03-03 .*Ask the licence desk\."):
        world.client().session("ACD")


@pytest.mark.parametrize("reboot", [False, True])
def test_a_restart_offline_with_the_clock_set_back_is_refused(world: World, reboot: bool) -> None:
    world.calm()
    crashed(world, 20 * HOUR)
    world.offline()
    world.advance_to(30 * HOUR)
    world.laptop.wrong_by = -11 * HOUR  # it shows 19 h, and the lease would last
    if reboot:
        world.laptop.reboot()
    for _ in range(2):  # and being refused does not make it forget
        with pytest.raises(Unavailable, match="clock of this machine was set back"):
            world.client().session("ACD")


def test_a_clock_set_back_while_the_product_runs_changes_nothing_and_is_seen_at_the_next_start(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    world.live(HOUR, client)
    world.offline()
    world.live(20 * HOUR, client)
    world.laptop.wrong_by = -15 * HOUR
    world.live(23 * HOUR, client)
    assert session.ended is None
    world.kill(client)
    with pytest.raises(Unavailable, match="set back"):
        world.client().session("ACD")


def test_a_clock_that_was_always_wrong_is_no_matter(world: World) -> None:
    world.laptop.wrong_by = -3 * DAY
    before = crashed(world)
    world.offline()
    world.advance_to(20 * HOUR)
    assert world.client().session("ACD").id == before
    world.laptop.wrong_by = 0


def test_a_clock_set_right_in_contact_is_no_matter_afterwards(world: World) -> None:
    world.laptop.wrong_by = 3 * DAY
    client = world.client()
    session = client.session("ACD")
    world.live(HOUR, client)
    world.laptop.wrong_by = 0
    world.live(2 * HOUR, client)
    world.kill(client)
    world.offline()
    world.advance_to(3 * HOUR)
    assert world.client().session("ACD").id == session.id


def test_without_a_lease_a_sign_in_offline_is_refused_and_holds_nothing(world: World) -> None:
    world.offline()
    with pytest.raises(Unavailable, match=r"cannot be reached.*no lease.*Ask the licence desk\."):
        world.client().session("ACD")
    assert world.balance == (100, 0)


def test_a_closed_session_leaves_no_right_to_run_offline(world: World) -> None:
    world.client().session("ACD").close()
    assert records(world) == []
    world.offline()
    with pytest.raises(Unavailable):
        world.client().session("ACD")


def test_a_lease_of_another_device_or_a_forged_one_is_no_right(world: World) -> None:
    crashed(world)
    kept = record(world)
    (path,) = records(world)
    world.offline()
    moved = world.folder / "ann" / "other" / path.name
    moved.parent.mkdir()
    moved.write_text(json.dumps(kept))
    (keys,) = path.parent.glob("*.jwks")
    shutil.copy(keys, moved.parent)
    with pytest.raises(Unavailable, match="no lease"):  # another device's record is not even a session of this one
        world.client(device="other").session("ACD")
    kept["checkout"]["device"] = "other"
    moved.write_text(json.dumps(kept))
    with pytest.raises(Unavailable, match="for device 'laptop', not for 'other'"):
        world.client(device="other").session("ACD")
    header, payload, signature = kept["memory"]["lease"].split(".")
    kept["checkout"]["device"] = "laptop"
    kept["memory"]["lease"] = ".".join((header, payload, signature[::-1]))
    path.write_text(json.dumps(kept))
    with pytest.raises(Unavailable, match="damaged"):
        world.client().session("ACD")


def test_a_check_in_that_cannot_be_sent_is_sent_at_the_next_start_with_the_time_of_the_act(world: World) -> None:
    """S5: it shows that use ended in its grace, and the charge is refunded."""
    client = world.client()
    session = client.session("ACD")
    world.offline()
    world.live(2 * MINUTE, client)
    session.close(HURRY_SECONDS)
    world.advance_to(HOUR)
    client.close()
    assert world.balance == (93, 0)  # the authority heard nothing, and captured
    assert record(world)["memory"]["ended_at"] == START + 2 * MINUTE
    world.advance_to(3 * HOUR)
    later = world.client()
    world.online()
    with later.session("AWARE"):
        later.step()
        assert world.state(session.id) == "CLOSED"
        assert world.balance == (93, 7)
    assert world.balance == (100, 0)
    assert records(world) == []


def test_a_check_in_that_cannot_be_sent_is_sent_once_contact_is_back(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    world.offline()
    world.live(2 * MINUTE, client)
    session.close(HURRY_SECONDS)
    world.online(client)
    world.live(4 * MINUTE, client)
    assert world.state(session.id) == "CLOSED"
    assert world.balance == (100, 0)


def test_a_product_closed_and_opened_again_offline_goes_on(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    world.live(HOUR, client)
    world.offline()
    world.live(2 * HOUR, client)
    session.close(HURRY_SECONDS)
    client.close()
    world.advance_to(3 * HOUR)
    again = world.client()
    assert again.session("ACD").id == session.id
    world.online(again)
    world.live(3 * HOUR + 5 * MINUTE, again)
    assert world.state(session.id) == "ACTIVE"
    assert world.balance == (93, 0)


def test_a_product_closed_offline_and_opened_online_tells_first_when_it_closed(world: World) -> None:
    client = world.client()
    session = client.session("ACD")
    world.offline()
    world.live(2 * MINUTE, client)
    session.close(HURRY_SECONDS)
    client.close()
    world.advance_to(3 * HOUR)
    again = world.client()
    world.online(again)
    assert again.session("ACD").id != session.id
    assert world.state(session.id) == "CLOSED"
    assert world.balance == (93, 7)  # the first was refunded, the second is held


def test_a_crashed_session_of_other_terms_is_closed_when_it_was_last_known_to_run(world: World) -> None:
    before = crashed(world, HOUR, version="2025")
    world.advance_to(2 * HOUR)
    client = world.client()
    session = client.session("ACD", version="2026")
    client.step()
    assert session.id != before
    assert world.state(before) == "CLOSED"
    assert world.ask(requests.ListSessions(user="ann")).items[-1].ended_at == START + HOUR


def test_a_crashed_session_of_another_product_waits_for_its_product(world: World) -> None:
    before = crashed(world)
    client = world.client()
    client.session("AWARE").close()
    client.step()
    assert world.state(before) == "ACTIVE"
    assert client.session("ACD").id == before


def test_two_processes_share_no_session(world: World) -> None:
    """Two clients are as two processes to each other: a lock belongs to its open file."""
    first, second = world.client(), world.client()
    one, two = first.session("ACD"), second.session("ACD")
    assert one.id != two.id
    assert len(records(world)) == 2
    assert world.balance == (93, 7)
    one.close()
    assert world.state(two.id) == "ACTIVE"


def test_a_damaged_record_is_put_aside(world: World, caplog: pytest.LogCaptureFixture) -> None:
    before = crashed(world)
    (path,) = records(world)
    path.write_text(path.read_text()[:100])
    session = world.client().session("ACD")
    assert session.id != before
    assert "damaged" in caplog.text
    assert path.with_suffix(".damaged").exists()


def test_records_are_the_users_own(world: World) -> None:
    world.client().session("ACD")
    (path,) = records(world)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_checkout_whose_answer_was_lost_is_repeated_with_the_same_id(world: World) -> None:
    """The process dies between the stored answer and its arrival; the next one gets the same session."""
    crashed(world, MINUTE)
    (path,) = records(world)
    kept = record(world)
    fresh = {"session": kept["memory"]["session"], "phase": 1, "facts": None}
    path.write_text(json.dumps(kept | {"memory": fresh}))
    assert world.client().session("ACD").id == kept["memory"]["session"]
    assert world.balance == (93, 7)


def test_a_sign_in_that_was_given_up_is_checked_in_when_the_authority_is_back(world: World) -> None:
    """The checkout may have been granted and only its answer lost."""
    client = world.client()
    asked = crashed(world, MINUTE)
    (path,) = records(world)
    kept = record(world)
    path.write_text(json.dumps(kept | {"memory": {"session": asked, "phase": 1, "facts": None}}))
    world.offline()
    with pytest.raises(Unavailable):
        client.session("ACD")
    world.online(client)
    world.live(3 * MINUTE, client)
    assert world.state(asked) == "CLOSED"
    assert world.balance == (100, 0)


def test_pinned_keys_are_the_only_ones_that_count(world: World) -> None:
    crashed(world)
    world.offline()
    world.advance_to(2 * HOUR)
    with pytest.raises(Unavailable, match="key set does not have"):
        world.client(jwks={"keys": []} | {"x": 1}).session("ACD")
    world.client(jwks=world.signer.jwks()).session("ACD")


def test_a_rotation_of_the_keys_is_followed(world: World) -> None:
    world.calm()
    client = world.client()
    client.session("ACD")
    world.live(HOUR, client)
    world.signer.rotate()
    world.live(14 * HOUR, client)  # past half of the first lease's life
    world.kill(client)
    world.offline()
    world.advance_to(15 * HOUR)
    client = world.client()
    assert client.session("ACD").facts is not None


def test_a_client_that_only_asks_leaves_no_trace(world: World) -> None:
    client: Client = world.client()
    client.quote("ACD")
    assert not (world.folder / "ann").exists()


def test_a_session_that_nobody_came_back_for_is_forgotten_after_a_week(world: World) -> None:
    crashed(world)
    world.advance_to(3 * DAY)
    client = world.client()
    client.session("AWARE").close()
    assert len(records(world)) == 1
    world.advance_to(9 * DAY)
    client.session("AWARE").close()
    assert records(world) == []


def test_of_two_crashed_sessions_the_later_goes_on_and_the_other_is_closed(world: World) -> None:
    client = world.client()
    first = client.session("ACD")
    world.live(MINUTE, client)
    second = client.session("ACD")
    world.live(HOUR, client)
    world.kill(client)
    world.advance_to(2 * HOUR)
    client = world.client()
    assert client.session("ACD").id == second.id
    client.step()
    assert world.state(first.id) == "CLOSED"
    assert world.state(second.id) == "ACTIVE"


def test_a_client_that_cannot_reach_the_authority_ends_within_one_deadline(world: World) -> None:
    client = world.client()
    client.session("ACD")
    client.session("AWARE")
    world.offline()
    began = time.monotonic()
    client.close()
    assert time.monotonic() - began < 3 * HURRY_SECONDS
    assert [record["memory"]["phase"] for record in map(json.loads, map(Path.read_text, records(world)))] == [3, 3]
