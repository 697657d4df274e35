"""People who sign in through a real OpenID Connect provider, in a process of its own: its tokens, keys and absence."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from flexauth import limits, requests
from flexauth.clock import VirtualClock
from flexauth.requests import IdentityProvider, Role, Scope
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from tests.rpc.serving import SECOND, Service, channel_to, failure, furnish, sign_in, start

PROGRAM = str(Path(sys.executable).with_name("nanoidp"))
STARTS_WITHIN = 30.0


class Provider:
    """nanoidp on a port of its own; ann and bob sign in with their names as passwords."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        client = {"client_id": "sdk", "client_secret": "sdk-secret"}
        settings = {
            "config_version": 1,
            "server": {"host": "127.0.0.1", "port": self.port},
            "oauth": {"issuer": self.address, "audience": "flexauth", "clients": [client]},
        }
        users = {
            name: {"password": name, "email": f"{name}@acme.example", "roles": ["vendor"]} for name in ("ann", "bob")
        }
        (folder / "keys").mkdir()
        (folder / "settings.yaml").write_text(yaml.safe_dump(settings))
        (folder / "users.yaml").write_text(yaml.safe_dump({"config_version": 1, "users": users}))
        self.folder = folder
        self.start()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "--config", str(self.folder), "--port", str(self.port)],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        until, pulse = time.monotonic() + STARTS_WITHIN, threading.Event()
        while not self._serves():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, "nanoidp did not serve"
            pulse.wait(0.05)

    def _serves(self) -> bool:
        try:
            self.get("/.well-known/jwks.json")
        except urllib.error.URLError:
            return False
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, **form: str) -> Any:
        asked = urllib.request.Request(self.address + path, urllib.parse.urlencode(form).encode())
        asked.add_header("Authorization", "Basic " + base64.b64encode(b"sdk:sdk-secret").decode())
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def token(self, user: str) -> str:
        """What the provider gives a user who signs in."""
        given = self.post("/token", grant_type="password", username=user, password=user, scope="openid email")
        return str(given["access_token"])

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        assert self.post("/api/keys/rotate")["success"]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    started = Provider(tmp_path_factory.mktemp("nanoidp"))
    yield started
    started.kill()


@pytest.fixture
def service(engine: str, provider: Provider) -> Iterator[Service]:
    """An authority on each engine that trusts the provider; its clock stands at the present."""
    served = start(engine, asks=True, at=time.time_ns() // 1000)
    furnish(served)
    trusted = IdentityProvider("corp", provider.address, f"{provider.address}/.well-known/jwks.json", ("flexauth",))
    served.authority.submit(requests.PutIdentityProvider(trusted)).result()
    yield served
    served.channel.close()
    served.server.stop(5)


@pytest.fixture
def as_caller(service: Service) -> Iterator[Callable[[str], Service]]:
    channels: list[grpc.Channel] = []

    def call_as(token: str) -> Service:
        channels.append(channel_to(service.server.address, {"authorization": f"Bearer {token}"}))
        return Service(service.server, service.authority, service.signer, service.clock, channels[-1])

    yield call_as
    for channel in channels:
        channel.close()


def forward(clock: VirtualClock, seconds: int) -> None:
    clock.advance_to(clock.boot() + seconds * SECOND)


def test_a_user_signs_in_and_acts_for_nobody_else(
    provider: Provider, as_caller: Callable[[str], Service], service: Service
) -> None:
    ann = as_caller(provider.token("ann"))
    assert ann.checkout(1, user="").facts.user == "ann"
    assert failure(ann.licences.Checkout, sign_in(2, user="bob")).code == "NOT_FOUND"
    bob = as_caller(provider.token("bob"))
    assert [len(one.licences.ListMySessions(licence.ListMySessionsRequest()).sessions) for one in (ann, bob)] == [1, 0]
    create = admin.CreateTeamRequest(name="mine")
    assert failure(ann.admin.CreateTeam, create).code == "PERMISSION_DENIED"  # whatever roles the token says
    service.authority.submit(requests.GrantRole("user:ann", Scope(Role.VENDOR))).result()
    assert ann.admin.CreateTeam(create).team.name == "mine"
    service.authority.submit(requests.RevokeRole("user:ann", Scope(Role.VENDOR))).result()
    assert failure(ann.admin.ListUsers, admin.ListUsersRequest()).code == "PERMISSION_DENIED"


def test_keys_rotate_and_an_outage_is_outlived(
    provider: Provider, as_caller: Callable[[str], Service], service: Service
) -> None:
    mine = licence.ListMySessionsRequest()
    before, kept = provider.token("ann"), provider.token("bob")
    as_caller(before).licences.ListMySessions(mine)
    provider.rotate()
    after = as_caller(provider.token("ann"))
    assert failure(after.licences.ListMySessions, mine).code == "UNAUTHENTICATED"  # asked for keys a moment ago
    forward(service.clock, limits.JWKS_RETRY_SECONDS)
    after.licences.ListMySessions(mine)
    as_caller(before).licences.ListMySessions(mine)
    provider.rotate()
    unknown = provider.token("bob")
    provider.kill()
    forward(service.clock, limits.JWKS_RETRY_SECONDS)
    said = failure(as_caller(unknown).licences.ListMySessions, mine)
    assert (said.code, said.reason) == ("UNAUTHENTICATED", "UNAUTHENTICATED")
    as_caller(kept).licences.ListMySessions(mine)  # not seen before, of a key that is known
    provider.start()
    forward(service.clock, limits.JWKS_RETRY_SECONDS)
    as_caller(unknown).licences.ListMySessions(mine)
