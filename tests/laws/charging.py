"""Stories of caps, consent, calendar days, results and borrowing."""

from collections.abc import Callable

from flexauth.commands import HOUR, MINUTE, NEVER, NO_LIMIT, SECOND, Checkin, Outcome, Policy, PutPolicy
from tests.laws.life import RESULTS, TEAMS, Life
from tests.laws.limits import CALENDAR_DAYS, POLICIES, caps_of, put_caps
from tests.laws.plots import beat, begin, window_ends

__all__ = ["PLOTS"]


def _contract(life: Life, team: int, policy: Policy) -> None:
    """The team is under this contract from now on."""
    life.versions += 1
    life.decide(PutPolicy(team, life.versions, life.twins.now, policy))


def cap_reached(life: Life) -> None:
    """Q3: sign-ins until a cap refuses; a free one gives its part back, and the next is granted again."""
    team = life.choices.of(TEAMS)
    kind = life.choices.of((2, 3, 3))
    caps = (10 * team + kind, *caps_of(team, 1, 2))
    if life.choices.often(30):
        life.twins.store()
        life.decide(put_caps(10 * team + kind, life.choices.below(3)))
    clients = [begin(life, team, caps=caps) for _ in range(3)]
    for client in clients:
        if client is not None and life.choices.often(40):
            life.check_in(Checkin(client.command.session, 1))
    if life.choices.often(30):
        life.restart()
    begin(life, team, caps=caps)


def capped_renewal(life: Life) -> None:
    """Q3, C5: a renewal counts in the period of W, and a cap that is reached refuses it."""
    team = life.choices.of(TEAMS[:2])
    caps = (10 * team + life.choices.of((1, 2, 3)),)
    client = begin(life, team, caps=caps)
    if client is not None:
        life.pass_to(window_ends(life, client) + life.choices.of((0, 1, 2 * MINUTE)))
        beat(life, client, life.twins.now)


def consent(life: Life) -> None:
    """Q2: a charge above the limit, and a renewal that a heartbeat has consented to, or not."""
    team = life.choices.of(TEAMS[:2])
    _contract(life, team, life.choices.of(POLICIES))
    limit = life.choices.of((NO_LIMIT, 0, 6, 7, 8, 9))
    client = begin(life, team, max_tokens=limit)
    if client is not None:
        other = begin(life, team, max_tokens=9) if life.choices.often(20) else None
        ends = window_ends(life, client)
        if life.choices.often(50):
            beat(life, client, NEVER, life.choices.of((NO_LIMIT, 6, 7, 9)))
        life.pass_to(ends + life.choices.of((0, 1, MINUTE)))
        beat(life, client, life.twins.now)
        if other is not None:
            beat(life, other, NEVER)


def end_of_day(life: Life) -> None:
    """C9: a sign-in whose grace touches or crosses the end of the day, and its renewal."""
    team = life.choices.of(TEAMS[:2])
    _contract(life, team, CALENDAR_DAYS)
    starts = life.twins.reference._world.calendars[CALENDAR_DAYS.calendar]
    ends = next((at for at in starts if at > life.twins.now + 301 * SECOND), None)
    if ends is None:
        return
    life.pass_to(ends - life.choices.of((301 * SECOND, 300 * SECOND + 1, 300 * SECOND, 299 * SECOND, 1, 0)))
    client = begin(life, team)
    if client is not None and life.choices.often(70):
        life.pass_to(window_ends(life, client) + life.choices.of((0, 1, SECOND)))
        beat(life, client, life.twins.now)


def results(life: Life) -> None:
    """C13: reports of a session until the balance, a cap or the limit refuses; the rest outlives it."""
    team = life.choices.of(TEAMS)
    caps = (10 * team + life.choices.of((1, 2, 3)),) if life.choices.often(50) else ()
    client = begin(life, team, product=RESULTS, caps=caps)
    while client is not None:
        life.pass_to(life.twins.now + life.choices.of((0, 0, SECOND, HOUR)))
        if life.report(client).outcome is not Outcome.GRANTED or life.choices.often(30):
            return
        if life.choices.often(10):
            life.restart()


def borrowed(life: Life) -> None:
    """S4: offline past W: heard again before it, at it, after it, or only to say when use ended."""
    team = life.choices.of(TEAMS[:2])
    if life.choices.often(60):
        _contract(life, team, Policy())
    caps = (10 * team + life.choices.of((1, 2, 3)),) if life.choices.often(30) else ()
    client = begin(life, team, caps=caps, idle_aware=life.choices.often(20))
    if client is None:
        return
    ends = window_ends(life, client, heard=life.choices.often(50))
    if ends < life.twins.now:
        return
    life.pass_to(ends - life.choices.of((HOUR, 10 * HOUR, SECOND)))
    beat(life, client, life.twins.now, offline_until=ends + life.choices.of((-1, 1, HOUR, 10 * HOUR)))
    if life.choices.often(50):
        life.twins.store()
    if life.choices.often(20):
        life.restart()
    if life.choices.often(10):
        begin(life, team, caps=caps)
    life.pass_to(ends + life.choices.of((-MINUTE, -1, 0, 0, 1, MINUTE, 12 * HOUR)))
    if life.choices.often(60):
        ended_at = life.choices.of((NEVER, ends - 1, ends - HOUR, ends, ends, ends + 1))
        life.check_in(Checkin(client.command.session, client.counter + 1, ended_at, NEVER))
    else:
        again = ends + HOUR if life.choices.often(30) else NEVER
        beat(life, client, life.twins.now, offline_until=again)


PLOTS: tuple[Callable[[Life], None], ...] = (
    *(cap_reached,) * 6,
    *(capped_renewal,) * 2,
    consent,
    end_of_day,
    *(results,) * 2,
    *(borrowed,) * 9,
)
