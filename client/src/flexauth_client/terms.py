"""The terms of a sign-in: what a product may ask for, as the request that is sent and kept. Pure."""

from __future__ import annotations

import secrets
from typing import TypedDict

from flexauth.v1 import types_pb2
from flexauth.v1.license_authority_pb2 import CheckoutRequest
from flexauth_client.facts import Origin

__all__ = ["Terms", "checkout_of", "grace_key", "new_session_id", "renewed", "same_line", "same_terms"]


class Terms(TypedDict, total=False):
    """What a sign-in or a quote may say beside the product. Times in microseconds since the epoch.

    `team`: who pays, by default the authority chooses (E1). `origin`: what started the session (S6), with
    `origin_evidence`, how the caller knows. `take_over`: end the user's session on another device (D2). `max_tokens`:
    the most that may be charged (Q2), by default no limit. `project`: charge-back (Q4). `offline_until`: borrow (S4).
    `end_before_renewal`: end a minute before the paid window does, and renew nothing (A9).
    """

    team: str
    version: str
    platform: str
    origin: Origin
    origin_evidence: str
    take_over: bool
    max_tokens: int | None
    project: str
    offline_until: int
    end_before_renewal: bool


def new_session_id(wall: int) -> str:
    """A UUIDv7 (RFC 9562) of a wall-clock time in microseconds."""
    number = (
        (wall // 1_000 & (1 << 48) - 1) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    )
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def checkout_of(session: str, user: str, product: str, device: str, terms: Terms) -> CheckoutRequest:
    """The request of a sign-in that asks for a lease too."""
    origin = types_pb2.Origin.Name(terms.get("origin", Origin.INTERACTIVE))
    others = {name: value for name, value in terms.items() if name != "origin"}
    return CheckoutRequest(
        session=session,
        user=user,
        product=product,
        device=device,
        origin=origin,
        want_lease=True,
        **others,  # type: ignore[arg-type]  # the names and types of Terms are those of the message
    )


def renewed(checkout: CheckoutRequest, session: str, max_tokens: int | None) -> CheckoutRequest:
    """The same sign-in for a new session, with what was agreed to since.

    A machine that wakes up takes nothing over from where its user now works, and borrows nothing.
    """
    again = _bare(checkout)
    again.session = session
    if max_tokens is not None:
        again.max_tokens = max_tokens
    return again


def same_terms(one: CheckoutRequest, other: CheckoutRequest) -> bool:
    """Whether two sign-ins can be one session's: they agree in all but the id and what counts at a sign-in alone."""
    return _bare(one) == _bare(other)


def same_line(one: CheckoutRequest, other: CheckoutRequest) -> bool:
    """Whether two sign-ins are of one user, product and device."""
    return (one.user, one.product, one.device) == (other.user, other.product, other.device)


def grace_key(checkout: CheckoutRequest) -> str:
    """What an outage is counted for: a user, product and device."""
    return f"{checkout.user}\n{checkout.product}\n{checkout.device}"


def _bare(checkout: CheckoutRequest) -> CheckoutRequest:
    bare = CheckoutRequest()
    bare.CopyFrom(checkout)
    for name in ("session", "take_over", "offline_until", "origin_evidence"):
        bare.ClearField(name)
    return bare
