"""Leases (S4): what they say, who can verify them, and the file and rotation of their keys."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from flexauth.answers import SessionFacts
from flexauth.commands import DAY, MINUTE, SECOND, Entitlement, State
from flexauth.faults import UnsafeStore
from flexauth.leases import Signer
from flexauth_client.errors import LeaseEnded, LeaseRejected, UnknownKey
from flexauth_client.lease import verify

START = 1_772_438_400 * SECOND
SESSION = "0190f5fe-7c00-7a00-8000-000000000001"
FACTS = SessionFacts(
    session=SESSION,
    state=State.ACTIVE,
    entitlement=Entitlement.TOKENS,
    team="acme",
    user="ann",
    product="ACD",
    device="ws-1",
    heartbeat_by=START + 5 * MINUTE,
    lease_until=START + DAY + 999_999,
    paid_until=START + DAY,
    pending_since=START,
    idle_after=0,
    counter=4,
    opened_at=START,
    ended_at=0,
    server_time=START + 1,
)


class Time:
    """The authority's time, as the test sets it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(lease: str) -> tuple[dict, dict, bytes]:
    header, payload, signature = lease.split(".")
    return json.loads(unpadded(header)), json.loads(unpadded(payload)), unpadded(signature)


def test_a_lease_names_everything_that_it_binds(time: Time) -> None:
    signer = Signer.in_memory(now=time)
    header, claims, _ = parts(signer.sign(FACTS, "thumb"))
    assert header == {"alg": "Ed25519", "typ": "flexauth-lease+jwt", "kid": signer.jwks()["keys"][0]["kid"]}
    assert claims == {
        "iss": "flexauth",
        "sub": "ann",
        "aud": "ACD",
        "team": "acme",
        "device": "ws-1",
        "sid": SESSION,
        "ctr": 4,
        "iat": START // SECOND,
        "nbf": START // SECOND,
        "exp": (START + DAY) // SECOND,  # rounded down: never past lease_until
        "paid_until": (START + DAY) // SECOND,
        "cnf": {"jkt": "thumb"},
    }


def test_without_a_device_key_a_lease_confirms_none(time: Time) -> None:
    _, claims, _ = parts(Signer.in_memory(now=time).sign(replace(FACTS, paid_until=0)))
    assert "cnf" not in claims
    assert "paid_until" not in claims


@pytest.mark.parametrize(
    "facts",
    [
        replace(FACTS, state=State.EXPIRED),
        replace(FACTS, state=State.CLOSED),
        replace(FACTS, lease_until=START + SECOND // 2),
        replace(FACTS, lease_until=0),
    ],
    ids=["expired", "closed", "under-a-second", "none"],
)
def test_a_session_without_a_right_to_go_on_gets_no_lease(time: Time, facts: SessionFacts) -> None:
    assert Signer.in_memory(now=time).sign(facts) == ""


def test_any_ed25519_verifies_a_lease_by_the_key_set_alone(time: Time) -> None:
    """Independent of the library that signs: plain Ed25519 over the two first parts."""
    signer = Signer.in_memory(now=time)
    lease = signer.sign(FACTS)
    (jwk,) = json.loads(json.dumps(signer.jwks()))["keys"]
    assert (jwk["kty"], jwk["crv"], jwk["alg"], jwk["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert "d" not in jwk
    key = Ed25519PublicKey.from_public_bytes(unpadded(jwk["x"]))
    signed, signature = lease.rpartition(".")[0].encode(), parts(lease)[2]
    key.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed + b"x")


def test_a_key_is_named_by_its_thumbprint(time: Time) -> None:
    """RFC 7638 over the members that RFC 8037 requires, in lexicographic order."""
    import hashlib

    (jwk,) = Signer.in_memory(now=time).jwks()["keys"]
    canonical = json.dumps({name: jwk[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    assert jwk["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_the_sdk_verifies_what_the_authority_signs(time: Time) -> None:
    signer = Signer.in_memory(now=time)
    lease = verify(
        signer.sign(FACTS, "thumb"),
        json.dumps(signer.jwks()),
        START + 23 * 60 * MINUTE,
        product="ACD",
        user="ann",
        device="ws-1",
        session=SESSION,
        device_key_thumbprint="thumb",
    )
    assert (lease.counter, lease.team, lease.ends_at, lease.paid_until) == (4, "acme", START + DAY, START + DAY)


def test_a_lease_ends_at_its_end(time: Time) -> None:
    signer = Signer.in_memory(now=time)
    text = signer.sign(FACTS)
    assert verify(text, signer.jwks(), START + DAY - 1).ends_at == START + DAY
    with pytest.raises(LeaseEnded, match="2026-03-03 08:00:00 UTC"):
        verify(text, signer.jwks(), START + DAY)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"device": "ws-2"}, "device 'ws-1', not for 'ws-2'"),
        ({"user": "bob"}, "user 'ann'"),
        ({"product": "MAX"}, "product 'ACD'"),
        ({"session": "x"}, "session"),
        ({"device_key_thumbprint": "thumb"}, "device_key_thumbprint ''"),
    ],
)
def test_a_lease_of_somebody_else_is_refused(time: Time, wanted: dict[str, str], message: str) -> None:
    signer = Signer.in_memory(now=time)
    with pytest.raises(LeaseRejected, match=message):
        verify(signer.sign(FACTS), signer.jwks(), START + 1, **wanted)


def test_a_lease_from_the_future_tells_of_the_clock(time: Time) -> None:
    signer = Signer.in_memory(now=time)
    with pytest.raises(LeaseRejected, match="clock"):
        verify(signer.sign(FACTS), signer.jwks(), START - SECOND)


def forged_claims(lease: str) -> str:
    header, payload, signature = lease.split(".")
    claims = json.loads(unpadded(payload)) | {"exp": 2**40}
    return ".".join((header, base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode(), signature))


def unsigned(lease: str) -> str:
    header = json.loads(unpadded(lease.split(".", maxsplit=1)[0])) | {"alg": "none"}
    coded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join((coded, lease.split(".")[1], ""))


@pytest.mark.parametrize("spoil", [forged_claims, unsigned, lambda _: "no.lease", lambda _: "", lambda text: text[:-8]])
def test_a_forged_or_damaged_lease_is_refused(time: Time, spoil: Callable[[str], str]) -> None:
    signer = Signer.in_memory(now=time)
    with pytest.raises(LeaseRejected, match="damaged"):
        verify(spoil(signer.sign(FACTS)), signer.jwks(), START + 1)


def test_a_lease_of_another_authority_is_signed_by_an_unknown_key(time: Time) -> None:
    with pytest.raises(UnknownKey):
        verify(Signer.in_memory(now=time).sign(FACTS), Signer.in_memory(now=time).jwks(), START + 1)
    with pytest.raises(UnknownKey):
        verify(Signer.in_memory(now=time).sign(FACTS), {"keys": []}, START + 1)


def test_another_token_of_the_same_key_is_no_lease(time: Time, tmp_path: Path) -> None:
    from joserfc import jwt
    from joserfc.jwk import OKPKey

    signer = Signer.open(tmp_path / "keys.json", now=time)
    key = OKPKey.import_key(json.loads((tmp_path / "keys.json").read_text())["keys"][0]["jwk"])
    claims = parts(signer.sign(FACTS))[1]
    text = jwt.encode({"alg": "Ed25519", "kid": key.thumbprint()}, claims, key, algorithms=["Ed25519"])
    with pytest.raises(LeaseRejected, match="type 'JWT', not a lease"):
        verify(text, signer.jwks(), START + 1)


def test_the_key_file_is_made_once_for_its_owner_alone(time: Time, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "lease-keys.json"
    first = Signer.open(path, now=time)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["lease-keys.json"]
    again = Signer.open(path, now=time)
    assert again.jwks() == first.jwks()
    assert verify(first.sign(FACTS), again.jwks(), START + 1).session == SESSION


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(time: Time, tmp_path: Path, mode: int) -> None:
    path = tmp_path / "lease-keys.json"
    Signer.open(path, now=time)
    path.chmod(mode)
    with pytest.raises(UnsafeStore, match=rf"lease-keys\.json.*mode {mode:04o}.*chmod 600.*rotate"):
        Signer.open(path, now=time)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1, "keys": []}', '{"format": 2, "keys": [{}]}', "[1]"])
def test_a_damaged_key_file_is_refused_and_left_alone(time: Time, tmp_path: Path, text: str) -> None:
    path = tmp_path / "lease-keys.json"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(UnsafeStore, match="not a file of lease keys; restore it"):
        Signer.open(path, now=time)
    assert path.read_text() == text


def test_of_two_first_starts_one_key_stands(time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other start makes its file between our look and our link."""
    path = tmp_path / "lease-keys.json"
    others: list[Signer] = []
    link = os.link

    def link_after_the_other(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        others.append(Signer.open(path, now=time))
        link(source, target)

    monkeypatch.setattr(os, "link", link_after_the_other)
    assert Signer.open(path, now=time).jwks() == others[0].jwks()
    assert [entry.name for entry in tmp_path.iterdir()] == ["lease-keys.json"]


def test_after_a_rotation_the_old_key_verifies_until_its_last_lease_has_ended(time: Time, tmp_path: Path) -> None:
    signer = Signer.open(tmp_path / "lease-keys.json", now=time)
    old = signer.sign(FACTS)
    (before,) = (key["kid"] for key in signer.jwks()["keys"])
    after = signer.rotate()
    new = signer.sign(FACTS)
    assert after != before
    assert [key["kid"] for key in signer.jwks()["keys"]] == [after, before]
    assert parts(new)[0]["kid"] == after
    for lease in (old, new):
        assert verify(lease, signer.jwks(), START + 1).session == SESSION
    time.now = START + DAY + 5 * MINUTE - 1
    assert len(Signer.open(tmp_path / "lease-keys.json", now=time).jwks()["keys"]) == 2
    time.now += 1
    assert [key["kid"] for key in Signer.open(tmp_path / "lease-keys.json", now=time).jwks()["keys"]] == [after]
    with pytest.raises(UnknownKey):
        verify(old, signer.jwks(), START + 1)


def test_a_policy_of_longer_leases_keeps_the_old_key_longer(time: Time) -> None:
    signer = Signer.in_memory(now=time)
    signer.rotate(7 * DAY)
    time.now = START + 7 * DAY - 1
    assert len(signer.jwks()["keys"]) == 2
    signer.sign(replace(FACTS, lease_until=START + 30 * DAY))
    signer.rotate()
    time.now = START + 30 * DAY - 1
    assert len(signer.jwks()["keys"]) == 2  # the lease that is out counts, whatever the overlap says


def test_a_repeated_rotation_gives_the_key_of_the_first(time: Time, tmp_path: Path) -> None:
    path = tmp_path / "lease-keys.json"
    asked = Signer.open(path, now=time).rotate(request_id="r1")
    again = Signer.open(path, now=time)
    assert again.rotate(request_id="r1") == asked
    assert again.rotate(request_id="r2") != asked
    assert again.rotate(request_id="r1") == asked
    assert again.rotate() != again.rotate()


def test_two_rotations_keep_both_old_keys_in_order(time: Time, tmp_path: Path) -> None:
    signer = Signer.open(tmp_path / "lease-keys.json", now=time)
    first = signer.jwks()["keys"][0]["kid"]
    second = signer.rotate()
    time.now += SECOND
    third = signer.rotate()
    assert [key["kid"] for key in signer.jwks()["keys"]] == [third, second, first]
    time.now = START + DAY + 5 * MINUTE
    fourth = signer.rotate()
    stored = json.loads((tmp_path / "lease-keys.json").read_text())["keys"]
    assert [entry["jwk"]["x"] for entry in stored] == [key["x"] for key in signer.jwks()["keys"]]
    assert [key["kid"] for key in signer.jwks()["keys"]] == [fourth, third, second]
    assert (tmp_path / "lease-keys.json").stat().st_mode & 0o777 == 0o600


def test_a_rotation_that_cannot_be_stored_changes_nothing(
    time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lease-keys.json"
    signer = Signer.open(path, now=time)
    before, text = signer.jwks(), path.read_text()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        signer.rotate()
    assert signer.jwks() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["lease-keys.json"]
    assert path.read_text() == text
    assert verify(signer.sign(FACTS), before, START + 1).session == SESSION


def test_the_private_key_in_the_file_is_the_one_that_signs(time: Time, tmp_path: Path) -> None:
    path = tmp_path / "lease-keys.json"
    signer = Signer.open(path, now=time)
    secret = unpadded(json.loads(path.read_text())["keys"][0]["jwk"]["d"])
    lease = signer.sign(FACTS)
    assert Ed25519PrivateKey.from_private_bytes(secret).sign(lease.rpartition(".")[0].encode()) == parts(lease)[2]
