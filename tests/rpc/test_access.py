"""API keys: their form, their file, and who may do what."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from flexauth.access import Access, PermissionDenied, Role, add_key, load_keys, new_key
from flexauth.faults import Unauthenticated, UnsafeStore

ADMIN, ADMIN_KEY = new_key(Role.ADMIN, 5, "console")
CLIENT, CLIENT_KEY = new_key(Role.CLIENT, 5)
ACCESS = Access((ADMIN_KEY, CLIENT_KEY))


def flipped(text: str, at: int) -> str:
    return text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]


def test_a_key_says_who_calls() -> None:
    assert ACCESS.check(f"Bearer {CLIENT}", Role.CLIENT, "Checkout") == CLIENT_KEY
    assert ACCESS.check(f"bearer  {ADMIN}", Role.ADMIN, "CreateTeam") == ADMIN_KEY


def test_an_admin_may_do_what_a_client_may() -> None:
    assert ACCESS.check(f"Bearer {ADMIN}", Role.CLIENT, "Checkout") == ADMIN_KEY


def test_a_client_is_told_which_role_it_lacks() -> None:
    with pytest.raises(PermissionDenied, match="role client; CreateTeam needs a key of the role admin"):
        ACCESS.check(f"Bearer {CLIENT}", Role.ADMIN, "CreateTeam")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        ADMIN,
        f"Basic {ADMIN}",
        f"Bearer {ADMIN[:-1]}",
        f"Bearer {flipped(ADMIN, 12)}",
        f"Bearer {flipped(ADMIN, 40)}",
        f"Bearer {new_key(Role.ADMIN, 5)[0]}",
        f"Bearer {ADMIN}{' ' * 300}",
        "Bearer flx_live___00000000",
        "Bearer \N{SNOWMAN}",
    ],
    ids=range(12),
)
def test_anything_else_is_unauthenticated(authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        ACCESS.check(authorization, Role.CLIENT, "Checkout")


def test_the_id_of_one_key_with_the_secret_of_another_is_unauthenticated() -> None:
    swapped = Access((replace(ADMIN_KEY, digest=CLIENT_KEY.digest),))
    with pytest.raises(Unauthenticated):
        swapped.check(f"Bearer {ADMIN}", Role.CLIENT, "Checkout")


def test_the_file_keeps_digests_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert load_keys(path) == ()
    first = add_key(path, Role.ADMIN, 1_000, "first")
    second = add_key(path, Role.CLIENT, 2_000)
    kept = load_keys(path)
    assert [(key.role, key.created_at, key.label) for key in kept] == [
        (Role.ADMIN, 1_000, "first"),
        (Role.CLIENT, 2_000, ""),
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.split("_")[3] not in path.read_text(encoding="utf-8")
    assert Access(kept).check(f"Bearer {second}", Role.CLIENT, "Checkout").id == kept[1].id
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"id": "x"}]', '[{"role": "KING"}]'])
def test_a_damaged_file_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnsafeStore, match=r"keys\.json: it is no file of API keys .* restore it"):
        load_keys(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    add_key(path, Role.ADMIN, 1)
    path.chmod(mode)
    with pytest.raises(UnsafeStore, match="others may read or write"):
        load_keys(path)
