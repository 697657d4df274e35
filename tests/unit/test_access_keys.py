"""API keys: their form, their life from the first to the revocation, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from flexauth import bootstrap, first_keys, limits, requests
from flexauth.access import TABLE, NewApiKey, Peer, PermissionDenied, make_key
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.faults import InvalidArgument, NotFound, Unauthenticated, UnsafeStore
from flexauth.requests import Actor, Role, Scope
from flexauth.store.port import Store

SECOND = 1_000_000
START = 1_772_438_400 * SECOND
LIST = TABLE["Administration/ListTeams"]
VENDOR = (Scope(Role.VENDOR),)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = bootstrap.open_store("memory")
    yield opened
    opened.close()


@pytest.fixture
def authority(store: Store, clock: VirtualClock) -> Iterator[Authority]:
    opened = bootstrap.open_authority(store, clock, jitter=False)
    yield opened
    opened.close()


@pytest.fixture
def ask(authority: Authority) -> Callable[[Any], Any]:
    return lambda request: authority.submit(request).result()


@pytest.fixture
def caller(authority: Authority) -> Callable[[str], Actor]:
    return lambda text: authority.access.admit(LIST, text, Peer("192.0.2.1")).actor


def key(authority: Authority, name: str = "ci", **given: Any) -> NewApiKey:
    made: NewApiKey = authority.submit(requests.CreateApiKey(name, **{"scopes": VENDOR, **given})).result()
    return made


def forward(clock: VirtualClock, seconds: int) -> None:
    clock.advance_to(clock.boot() + seconds * SECOND)


def flipped(text: str, at: int) -> str:
    return text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]


def test_a_key_says_who_calls_in_which_role_and_from_where(
    authority: Authority, caller: Callable[[str], Actor]
) -> None:
    made = key(authority)
    assert caller(f"Bearer {made.text}") == Actor(f"key:ci:{made.api_key.id}", "vendor", "192.0.2.1")
    assert caller(f"bearer   {made.text} ").role == "vendor"


def test_a_key_of_a_user_is_that_user(authority: Authority) -> None:
    made = key(authority, scopes=(Scope(Role.USER),), subject="ann")
    actor = authority.access.admit(TABLE["LicenseAuthority/Quote"], f"Bearer {made.text}", Peer()).actor
    assert (actor.subject, actor.role, actor.email) == ("ann", "user", "")


def test_anything_else_is_nobodys_key(authority: Authority, caller: Callable[[str], Actor]) -> None:
    text = key(authority).text
    other = key(authority, "other").text
    parts, strange = text.split("_"), make_key()[1]
    swapped = f"flx_live_{parts[2]}_{other.split('_')[3]}"
    for wrong in (
        "", "Bearer", "Bearer ", text, f"Basic {text}", f"Bearer {text[:-1]}", f"Bearer {text}0",
        f"Bearer {text.upper()}",
        f"Bearer {flipped(text, 12)}", f"Bearer {flipped(text, 40)}", f"Bearer {flipped(text, len(text) - 1)}",
        f"Bearer {strange}", f"Bearer {swapped}_{checksum(swapped)}", f"Bearer {text} {other}",
        "Bearer flx_live___00000000", "Bearer flx_claim_00", "Bearer \N{SNOWMAN}",
    ):  # fmt: skip
        with pytest.raises(Unauthenticated) as told:
            caller(wrong)
        assert str(told.value) == str(Unauthenticated()), wrong


def checksum(body: str) -> str:
    from zlib import crc32

    return f"{crc32(body.encode()):08x}"


def test_a_key_ends_at_its_end_also_while_it_is_remembered(
    authority: Authority, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    text = key(authority, expires_at=START + 10 * SECOND).text
    forward(clock, 9)
    caller(f"Bearer {text}")
    forward(clock, 1)
    with pytest.raises(Unauthenticated):
        caller(f"Bearer {text}")


def test_a_revoked_key_is_refused_from_the_answer_on(
    authority: Authority, clock: VirtualClock, ask: Callable[[Any], Any], caller: Callable[[str], Actor]
) -> None:
    """Within no time by the authority's clock, which stands still here."""
    made = key(authority)
    caller(f"Bearer {made.text}")
    before = authority.now
    revoked = ask(requests.RevokeApiKey(made.api_key.id))
    assert revoked.revoked_at == before
    with pytest.raises(Unauthenticated):
        caller(f"Bearer {made.text}")
    assert authority.now == before
    forward(clock, 60)
    assert ask(requests.RevokeApiKey(made.api_key.id)) == revoked
    with pytest.raises(NotFound, match="API key"):
        ask(requests.RevokeApiKey("ffffffffffffffff"))


def test_two_of_a_name_live_at_one_time(authority: Authority, clock: VirtualClock, ask: Callable[[Any], Any]) -> None:
    first = key(authority)
    key(authority, expires_at=START + 10 * SECOND)
    with pytest.raises(InvalidArgument, match="2 keys of this name live"):
        key(authority)
    forward(clock, 10)
    key(authority)  # the second has ended
    with pytest.raises(InvalidArgument):
        key(authority)
    ask(requests.RevokeApiKey(first.api_key.id))
    key(authority)
    ask(requests.CreateTeam("acme"))
    key(authority, team="acme", scopes=(Scope(Role.AUDITOR, "acme"),))  # a name of each team's own


def test_a_key_is_shown_once(authority: Authority, store: Store, caller: Callable[[str], Actor]) -> None:
    first = key(authority, request_id="r1")
    again = key(authority, request_id="r1")
    assert again == NewApiKey(first.api_key, "")
    caller(f"Bearer {first.text}")
    assert first.text not in repr(first)
    secret = first.text.split("_")[3]
    kept = json.dumps([store.select("api_key_by_id", {"key": first.api_key.id}), *dump(store)], default=repr)
    assert first.api_key.id in kept
    assert secret not in kept
    assert store.select("api_key_by_id", {"key": first.api_key.id})[0]["digest"] == sha256(first.text.encode()).digest()


def dump(store: Any) -> list[Any]:
    """Every row of every table."""
    connection = store._connection
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return [[repr(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in tables]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scopes": ()}, "scopes"),
        ({"scopes": (Scope(Role.DEVICE, "acme", "laptop"),)}, "scopes"),
        ({"scopes": (Scope(Role.AUDITOR, "acme"),), "team": "beta"}, "scopes"),
        ({"scopes": (Scope(Role.AUDITOR),), "team": "beta"}, "scopes"),
        ({"scopes": (Scope(Role.USER),)}, "subject"),
        ({"subject": "ann"}, "subject"),
        ({"scopes": (Scope(Role.AUDITOR), Scope(Role.AUDITOR))}, "scopes"),
        ({"expires_at": START}, "expires_at"),
        ({"name": "no name"}, "name"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(authority: Authority, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as told:
        key(authority, **{"name": "ci", **given})
    assert told.value.facts["field"] == field


@pytest.mark.parametrize(
    ("role", "team", "device"),
    [
        (Role.VENDOR, "acme", ""),
        (Role.USER, "acme", ""),
        (Role.DEVICE, "", "laptop"),
        (Role.DEVICE, "acme", ""),
        (Role.AUDITOR, "acme", "laptop"),
        (Role.AUDITOR, "no team", ""),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(role: Role, team: str, device: str) -> None:
    with pytest.raises(InvalidArgument, match="scope"):
        Scope(role, team, device)


def test_a_team_that_is_not_there_has_no_keys(authority: Authority) -> None:
    with pytest.raises(NotFound, match="no team 'ghost'"):
        key(authority, team="ghost", scopes=(Scope(Role.AUDITOR, "ghost"),))


# The first key -------------------------------------------------------------------------------------------------------


def test_the_one_time_code_gives_one_vendor_key(
    authority: Authority, store: Store, ask: Callable[[Any], Any], caller: Callable[[str], Actor]
) -> None:
    assert not authority.grants.has_vendor(authority.now)
    code = authority.grants.offer_claim(authority.now)
    with pytest.raises(Unauthenticated):
        ask(requests.ClaimFirstAdmin(flipped(code, 15)))
    made = ask(requests.ClaimFirstAdmin(code))
    assert caller(f"Bearer {made.text}").role == "vendor"
    assert authority.grants.has_vendor(authority.now)
    with pytest.raises(Unauthenticated):
        ask(requests.ClaimFirstAdmin(code))
    assert code not in repr(requests.ClaimFirstAdmin(code))
    assert code not in str(dump(store))


def test_a_code_ends_and_a_newer_one_takes_its_place(
    authority: Authority, clock: VirtualClock, ask: Callable[[Any], Any]
) -> None:
    old = authority.grants.offer_claim(authority.now)
    new = authority.grants.offer_claim(authority.now)
    with pytest.raises(Unauthenticated):
        ask(requests.ClaimFirstAdmin(old))
    forward(clock, limits.CLAIM_SECONDS)
    with pytest.raises(Unauthenticated):
        ask(requests.ClaimFirstAdmin(new))


def test_without_an_offer_no_code_is_right(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(Unauthenticated):
        ask(requests.ClaimFirstAdmin("flx_claim_" + "0" * 32))


def test_first_keys_are_made_where_nobody_may_do_everything(
    authority: Authority, caller: Callable[[str], Actor]
) -> None:
    made = first_keys.first_keys(authority)
    assert made is not None
    assert caller(f"Bearer {made.admin}").role == "vendor"
    assert caller(f"Bearer {made.client}").role == "service"
    assert first_keys.first_keys(authority) is None


def test_the_key_of_this_machine_is_kept_while_it_lives(authority: Authority, ask: Callable[[Any], Any]) -> None:
    made = key(authority)
    assert first_keys.local_key(authority, made.text) == made.text
    ask(requests.RevokeApiKey(made.api_key.id))
    new = first_keys.local_key(authority, made.text)
    assert new not in {made.text, ""}
    assert first_keys.local_key(authority, new) == new


# Keys of earlier versions --------------------------------------------------------------------------------------------


def old_file(path: Path, *rows: dict[str, Any], mode: int = 0o600) -> Path:
    path.touch(mode)
    path.write_text(json.dumps(rows))
    path.chmod(mode)
    return path


def old_row(text: str, role: str, label: str) -> dict[str, Any]:
    ident = text.split("_")[2]
    return {"id": ident, "role": role, "digest": sha256(text.encode()).hexdigest(), "created_at": 5, "label": label}


def test_keys_of_a_file_live_on_and_the_file_goes(
    authority: Authority, tmp_path: Path, caller: Callable[[str], Actor], ask: Callable[[Any], Any]
) -> None:
    admin, client = make_key()[1], make_key()[1]
    rows = old_row(admin, "ADMIN", "first admin"), old_row(client, "CLIENT", "")
    path = old_file(tmp_path / "api-keys.json", *rows)
    first_keys.take_over(authority, path)
    assert not path.exists()
    assert caller(f"Bearer {admin}").role == "vendor"
    assert caller(f"Bearer {client}").role == "service"
    names = [kept.name for kept in ask(requests.ListApiKeys()).items]
    assert [name.rpartition("-")[0] for name in names] == ["first-admin", "imported"]
    first_keys.take_over(authority, old_file(path, *rows))  # a start that was cut off before the file went
    assert len(ask(requests.ListApiKeys()).items) == 2
    first_keys.take_over(authority, path)


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"id": "x"}]', '[{"role": "KING"}]'])
def test_a_damaged_file_is_named_with_a_remedy(authority: Authority, tmp_path: Path, text: str) -> None:
    path = old_file(tmp_path / "keys.json")
    path.write_text(text)
    with pytest.raises(UnsafeStore, match=r"keys\.json: it is no file of API keys .* restore it"):
        first_keys.take_over(authority, path)
    assert path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_open_is_refused(authority: Authority, tmp_path: Path, mode: int) -> None:
    with pytest.raises(UnsafeStore, match="others may read or write"):
        first_keys.take_over(authority, old_file(tmp_path / "keys.json", mode=mode))


# What is remembered --------------------------------------------------------------------------------------------------


def test_a_remembered_caller_is_told_without_a_look_into_the_store(authority: Authority) -> None:
    text = f"Bearer {key(authority).text}"
    assert not authority.access.knows(text, Peer())
    authority.access.admit(LIST, text, Peer())
    assert authority.access.knows(text, Peer())
    authority.access.forget()
    assert not authority.access.knows(text, Peer())


def test_no_more_callers_are_remembered_than_the_limit(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CREDENTIALS_CACHED", 2)
    texts = [f"Bearer {key(authority, f'k{number}').text}" for number in range(3)]
    for text in texts:
        authority.access.admit(LIST, text, Peer())
    assert [authority.access.knows(text, Peer()) for text in texts] == [False, True, True]


def test_what_is_given_and_taken_is_in_the_teams_audit_log(authority: Authority, ask: Callable[[Any], Any]) -> None:
    ask(requests.CreateTeam("acme"))
    scope = Scope(Role.AUDITOR, "acme")
    made = key(authority, scopes=(scope,), team="acme")
    ask(requests.GrantRole("user:ann", scope))
    ask(requests.RevokeRole("user:ann", scope))
    rows = ask(requests.ListAudit("acme")).items
    assert [row.act for row in rows] == ["RevokeRole", "GrantRole", "CreateApiKey"]
    assert not any(made.text in row.details for row in rows)


def test_a_certificate_is_known_by_its_names(authority: Authority, ask: Callable[[Any], Any]) -> None:
    peer = Peer("192.0.2.1", ("dns:a.example", "uri:spiffe://a"))
    with pytest.raises(Unauthenticated):
        authority.access.admit(LIST, "", peer)
    ask(requests.CreateTeam("acme"))
    grant = requests.GrantRole("certificate:uri:spiffe://a", Scope(Role.AUDITOR, "acme"))
    ask(grant)
    assert authority.access.admit(LIST, "", peer).actor == Actor("certificate:dns:a.example", "auditor", "192.0.2.1")
    with pytest.raises(Unauthenticated):  # a header that is wrong is not made good by a certificate
        authority.access.admit(LIST, "Bearer x", peer)
    with pytest.raises(PermissionDenied):
        authority.access.admit(TABLE["Access/CreateApiKey"], "", peer)
    ask(requests.RevokeRole(grant.identity, grant.scope))
    with pytest.raises(Unauthenticated):
        authority.access.admit(LIST, "", peer)


@pytest.mark.parametrize(
    "identity", ["", "ann", "user:", "certificate:", "certificate:dns:", "certificate:ip:10.0.0.1", "team:x"]
)
def test_an_identity_is_written_in_one_way(identity: str) -> None:
    with pytest.raises(InvalidArgument, match="identity"):
        requests.GrantRole(identity, Scope(Role.AUDITOR))
