"""Sign-in by device flow (RFC 8628) at a real provider: nanoidp, in a process of its own."""

import os
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flexauth_client.errors import Rejected
from flexauth_client.signin import Prompt, SignIn, SignInFailed, SignInNeeded
from tests.client.world import DAY, HOUR, MINUTE, World, eventually

SETTINGS = """\
config_version: 1
server: {{host: 127.0.0.1, port: {port}}}
oauth:
  issuer: "http://127.0.0.1:{port}"
  audience: flexauth
  token_expiry_minutes: 60
  clients: [{{client_id: desktop, token_endpoint_auth_method: none}}]
device_flow: {{polling_interval: 1, code_expiry_seconds: 600}}
"""
USERS = """\
config_version: 1
users:
  ann: {password: secret, email: ann@example.org}
"""
TOKEN_SECONDS = 3_600


@dataclass
class Provider:
    issuer: str
    process: subprocess.Popen[bytes]

    def enter(self, prompt: Prompt, action: str = "authorize") -> None:
        """What the person does in a browser."""
        form = {"user_code": prompt.code, "username": "ann", "password": "secret", "action": action}
        with urllib.request.urlopen(prompt.url, urllib.parse.urlencode(form).encode()) as page:
            assert page.status == 200


@dataclass
class Person:
    """A clock that goes by the pauses, and what the person does in the next ones."""

    does: list[Callable[[], None]] = field(default_factory=list)
    seconds: float = 1_772_438_400.0
    paused: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.paused.append(seconds)
        if self.does:
            self.does.pop(0)()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("idp")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "settings.yaml").write_text(SETTINGS.format(port=port), encoding="utf-8")
    (folder / "users.yaml").write_text(USERS, encoding="utf-8")
    command = [sys.executable, "-m", "nanoidp", "--config", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = Provider(f"http://127.0.0.1:{port}", process)

    def answers() -> bool:
        assert process.poll() is None, "the provider ended"
        try:
            with urllib.request.urlopen(f"{made.issuer}/.well-known/openid-configuration"):
                return True
        except OSError:
            return False

    eventually(answers)
    yield made
    process.terminate()
    process.wait()


def signin(provider: Provider, folder: Path, person: Person) -> SignIn:
    return SignIn(provider.issuer, "desktop", folder=folder, now=person.now, pause=person.pause)


def signed_in(provider: Provider, folder: Path, person: Person) -> SignIn:
    it = signin(provider, folder, person)
    prompt = it.begin()
    person.does.append(lambda: provider.enter(prompt))
    it.finish(prompt)
    return it


def test_who_enters_the_code_is_signed_in_with_a_token_that_names_them(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    it = signin(provider, tmp_path, person)
    prompt = it.begin()
    assert prompt.code in prompt.whole_url or not prompt.whole_url
    person.does += [lambda: None, lambda: provider.enter(prompt)]
    it.finish(prompt)
    assert person.paused == [1.0, 1.0]  # as often as the provider wants to be asked
    assert it.subject == "ann"
    assert it.token().count(".") == 2


def test_the_tokens_outlive_the_process_and_are_for_the_user_alone(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    token = signed_in(provider, tmp_path, person).token()
    assert signin(provider, tmp_path, person).token() == token
    modes = {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir() if path.suffix == ".tokens"}
    assert modes == {"0o600"} or os.name != "posix"


def test_a_token_is_renewed_before_it_ends_and_once_for_all_processes(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    one, other = signed_in(provider, tmp_path, person), signin(provider, tmp_path, person)
    before = one.token()
    assert other.token() == before
    person.seconds += TOKEN_SECONDS - 30
    after = one.token()
    assert after != before
    assert other.token() == after
    assert one.subject == "ann"


def test_who_signed_out_must_sign_in_again(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    it = signed_in(provider, tmp_path, person)
    it.sign_out()
    for ask in (it.token, signin(provider, tmp_path, person).token):
        with pytest.raises(SignInNeeded, match="sign in first"):
            ask()


def test_a_renewal_that_the_provider_refuses_needs_a_sign_in(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    signed_in(provider, tmp_path, person)
    (kept,) = tmp_path.glob("*.tokens")
    stored = kept.read_text(encoding="utf-8")
    renewal = stored.split('"renewal": "')[1].split('"')[0]
    kept.write_text(stored.replace(renewal, "forged"), encoding="utf-8")
    person.seconds += TOKEN_SECONDS
    with pytest.raises(SignInNeeded, match="has ended"):
        signin(provider, tmp_path, person).token()


def test_a_person_who_refuses_is_not_signed_in(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    it = signin(provider, tmp_path, person)
    prompt = it.begin()
    person.does.append(lambda: provider.enter(prompt, "deny"))
    with pytest.raises(SignInFailed, match="refuses"):
        it.finish(prompt)
    with pytest.raises(SignInNeeded):
        it.token()


def test_a_code_that_is_not_entered_in_time_is_void(provider: Provider, tmp_path: Path) -> None:
    person = Person()
    it = signin(provider, tmp_path, person)
    prompt = it.begin()
    person.seconds = prompt.ends_at
    with pytest.raises(SignInFailed, match="not entered in time"):
        it.finish(prompt)


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://127.0.0.1", "file:///etc/passwd", "idp.example"])
def test_tokens_travel_by_tls_or_within_the_machine(issuer: str, tmp_path: Path) -> None:
    with pytest.raises(SignInFailed, match="must be https"):
        SignIn(issuer, "desktop", folder=tmp_path)


def test_a_provider_that_is_away_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SignInFailed, match=f"http://127.0.0.1:{port} cannot be reached"):
        SignIn(f"http://127.0.0.1:{port}", "desktop", folder=tmp_path).begin()


def test_a_token_goes_with_every_call_in_the_place_of_a_key(world: World) -> None:
    given: list[str] = []

    def token() -> str:
        given.append(world.key)
        return given[-1]

    client = world.client(key="nonsense", token=token)
    with client.session("ACD"):
        assert world.balance == (93, 7)
    calls = len(given)
    assert calls > 0
    client.my_charges()
    assert len(given) > calls
    with pytest.raises(Rejected):
        world.client(token="nonsense").session("ACD")


def test_a_session_outlives_a_sign_in_that_has_ended_to_the_end_of_its_lease(world: World) -> None:
    ended: list[bool] = []

    def token() -> str:
        if ended:
            raise SignInNeeded("The sign-in has ended.")
        return world.key

    client = world.client(token=token)
    session = client.session("ACD")
    world.live(HOUR, client)
    ended.append(True)
    world.live(DAY, client)
    assert (session.ended, session.in_contact) == (None, False)
    ended.clear()
    world.live(DAY + 4 * MINUTE, client)
    assert session.in_contact
    ended.append(True)
    with pytest.raises(SignInNeeded):
        world.client(device="other", token=token).session("ACD", take_over=True)
