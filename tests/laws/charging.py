"""Stories of caps, consent and calendar days."""

from collections.abc import Callable

from flexauth.commands import MINUTE, NEVER, NO_LIMIT, SECOND, Checkin, PutPolicy
from tests.laws.life import TEAMS, Life
from tests.laws.limits import CALENDAR_DAYS, POLICIES, caps_of, put_caps
from tests.laws.plots import beat, begin, window_ends

__all__ = ["PLOTS"]


def _contract(life: Life, team: int) -> None:
    """The team is under one of the contracts with calendar days or consent from now on."""
    life.versions += 1
    life.decide(PutPolicy(team, life.versions, life.twins.now, life.choices.of(POLICIES)))


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
    _contract(life, team)
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
    life.versions += 1
    life.decide(PutPolicy(team, life.versions, life.twins.now, CALENDAR_DAYS))
    starts = life.twins.reference._world.calendars[CALENDAR_DAYS.calendar]
    ends = next((at for at in starts if at > life.twins.now + 301 * SECOND), None)
    if ends is None:
        return
    life.pass_to(ends - life.choices.of((301 * SECOND, 300 * SECOND + 1, 300 * SECOND, 299 * SECOND, 1, 0)))
    client = begin(life, team)
    if client is not None and life.choices.often(70):
        life.pass_to(window_ends(life, client) + life.choices.of((0, 1, SECOND)))
        beat(life, client, life.twins.now)


PLOTS: tuple[Callable[[Life], None], ...] = (*(cap_reached,) * 3, capped_renewal, consent, end_of_day)
