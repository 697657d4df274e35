"""Stories of orders, moves, splits, overdraft and disputes."""

from collections.abc import Callable
from dataclasses import replace

from flexauth.commands import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    AddPacks,
    AdjustPack,
    Checkin,
    IdKind,
    MovePack,
    NewPack,
    OpenWindow,
    Outcome,
    Policy,
    PutPolicy,
    Refund,
    RefundWindow,
    SplitPack,
)
from tests.laws.life import CHEAP, DAILY, TEAMS, UNKNOWN, USERS, Client, Life
from tests.laws.plots import again, beat, begin, quiet_line, window_ends

__all__ = ["PLOTS"]

_DISPUTED = 9
_ON_CREDIT = (
    Policy(overdraft_limit=20),
    Policy(overdraft_limit=7, make_good=HOUR),
    Policy(overdraft_limit=3, late_refunds=9),
)


def _new_pack(life: Life, size: int, *, used: int = 0) -> NewPack:
    now, of = life.twins.now, life.choices.of
    starts_at = now + of((0, 0, 0, MINUTE))
    ends_at = starts_at + of((301 * SECOND, DAY, 30 * DAY))
    return NewPack(life.twins.allocate(IdKind.PACK), size, of((0, 1)), starts_at, ends_at, now, used)


def _some_pack(life: Life) -> int:
    """Rather a late one; now and then one that is not there."""
    packs = sorted(life.twins.reference._world.packs)
    return 10**6 if life.choices.often(2) or not packs else packs[-1 - life.choices.below(min(len(packs), 8))]


def _move(life: Life, pack: int) -> None:
    moved = life.decide(MovePack(pack, life.choices.of(TEAMS), life.twins.allocate(IdKind.TRANSFER)))
    life.twins.books.tally["move"] += moved.outcome is Outcome.GRANTED
    life.twins.books.tally["act refused"] += moved.outcome is Outcome.REFUSED


def _split(life: Life, pack: int, size: int) -> int:
    into = life.twins.allocate(IdKind.PACK)
    life.decide(SplitPack(pack, into, size, life.twins.allocate(IdKind.TRANSFER)))
    return into


def moved(life: Life) -> None:
    """P5: a pack moves, with a hold on it or after a charge; what was charged may come back to it there."""
    team = life.choices.of(TEAMS)
    pack = _new_pack(life, life.choices.of((1, 7, 9, 20)))
    life.decide(AddPacks(team, (pack,)))
    client = begin(life, team)
    if life.choices.often(70):
        life.pass_to(life.twins.now + life.choices.of((0, 1, 299, 301, 302)) * SECOND)
    if client is not None and life.choices.often(30):
        life.check_in(Checkin(client.command.session, 1))
    _move(life, pack.pack if life.choices.often(70) else _some_pack(life))
    if life.choices.often(30):
        life.restart()
    if client is not None and life.choices.often(60):
        _dispute(life, client)


def refund_follows(life: Life) -> None:
    """SPEC 14: a charge goes back to a pack that has moved since, perhaps on and on, or has ended there."""
    client = begin(life, life.choices.of(TEAMS[:2]))
    if client is None:
        return
    window_ends(life, client)
    life.twins.store()
    line = (client.command.rights.candidates[0].team, client.command.user, client.command.product)
    windows = life.twins.books.windows[line]
    for row in life.twins.books.charges[*line, max(windows)] if windows else ():
        if row[5]:
            _move(life, row[5])
    if life.choices.often(30):
        life.pass_to(life.twins.now + life.choices.of((302 * SECOND, HOUR)))
    _dispute(life, client)


def split(life: Life) -> None:
    """P5: a part, all that is free, or too much of a pack; the part may move, and both are charged on."""
    pack = _some_pack(life)
    known = life.twins.reference._world.packs.get(pack)
    free = 1 if known is None else known.remaining - known.held
    into = _split(life, pack, max(1, free + life.choices.of((0, 0, -1, -3, 1))))
    if life.choices.often(40):
        _move(life, into)
    if life.choices.often(30):
        _split(life, into, life.choices.of((1, 2)))
    begin(life, life.choices.of(TEAMS))


def cancelled(life: Life) -> None:
    """P0: a wrong order is cancelled while nothing of it is used or held."""
    team = life.choices.of(TEAMS)
    pack = _new_pack(life, life.choices.of((7, 20)))
    life.decide(AddPacks(team, (pack,)))
    if life.choices.often(40):
        begin(life, team)
    for _ in range(life.choices.of((1, 1, 2))):
        life.decide(AdjustPack(pack.pack if life.choices.often(90) else _some_pack(life)))


def moving_in(life: Life) -> None:
    """P0: packs with a remainder, and a line whose window was paid elsewhere; it renews here."""
    team = life.choices.of(TEAMS)
    life.decide(AddPacks(team, (_new_pack(life, 9, used=life.choices.of((0, 2, 9))),)))
    user, product = quiet_line(life, team)
    if life.choices.often(10):
        user, product = life.choices.of(USERS), life.choices.of((CHEAP, UNKNOWN))
    start = life.twins.now - life.choices.of((0, HOUR, 23 * HOUR, DAY))
    opened = life.decide(OpenWindow(team, user, product, start, start + DAY))
    life.twins.books.tally["window opened"] += opened.outcome is Outcome.GRANTED
    client = begin(life, team)
    if client is not None and client.command.product == DAILY and life.choices.often(50):
        life.pass_to(window_ends(life, client) + life.choices.of((0, 1, MINUTE)))
        beat(life, client, life.twins.now)


def on_credit(life: Life) -> None:
    """C10: past the packs down to the limit; an end inside the grace takes it back, an order settles it."""
    team = life.choices.of((*TEAMS, TEAMS[-1], TEAMS[-1]))
    life.versions += 1
    life.decide(PutPolicy(team, life.versions, life.twins.now, life.choices.of(_ON_CREDIT)))
    clients = [begin(life, team, provided=False) for _ in range(life.choices.of((1, 2, 3)))]
    life.pass_to(life.twins.now + life.choices.of((1, 299, 301, 301)) * SECOND)
    if life.choices.often(20):
        life.restart()
    for client in clients:
        if client is not None and life.choices.often(40):
            life.check_in(Checkin(client.command.session, 1))
    if life.choices.often(50):
        packs = tuple(_new_pack(life, life.choices.of((1, 3, 7))) for _ in range(life.choices.of((1, 2))))
        life.decide(AddPacks(team, packs))
    for client in clients:
        if client is not None and life.choices.often(30):
            _dispute(life, client)


def disputed(life: Life) -> None:
    """L5: any charge of the past; the line may be in use, its packs may have ended or gone."""
    client = (
        life.clients[-1 - life.choices.below(min(len(life.clients), 20))] if life.clients else begin(life, TEAMS[0])
    )
    if client is not None:
        _dispute(life, client)
        if life.choices.often(40):
            again(life, client)
        elif life.choices.often(50):
            beat(life, client, life.twins.now)


def _dispute(life: Life, client: Client) -> None:
    """A charge of the client's line goes back, by what the books know of it."""
    twins, books = life.twins, life.twins.books
    if life.choices.often(85):
        twins.store()
    as_of = twins.batch if life.choices.often(90) else 0
    known = twins.reference._world.sessions.get(client.command.session)
    team = client.command.rights.candidates[0].team if known is None else known.team
    line = (team, client.command.user, client.command.product)
    windows = sorted(books.windows[line].items())
    if not windows:
        return
    start, end = windows[-1] if life.choices.often(70) else life.choices.of(windows)
    charge = books.charges[*line, start]
    slices = tuple((row[5], -row[6]) for row in charge)
    fact = Refund(start, charge[0][1], slices, 0, as_of, books.caps_of(line, start), end)
    given = life.decide(RefundWindow(*line, fact, _DISPUTED))
    books.tally["dispute upheld"] += given.outcome is Outcome.GRANTED
    books.tally["stale dispute"] += given.outcome is Outcome.STALE_HISTORY
    if life.choices.often(20):
        life.decide(RefundWindow(*line, replace(fact, slices=((10**6, 1),)), _DISPUTED))


PLOTS: tuple[Callable[[Life], None], ...] = (
    *(moved,) * 2,
    *(refund_follows,) * 3,
    *(split,) * 4,
    cancelled,
    *(moving_in,) * 3,
    *(on_credit,) * 5,
    *(disputed,) * 3,
)
