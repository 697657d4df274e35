"""What the sessions of one client share: the channel, the authority's time and keys, the folder, outages.

Owns no session and decides nothing of licensing.
"""

from __future__ import annotations

import json
from typing import Final, TypeVar

import grpc
from google.protobuf.message import Message

from flexauth.v1.license_authority_pb2 import CheckoutRequest, GetKeysRequest
from flexauth_client.channel import Channel
from flexauth_client.errors import UnknownKey
from flexauth_client.lease import Lease, verify
from flexauth_client.outage import Outages
from flexauth_client.records import Folder
from flexauth_client.timing import AuthorityTime

__all__ = ["BACKGROUND_SECONDS", "Desk"]

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

#: What a contact in the background may take; other sessions wait for it.
BACKGROUND_SECONDS: Final = 5.0


class Desk:
    """What the keepers of one client share. `pinned_keys` "": the authority's own key set is fetched and kept.

    `deadline_seconds` is what a sign-in may take.
    """

    def __init__(
        self, channel: Channel, times: AuthorityTime, folder: Folder, *, deadline_seconds: float, pinned_keys: str = ""
    ) -> None:
        self.channel = channel
        self.times = times
        self.folder = folder
        self.deadline_seconds = deadline_seconds
        self.outages = Outages(folder, times, channel.server)
        self._pinned = pinned_keys
        self._keys = pinned_keys or folder.keys(channel.server)

    def call(self, method: grpc.UnaryUnaryMultiCallable[Q, R], request: Q, seconds: float) -> tuple[R, int, int]:
        """An answer with the boot times between which it was made."""
        sent = self.times.clock.boot()
        answer = self.channel.call(method, request, seconds)
        return answer, sent, self.times.clock.boot()

    def verify(self, text: str, checkout: CheckoutRequest, *, fetch: bool) -> Lease:
        """Verify a lease for a session now; with `fetch`, by the authority's newest keys if ours lack its key."""
        try:
            return self._verify(text, checkout)
        except UnknownKey:
            if self._pinned or not fetch:
                raise
        stub = self.channel.authority
        self._keys = self.channel.call(stub.GetKeys, GetKeysRequest(), BACKGROUND_SECONDS).jwks
        self.folder.keep_keys(self.channel.server, self._keys)
        return self._verify(text, checkout)

    def _verify(self, text: str, checkout: CheckoutRequest) -> Lease:
        return verify(
            text,
            json.loads(self._keys) if self._keys else {},
            self.times.now(),
            product=checkout.product,
            user=checkout.user,
            device=checkout.device,
            session=checkout.session,
            device_key_thumbprint=checkout.device_key_thumbprint,
        )
