"""Stories of rights: trials and seats that end, subscriptions gained, rights withdrawn, origins, several teams."""

from collections.abc import Callable
from dataclasses import replace

from flexauth.commands import (
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Candidate,
    Checkin,
    Entitlement,
    Origin,
    Outcome,
    PutPool,
    Rights,
)
from tests.laws.claims import POOLS
from tests.laws.life import TEAMS, Client, Life
from tests.laws.plots import beat, begin, quiet_line, window_ends

__all__ = ["PLOTS"]


def _sign_in(life: Life, *ways: Candidate, origin: Origin = Origin.INTERACTIVE) -> Client | None:
    """A sign-in on a quiet line of a user who has these ways alone."""
    user, product = quiet_line(life, ways[-1].team)
    life.claims.have(user, product, *ways)
    command = replace(
        life.checkout(), user=user, product=product, rights=life.claims.of(user, product), take_over=True,
        devices_max=4, origin=origin, asked_team=0,
    )  # fmt: skip
    if life.decide(command).outcome is not Outcome.GRANTED:
        return None
    life.clients.append(Client(command, life.twins.now))
    return life.clients[-1]


def _tell(life: Life, team: int) -> None:
    life.tell_rights(life.choices.of(((team,), (team,), TEAMS, ())))


def right_ends(life: Life) -> None:
    """E2: a trial or subscription ends at an instant; the session goes on by tokens, or ends."""
    ends = life.twins.now + life.choices.of((SECOND, 5 * MINUTE, 2 * HOUR, 23 * HOUR))
    kind = life.choices.of((Entitlement.TRIAL, Entitlement.SUBSCRIPTION))
    ways = [Candidate(kind, life.choices.of(TEAMS), ends)]
    ways += [Candidate(Entitlement.TOKENS, team) for team in TEAMS if life.choices.often(60)]
    client = _sign_in(life, *ways)
    if client is not None:
        life.pass_to(ends - life.choices.of((1, 0, 0, 0)))
        beat(life, client, life.choices.of((NEVER, life.twins.now)))
        life.pass_to(life.twins.now + life.choices.of((1, SECOND, 301 * SECOND)))
        beat(life, client, life.twins.now)


def right_gained(life: Life) -> None:
    """E2: a subscription, trial or seat gained while a hold pends, in a paid window, or before W."""
    team = life.choices.of(TEAMS[:2])
    client = begin(life, team)
    if client is None:
        return
    other = life.choices.often(30)
    if other:
        command = replace(client.command, session=life.new_session())
        if life.decide(command).outcome is Outcome.GRANTED:
            life.clients.append(Client(command, life.twins.now))
    if life.choices.often(50):
        life.pass_to(window_ends(life, client) - life.choices.of((HOUR, 1, 0)))
    else:
        life.pass_to(life.twins.now + life.choices.of((SECOND, 299 * SECOND, 300 * SECOND)))
    gained = life.claims.free(life.choices.below(256), life.choices.of(TEAMS), life.twins.now)
    life.claims.grant(client.command.user, client.command.product, [gained])
    if life.choices.often(70):
        _tell(life, team)
    if life.choices.often(30):
        life.check_in(Checkin(client.command.session, client.counter + 1, life.choices.of((NEVER, life.twins.now))))
    else:
        beat(life, client, life.twins.now)
    if other:
        beat(life, life.clients[-1], life.twins.now)


def right_withdrawn(life: Life) -> None:
    """A6: inside the grace, inside a paid window, or before the first contact after W."""
    team = life.choices.of(TEAMS[:2])
    client = begin(life, team, idle_aware=life.choices.often(30))
    if client is None:
        return
    ends = life.twins.now + 100 * SECOND
    if life.choices.often(70):
        ends = window_ends(life, client)
    life.pass_to(ends - life.choices.of((HOUR, MINUTE, 1)))
    life.claims.withdraw(client.command.user, client.command.product, Entitlement.TOKENS, team)
    if life.choices.often(20):
        life.claims.grant(client.command.user, client.command.product, [Candidate(Entitlement.SUBSCRIPTION, team)])
    _tell(life, team)
    if life.choices.often(20):
        life.restart()
    life.pass_to(ends + life.choices.of((-1, 0, 1, MINUTE)))
    if life.choices.often(30):
        ended_at = life.choices.of((NEVER, ends - 1, ends + 1))
        life.check_in(Checkin(client.command.session, client.counter + 1, ended_at, life.twins.now))
    else:
        beat(life, client, life.twins.now)


def seats(life: Life) -> None:
    """A pool fills, shrinks under those who use it, and frees a seat with the last session on it."""
    pool = life.choices.of(tuple(POOLS))
    team = POOLS[pool]
    life.decide(PutPool(pool, team, life.choices.of((1, 2, 2, 3))))
    found = []
    for _ in range(3):
        tokens = [Candidate(Entitlement.TOKENS, team)] if life.choices.often(60) else []
        found.append(_sign_in(life, Candidate(Entitlement.SEAT, team, pool=pool), *tokens))
        life.pass_to(life.twins.now + life.choices.of((0, 1, MINUTE)))
    clients = [client for client in found if client is not None]
    if life.choices.often(50):
        life.decide(PutPool(pool, team, life.choices.of((0, 1))))
    if life.choices.often(20):
        life.restart()
    for client in clients:
        if life.choices.often(30):
            life.check_in(Checkin(client.command.session, client.counter + 1))
        else:
            beat(life, client, life.twins.now)


def first_operation(life: Life) -> None:
    """S6: a plugin or a service that waits, and what its first operation finds."""
    origin = life.choices.of((Origin.PLUGIN_AUTOLOAD, Origin.BACKGROUND))
    ways = [Candidate(Entitlement.TOKENS, team) for team in TEAMS if life.choices.often(50)]
    client = _sign_in(life, *(ways or [Candidate(Entitlement.TOKENS, 1)]), origin=origin)
    if client is None:
        return
    if life.choices.often(20):
        devices = [d for d in life.devices if d != client.command.device_digest]
        command = replace(
            client.command, session=life.new_session(), origin=Origin.INTERACTIVE,
            device_digest=life.choices.of(devices), rights=life.claims.of(client.command.user, client.command.product),
        )  # fmt: skip
        if life.decide(command).outcome is Outcome.GRANTED:
            life.clients.append(Client(command, life.twins.now))
    life.pass_to(life.twins.now + life.choices.of((SECOND, 5 * MINUTE, HOUR)))
    if life.choices.often(30):
        beat(life, client, NEVER)
        life.pass_to(life.twins.now + life.choices.of((SECOND, 5 * MINUTE)))
    if life.choices.often(20):
        life.restart()
    beat(life, client, life.twins.now - life.choices.of((0, SECOND, 10 * MINUTE)))
    if life.choices.often(30):
        life.check_in(Checkin(client.command.session, client.counter + 1))


def least_wasteful(life: Life) -> None:
    """E1: the requested team, a paid line, the team whose next pack ends first, the team's id."""
    first = begin(life, life.choices.of(TEAMS)) if life.choices.often(40) else None
    user, product = quiet_line(life, 1) if first is None else (first.command.user, first.command.product)
    if first is not None:
        life.check_in(Checkin(first.command.session, 1, NEVER))
        life.pass_to(life.twins.now + life.choices.of((0, MINUTE)))
    life.claims.have(user, product, *(Candidate(Entitlement.TOKENS, team) for team in TEAMS))
    asked = life.choices.of((0, 0, *TEAMS))
    rights: Rights = life.claims.of(user, product, asked)
    command = replace(life.checkout(), user=user, product=product, rights=rights, asked_team=asked, take_over=True)
    life.twins.quote(command)
    if life.decide(command).outcome is Outcome.GRANTED:
        life.clients.append(Client(command, life.twins.now))


PLOTS: tuple[Callable[[Life], None], ...] = (
    *(right_ends,) * 3,
    *(right_gained,) * 3,
    *(right_withdrawn,) * 3,
    *(seats,) * 4,
    *(first_operation,) * 3,
    *(least_wasteful,) * 2,
)
