"""Bearer tokens: whose they are, every way in which one is nobody's, keys that rotate and providers that are away."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from flexauth import bootstrap, limits, requests
from flexauth.access import TABLE, Access, Peer
from flexauth.authority import Authority
from flexauth.clock import VirtualClock
from flexauth.faults import AlreadyExists, InvalidArgument, Unauthenticated
from flexauth.requests import Actor, IdentityProvider, Role, Scope

SECOND = 1_000_000
NOW = 1_772_438_400
ISSUER, AUDIENCE = "https://idp.example", "flexauth"
QUOTE = TABLE["LicenseAuthority/Quote"]
SIGNING = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})
ANY_ALGORITHM = RSAKey.import_key(
    {name: value for name, value in SIGNING.as_dict(private=True).items() if name != "alg"}
)
NEXT = ECKey.generate_key("P-256", {"kid": "two"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "one"})
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "three"})


def claims(**given: Any) -> dict[str, Any]:
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": NOW, "exp": NOW + 600}
    return {name: value for name, value in {**usual, **given}.items() if value is not None}


def token(key: Any = SIGNING, algorithm: str = "RS256", header: Mapping[str, Any] | None = None, **given: Any) -> str:
    named = {"alg": algorithm, "kid": key.kid, **(header or {})}
    kept = {name: value for name, value in named.items() if value is not None}
    return jwt.encode(kept, claims(**given), key, algorithms=[algorithm])


class Provider:
    """What an identity provider publishes, in a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "jwks.json"
        self.publish(SIGNING)

    def publish(self, *keys: Any) -> None:
        self.file.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))

    def trusted(self, **given: Any) -> IdentityProvider:
        usual = {"name": "idp", "issuer": ISSUER, "jwks_uri": f"file://{self.file}", "audiences": (AUDIENCE,)}
        return IdentityProvider(**{**usual, **given})


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW * SECOND)


@pytest.fixture
def authority(clock: VirtualClock, provider: Provider) -> Iterator[Authority]:
    opened = bootstrap.open_authority(bootstrap.open_store("memory"), clock, jitter=False)
    opened.submit(requests.PutIdentityProvider(provider.trusted())).result()
    yield opened
    opened.close()


@pytest.fixture
def caller(authority: Authority) -> Callable[[str], Actor]:
    return lambda text: authority.access.admit(QUOTE, f"Bearer {text}", Peer("192.0.2.1")).actor


def forward(clock: VirtualClock, seconds: int) -> None:
    clock.advance_to(clock.boot() + seconds * SECOND)


def test_a_token_says_who_calls_and_from_where(caller: Callable[[str], Actor]) -> None:
    assert caller(token()) == Actor("user:ann", "user", "192.0.2.1", "ann")


@pytest.mark.parametrize(("key", "algorithm"), [(NEXT, "ES256"), (EDWARDS, "Ed25519")], ids=["ES256", "Ed25519"])
def test_a_token_may_be_signed_with_every_algorithm_of_its_provider(
    provider: Provider, caller: Callable[[str], Actor], key: Any, algorithm: str
) -> None:
    provider.publish(SIGNING, key)
    assert caller(token(key, algorithm)).subject == "ann"


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned() -> str:
    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims())}."


def signed_with_the_public_key() -> str:
    """The old confusion of a public key with a shared secret."""
    body = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims())}"
    return f"{body}.{part(hmac.digest(SIGNING.as_pem(private=False), body.encode(), 'sha256'))}"


def with_an_extension() -> str:
    """Properly signed, but its header names an extension that whoever does not know it must refuse (RFC 7515)."""
    body = f"{part({'alg': 'RS256', 'kid': 'one', 'crit': ['x'], 'x': 1})}.{part(claims())}"
    private: Any = SIGNING.private_key
    return f"{body}.{part(private.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def tampered() -> str:
    head, _, signature = token().split(".")
    body = token(sub="bob").split(".")[1]
    return f"{head}.{body}.{signature}"


WRONG = {
    "another issuer": token(iss="https://evil.example"),
    "no issuer": token(iss=None),
    "an issuer that is no text": token(iss=["https://idp.example"]),
    "another audience": token(aud="other"),
    "another list of audiences": token(aud=["other", "more"]),
    "no audience": token(aud=None),
    "an audience that is a number": token(aud=7),
    "expired": token(exp=NOW - limits.TOKEN_LEEWAY_SECONDS),
    "without an end": token(exp=None),
    "an end that is text": token(exp="never"),
    "an end that is true": token(exp=True),
    "an end beyond numbers": token(exp=float("inf")),
    "not yet valid": token(nbf=NOW + limits.TOKEN_LEEWAY_SECONDS + 1),
    "issued in the future": token(iat=NOW + limits.TOKEN_LEEWAY_SECONDS + 1),
    "no subject": token(sub=None),
    "an empty subject": token(sub=""),
    "a subject that is a number": token(sub=7),
    "a subject with a line end": token(sub="ann\nbob"),
    "a subject beyond the limit": token(sub="a" * (limits.SUBJECT_CHARACTERS + 1)),
    "a foreign key of the same id": token(FOREIGN),
    "an unknown key": token(NEXT, "ES256"),
    "an algorithm that is not the provider's": token(ANY_ALGORITHM, "PS256"),
    "unsigned": unsigned(),
    "signed with the public key as a secret": signed_with_the_public_key(),
    "another body": tampered(),
    "an extension that must be known": with_an_extension(),
    "no token": "abc",
    "dots": "..",
    "deep": part(b"[" * 9_000) + "." + part(b"[" * 9_000) + ".x",
    "not ASCII": "a.b.\N{SNOWMAN}",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_token_that_is_wrong_is_nobodys_and_nobody_hears_why(caller: Callable[[str], Actor], text: str) -> None:
    with pytest.raises(Unauthenticated) as told:
        caller(text)
    assert str(told.value) == str(Unauthenticated())
    assert told.value.__cause__ is None


@given(where=st.integers(0, 10**6), what=st.text(min_size=1, max_size=3), cut=st.integers(0, 40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_token_that_is_damaged_anywhere_is_nobodys(
    caller: Callable[[str], Actor], where: int, what: str, cut: int
) -> None:
    whole = token()
    at = where % len(whole)
    damaged = whole[:at] + what + whole[at + cut :]
    if damaged.strip() != whole and significant(damaged) != significant(whole):
        with pytest.raises(Unauthenticated):
            caller(damaged)


def significant(text: str) -> list[bytes] | str:
    """What the parts of a token say; their last character may have bits that say nothing."""
    try:
        return [base64.urlsafe_b64decode(one + "==") for one in text.split(".")]
    except ValueError:
        return text


def test_clocks_may_differ_by_the_leeway(caller: Callable[[str], Actor]) -> None:
    leeway = limits.TOKEN_LEEWAY_SECONDS
    assert caller(token(iat=NOW + leeway, nbf=NOW + leeway)).subject == "ann"
    assert caller(token(exp=NOW - leeway + 1)).subject == "ann"


def test_a_token_ends_while_it_is_remembered(clock: VirtualClock, caller: Callable[[str], Actor]) -> None:
    text = token(exp=NOW + 10)
    caller(text)
    forward(clock, 10 + limits.TOKEN_LEEWAY_SECONDS - 1)
    caller(text)
    forward(clock, 1)
    with pytest.raises(Unauthenticated):
        caller(text)


# Keys of a provider --------------------------------------------------------------------------------------------------


def test_a_new_key_is_read_when_a_token_names_it(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    caller(token())
    provider.publish(SIGNING, NEXT)
    forward(clock, limits.JWKS_RETRY_SECONDS)
    assert caller(token(NEXT, "ES256")).subject == "ann"
    assert caller(token(jti="another")).subject == "ann"


def test_unknown_keys_are_asked_for_at_most_so_often(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    """Whatever a flood of forged tokens names."""
    caller(token())
    provider.publish(SIGNING, NEXT)
    forward(clock, limits.JWKS_RETRY_SECONDS - 1)
    with pytest.raises(Unauthenticated):
        caller(token(NEXT, "ES256"))
    forward(clock, 1)
    caller(token(NEXT, "ES256"))


def test_a_withdrawn_key_ends_the_tokens_that_are_remembered(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    remembered = token(exp=NOW + 90_000)
    caller(remembered)
    provider.publish(NEXT)
    forward(clock, limits.JWKS_RETRY_SECONDS)
    caller(token(NEXT, "ES256"))
    with pytest.raises(Unauthenticated):
        caller(remembered)


def test_in_an_outage_known_keys_go_on_for_a_day_and_unknown_ones_are_refused(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    caller(token())
    provider.file.unlink()
    forward(clock, limits.JWKS_KEEP_SECONDS - 1)
    late: dict[str, Any] = {"exp": NOW + 200_000}
    assert caller(token(**late)).subject == "ann"
    with pytest.raises(Unauthenticated):
        caller(token(NEXT, "ES256", **late))
    forward(clock, 1)
    with pytest.raises(Unauthenticated):
        caller(token(jti="after a day", **late))
    provider.publish(SIGNING)
    forward(clock, limits.JWKS_RETRY_SECONDS)
    assert caller(token(jti="back again", **late)).subject == "ann"


@pytest.mark.parametrize(
    "published",
    ["", "[]", '{"keys": 7}', "[" * 100_000, "x" * 300_000],
    ids=["nothing", "list", "number", "deep", "large"],
)
def test_what_is_no_set_of_keys_leaves_the_last_good_one(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor], published: str
) -> None:
    caller(token())
    provider.file.write_text(published)
    forward(clock, limits.JWKS_REFRESH_SECONDS)
    assert caller(token(exp=NOW + 200_000)).subject == "ann"


@pytest.mark.parametrize(
    "published", ["[]", "[7]", "[{}]", '[{"kty": "RSA", "kid": "one"}]', '[{"kty": "oct", "k": "a"}]']
)
def test_a_set_without_a_usable_key_verifies_nothing(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor], published: str
) -> None:
    caller(token())
    provider.file.write_text(f'{{"keys": {published}}}')
    forward(clock, limits.JWKS_REFRESH_SECONDS)
    with pytest.raises(Unauthenticated):
        caller(token(exp=NOW + 200_000))


def test_short_keys_and_keys_for_secrets_verify_nothing(
    provider: Provider, clock: VirtualClock, caller: Callable[[str], Actor]
) -> None:
    with pytest.warns(SecurityWarning):
        short = RSAKey.generate_key(1024, {"kid": "short"})
    sealing = {**FOREIGN.as_dict(private=False), "kid": "sealing", "use": "enc"}
    usual = SIGNING.as_dict(private=False)
    provider.file.write_text(json.dumps({"keys": [short.as_dict(private=False), sealing, usual]}))
    assert caller(token()).subject == "ann"
    for text in (token(short), token(FOREIGN, header={"kid": "sealing"})):
        forward(clock, limits.JWKS_RETRY_SECONDS)
        with pytest.raises(Unauthenticated):
            caller(text)


# Providers -----------------------------------------------------------------------------------------------------------


def test_the_subject_has_its_providers_prefix(
    authority: Authority, provider: Provider, caller: Callable[[str], Actor]
) -> None:
    authority.submit(requests.PutIdentityProvider(provider.trusted(subject_prefix="corp:"))).result()
    assert caller(token()).subject == "corp:ann"


def test_no_two_providers_vouch_for_one_subject(authority: Authority, provider: Provider) -> None:
    def put(**given: Any) -> None:
        authority.submit(requests.PutIdentityProvider(provider.trusted(**given))).result()

    with pytest.raises(InvalidArgument, match="that of idp is ''"):
        put(name="other", issuer="https://other.example", subject_prefix="other:")
    put(subject_prefix="corp:")
    with pytest.raises(InvalidArgument, match="subject_prefix"):
        put(name="other", issuer="https://other.example", subject_prefix="corp:x")
    with pytest.raises(AlreadyExists, match="issuer"):
        put(name="other", subject_prefix="other:")
    put(name="other", issuer="https://other.example", subject_prefix="other:")


@pytest.mark.parametrize(
    ("trusted", "told", "verified"),
    [
        ((), {"email": "ann@acme.example", "email_verified": True}, ""),
        (("acme.example",), {"email": "ann@Acme.Example", "email_verified": True}, "ann@Acme.Example"),
        (("*",), {"email": "ann@other.example", "email_verified": True}, "ann@other.example"),
        (("acme.example",), {"email": "ann@other.example", "email_verified": True}, ""),
        (("acme.example",), {"email": "ann@evil.acme.example", "email_verified": True}, ""),
        (("*",), {"email": "ann@acme.example"}, ""),
        (("*",), {"email": "ann@acme.example", "email_verified": False}, ""),
        (("*",), {"email": "ann@acme.example", "email_verified": "true"}, ""),
        (("*",), {"email": 7, "email_verified": True}, ""),
    ],
)
def test_an_address_counts_where_its_provider_may_verify_it(
    authority: Authority, provider: Provider, caller: Callable[[str], Actor],
    trusted: tuple[str, ...], told: dict[str, Any], verified: str,
) -> None:  # fmt: skip
    authority.submit(requests.PutIdentityProvider(provider.trusted(email_domains=trusted))).result()
    assert caller(token(**told)).email == verified


def test_the_first_sign_in_with_the_invited_address_accepts_and_binds_the_subject(
    authority: Authority, provider: Provider, caller: Callable[[str], Actor]
) -> None:
    """A4; a second subject with the same address is nobody of the team."""
    authority.submit(requests.PutIdentityProvider(provider.trusted(email_domains=("acme.example",)))).result()
    authority.submit(requests.CreateTeam("acme")).result()
    authority.submit(requests.Invite("acme", "Ann <Ann@acme.example>")).result()
    verified: dict[str, Any] = {"email": "ann@ACME.example", "email_verified": True}
    caller(token(email="ann@acme.example"))
    assert people(authority) == [("ann@acme.example", "invited")]
    caller(token(**verified))
    assert people(authority) == [("ann", "active")]
    caller(token(sub="impostor", **verified))
    assert people(authority) == [("ann", "active")]


def people(authority: Authority) -> list[tuple[str, str]]:
    members = authority.submit(requests.ListMembers("acme")).result().items
    return [(member.user, member.state.name.lower()) for member in members]


def test_a_provider_that_is_gone_vouches_for_nobody(authority: Authority, caller: Callable[[str], Actor]) -> None:
    text = token()
    caller(text)
    authority.submit(requests.DeleteIdentityProvider("idp")).result()
    with pytest.raises(Unauthenticated):
        caller(text)


@pytest.mark.parametrize(
    "uri",
    [
        "http://idp.example/keys",
        "ftp://127.0.0.1/x",
        "file:relative",
        "file://host/x",
        "https://",
        "http://[",
        "jwks.json",
    ],
)
def test_keys_are_read_from_where_nobody_can_change_them(provider: Provider, uri: str) -> None:
    with pytest.raises(InvalidArgument, match="jwks_uri"):
        provider.trusted(jwks_uri=uri)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1", "dir"])
def test_only_public_key_algorithms_may_be_allowed(provider: Provider, algorithm: str) -> None:
    with pytest.raises(InvalidArgument, match="algorithms"):
        provider.trusted(algorithms=(algorithm,))


# Roles of people -----------------------------------------------------------------------------------------------------


def test_a_role_is_what_we_gave_and_nothing_that_the_token_says(authority: Authority) -> None:
    boss = token(roles=["vendor", "ADMIN"], scope="vendor")
    permission = TABLE["Administration/ListTeams"]
    from flexauth.access import PermissionDenied

    def admit(access: Access) -> Actor:
        return access.admit(permission, f"Bearer {boss}", Peer()).actor

    with pytest.raises(PermissionDenied):
        admit(authority.access)
    authority.submit(requests.CreateTeam("acme")).result()
    grant = requests.GrantRole("user:ann", Scope(Role.AUDITOR, "acme"))
    authority.submit(grant).result()
    assert admit(authority.access).role == "auditor"
    authority.submit(requests.RevokeRole("user:ann", grant.scope)).result()
    with pytest.raises(PermissionDenied):
        admit(authority.access)
