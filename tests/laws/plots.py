"""Short stories that lead to where a rule decides; random acts alone rarely get there."""

from collections.abc import Callable
from dataclasses import replace

from flexauth.commands import (
    DAY,
    MINUTE,
    NEVER,
    SECOND,
    AddPacks,
    Candidate,
    Checkin,
    Entitlement,
    Heartbeat,
    IdKind,
    NewPack,
    Origin,
    Outcome,
    Rights,
)
from tests.laws.life import DAILY, TEAMS, USERS, Client, Life

__all__ = ["PLOTS", "again", "beat", "begin", "quiet_line", "window_ends"]

_FEW = 20  # tokens; a team with fewer orders more before a story begins, but for the poor one


def quiet_line(life: Life, team: int) -> tuple[int, int]:
    """A user and a product whose line in the team is neither paid nor in use, where there is one."""
    world = life.twins.reference._world
    first = life.choices.below(len(USERS))
    users = USERS[first:] + USERS[:first]
    for user in users:
        line = world.lines.get((team, user, DAILY))
        if line is None or (line.pending_since == NEVER and line.paid_until <= life.twins.now and not line.sessions):
            return user, DAILY
    return users[0], DAILY


def begin(
    life: Life,
    team: int,
    *,
    idle_aware: bool = False,
    caps: tuple[int, ...] = (),
    max_tokens: int | None = None,
    product: int = DAILY,
    provided: bool = True,
) -> Client | None:
    """A sign-in that holds tokens, bound by these caps and, unless None, with this limit; `provided`: it has some."""
    if provided and team != TEAMS[-1] and life.twins.core.balance(team)[0] < _FEW and life.choices.often(90):
        life.decide(AddPacks(team, (_pack(life, 50, 30 * DAY),)))
    user, _ = quiet_line(life, team)
    life.claims.have(user, product, Candidate(Entitlement.TOKENS, team, caps=caps))
    command = replace(
        life.checkout(),
        user=user,
        product=product,
        rights=life.claims.of(user, product),
        asked_team=0,
        origin=life.choices.of((Origin.INTERACTIVE, Origin.AUTOMATION)),
        end_before_renewal=False,
        idle_aware=idle_aware,
        take_over=True,
        devices_max=4,
    )
    if max_tokens is not None:
        command = replace(command, max_tokens=max_tokens)
    if life.decide(command).outcome is not Outcome.GRANTED:
        return None
    client = Client(command, life.twins.now)
    life.clients.append(client)
    return client


def beat(
    life: Life, client: Client, operated_at: int, consent: int | None = None, *, offline_until: int = NEVER
) -> None:
    client.counter += 1
    life.hear(Heartbeat(client.command.session, client.counter, operated_at, None, consent, offline_until))


def window_ends(life: Life, client: Client, *, heard: bool = True) -> int:
    """W of the session's line, its hold captured before; `heard`: with a contact since, so the lease lasts past W.

    Now, for a session that has no window: it waits for its first operation, another right serves it, or it was free.
    """
    world = life.twins.reference._world
    session = world.sessions[client.command.session]
    line = world.lines.get(session.line)
    if line is not None and line.pending_since != NEVER:
        life.pass_to(line.capture_at + 1)
    if heard:
        beat(life, client, NEVER)
    line = world.lines.get(session.line)
    return life.twins.now if line is None or line.paid_until == NEVER else line.paid_until


def renewal(life: Life) -> None:
    """C5: in use at W; the first contact after it renews, now and then a second time."""
    client = begin(life, life.choices.of(TEAMS[:2]))
    while client is not None:
        life.pass_to(window_ends(life, client) + life.choices.of((0, 0, 1, SECOND, 2 * MINUTE, 5 * MINUTE)))
        beat(life, client, life.twins.now)
        if life.choices.often(70):
            return


def renewal_denied(life: Life) -> None:
    """C6: the last tokens went into the window that ends."""
    team = TEAMS[-1]
    rate = 7
    short = rate - life.twins.core.balance(team)[0]
    if short > 0:
        life.decide(AddPacks(team, (_pack(life, short, 30 * DAY),)))
    client = begin(life, team)
    if client is not None:
        other = begin(life, team) if life.choices.often(20) else None
        life.pass_to(window_ends(life, client) + life.choices.of((0, 1, 2 * MINUTE)))
        beat(life, client, NEVER)
        if other is not None:
            beat(life, other, NEVER)


def resumption(life: Life) -> None:
    """C7: idle at W, used again at or after it."""
    client = begin(life, life.choices.of(TEAMS), idle_aware=True)
    if client is not None:
        ends = window_ends(life, client)
        if life.choices.often(50):
            life.pass_to(ends - life.choices.of((3600, 15 * 60, 15 * 60 + 1)) * SECOND)
            beat(life, client, client.opened_at)
        life.pass_to(ends + life.choices.of((0, 0, 1, -1, MINUTE)))
        beat(life, client, life.twins.now)


def free_sign_in(life: Life) -> None:
    """C3, C8: ends at, before or after the end of the grace, now and then several on one line."""
    client = begin(life, life.choices.of(TEAMS[:2]))
    while client is not None:
        life.pass_to(life.twins.now + life.choices.of((0, 1, SECOND, 100 * SECOND, 299 * SECOND, 300 * SECOND)))
        life.check_in(Checkin(client.command.session, 1, life.choices.of((NEVER, NEVER, client.opened_at))))
        if life.choices.often(40):
            return
        life.pass_to(life.twins.now + life.choices.of((0, SECOND, 3600 * SECOND, DAY)))
        client = again(life, client)


def again(life: Life, client: Client) -> Client | None:
    """The same user signs in anew on the same line."""
    command = replace(client.command, session=life.new_session())
    if life.decide(command).outcome is not Outcome.GRANTED:
        return None
    life.clients.append(Client(command, life.twins.now))
    return life.clients[-1]


def tokens_come_free(life: Life) -> None:
    """P3: a void gives tokens back to a pack that later holds had passed; the next hold begins there again."""
    team = life.choices.of(TEAMS)
    life.decide(AddPacks(team, tuple(_pack(life, 7, (2 + n) * DAY) for n in range(4))))
    first, _, third = (begin(life, team) for _ in range(3))
    for client in (first, third):
        if client is not None and life.choices.often(80):
            life.check_in(Checkin(client.command.session, 1))
    begin(life, team)


def pack_ends(life: Life) -> None:
    """P4: a pack ends while its tokens are held; then the hold is captured or voided."""
    team = life.choices.of(TEAMS)
    life.decide(AddPacks(team, (_pack(life, life.choices.of((3, 7, 9)), 100 * SECOND),)))
    client = begin(life, team)
    life.twins.now += life.choices.below(2)
    life.pass_to(life.twins.now + life.choices.of((99, 100, 101, 250)) * SECOND)
    if client is not None and life.choices.often(50):
        life.check_in(Checkin(client.command.session, 1))


def late_word(life: Life) -> None:
    """S5: heard at sign-in and long after, to say that use ended inside the grace."""
    client = begin(life, life.choices.of(TEAMS[:2]))
    if client is None:
        return
    ends = window_ends(life, client, heard=False)
    later = (ends - 3600 * SECOND, ends, ends + 5 * MINUTE, ends + 5 * MINUTE + 1, ends + 3600 * SECOND)
    life.pass_to(life.choices.of((life.twins.now + SECOND, *later)))
    ended_at = client.opened_at + life.choices.of((0, SECOND, 100 * SECOND, 300 * SECOND, 301 * SECOND))
    life.check_in(Checkin(client.command.session, 1, ended_at, life.choices.of((NEVER, client.opened_at))))


def take_over(life: Life) -> None:
    """D2: the same product from another device, on the same or another line."""
    client = begin(life, life.choices.of(TEAMS[:2]))
    if client is not None:
        life.pass_to(life.twins.now + life.choices.of((0, SECOND, 299 * SECOND, 3600 * SECOND)))
        devices = [d for d in life.devices if d != client.command.device_digest]
        team = client.command.rights.candidates[0].team if life.choices.often(60) else life.choices.of(TEAMS)
        life.claims.grant(client.command.user, client.command.product, [Candidate(Entitlement.TOKENS, team)])
        command = replace(
            client.command,
            session=life.new_session(),
            device_digest=life.choices.of(devices),
            rights=Rights(life.claims.version, (Candidate(Entitlement.TOKENS, team),)),
        )
        if life.decide(command).outcome is Outcome.GRANTED:
            life.clients.append(Client(command, life.twins.now))


def restart_while_pending(life: Life) -> None:
    """R3: a hold, and the authority stops."""
    begin(life, life.choices.of(TEAMS))
    life.restart()


def _pack(life: Life, size: int, lasts: int) -> NewPack:
    now = life.twins.now
    return NewPack(life.twins.allocate(IdKind.PACK), size, 0, now, now + lasts, now)


PLOTS: tuple[Callable[[Life], None], ...] = (
    *(renewal,) * 3,
    *(renewal_denied,) * 5,
    *(resumption,) * 11,
    free_sign_in,
    tokens_come_free,
    *(pack_ends,) * 5,
    *(late_word,) * 13,
    *(take_over,) * 2,
    *(restart_while_pending,) * 4,
)
