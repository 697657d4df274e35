"""Where keys of identity providers are read: a web server that redirects, floods, stalls or breaks off harms nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from flexauth import limits, requests
from flexauth.access.jwks import read_document
from flexauth.requests import IdentityProvider
from flexauth.v1 import administration_pb2 as admin
from flexauth.v1 import license_authority_pb2 as licence
from tests.rpc.serving import START, Service, channel_to, failure, furnish, start

KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
DOCUMENT = json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()
Say = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def web() -> Iterator[Callable[[Say], str]]:
    """A web server on loopback that answers as it is told; its address."""
    servers: list[ThreadingHTTPServer] = []

    def serve(say: Say) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                say(self)

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        servers[-1].daemon_threads = True
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}/jwks"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def answer(handler: BaseHTTPRequestHandler, body: bytes, length: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def redirected(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "file:///etc/hostname")
    handler.end_headers()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for as long as somebody listens."""
    handler.send_response(200)
    handler.end_headers()
    pulse = threading.Event()
    try:
        while not pulse.wait(0.02):
            handler.wfile.write(b" ")
    except OSError:
        pass


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"no HTTP\r\n\r\n")


WRONG: dict[str, Say] = {
    "a redirect": redirected,
    "an error": lambda handler: handler.send_error(500),
    "too much": lambda handler: answer(handler, b"x" * (limits.JWKS_BYTES + 1)),
    "a drip": drip,
    "no HTTP": nonsense,
}


def test_a_document_is_read_whole(web: Callable[[Say], str]) -> None:
    assert read_document(web(lambda handler: answer(handler, DOCUMENT))) == DOCUMENT


@pytest.mark.parametrize("say", WRONG.values(), ids=WRONG)
def test_what_is_not_to_be_read_is_an_error_within_the_time(
    web: Callable[[Say], str], monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.setattr(limits, "JWKS_TIMEOUT_SECONDS", 0.3)
    from http.client import HTTPException

    with pytest.raises((OSError, ValueError, HTTPException)):
        read_document(web(say))


def trust(service: Service, uri: str) -> str:
    """Trust a provider whose keys are at an address; a token of it."""
    provider = IdentityProvider("slow", "https://slow.example", uri, ("flexauth",))
    service.authority.submit(requests.PutIdentityProvider(provider)).result()
    now = START // 1_000_000
    claims = {"iss": "https://slow.example", "aud": "flexauth", "sub": "ann", "iat": now, "exp": now + 600}
    return jwt.encode({"alg": "Ed25519", "kid": "one"}, claims, KEY, algorithms=["Ed25519"])


@pytest.fixture
def service(engine: str, other: list[Service]) -> Service:
    other.append(start(engine, asks=True))
    furnish(other[0])
    return other[0]


def test_a_provider_that_stalls_keeps_nobody_else_waiting(service: Service, web: Callable[[Say], str]) -> None:
    asked, released = threading.Event(), threading.Event()

    def stall(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        released.wait(2)
        answer(handler, DOCUMENT)

    token = trust(service, web(stall))
    with (
        channel_to(service.server.address, {"authorization": f"Bearer {token}"}) as channel,
        ThreadPoolExecutor() as pool,
    ):
        ann = Service(service.server, service.authority, service.signer, service.clock, channel)
        waiting = pool.submit(ann.checkout, 2, user="", product="DRIVE")
        assert asked.wait(5)
        assert service.checkout(1).granted
        assert service.admin.ListTeams(admin.ListTeamsRequest(), timeout=10).teams
        assert not waiting.done()
        released.set()
        assert waiting.result().facts.user == "ann"


def test_a_provider_that_is_broken_vouches_for_nobody(service: Service, web: Callable[[Say], str]) -> None:
    token = trust(service, web(redirected))
    with channel_to(service.server.address, {"authorization": f"Bearer {token}"}) as channel:
        ann = Service(service.server, service.authority, service.signer, service.clock, channel)
        said = failure(ann.licences.ListMySessions, licence.ListMySessionsRequest())
    assert (said.code, said.reason) == ("UNAUTHENTICATED", "UNAUTHENTICATED")
