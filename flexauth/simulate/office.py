"""Reads what an administrator does, at the start and in the timeline, as the requests that the service takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flexauth import limits, requests
from flexauth.requests.entitlements import (
    CapPeriod,
    CapSubject,
    CreateCap,
    CreateSubscription,
    CreateTrial,
    EndCap,
    PutPool,
    UpdateCap,
)
from flexauth.requests.groups import AddGroupMembers, CreateGroup, CreateProject
from flexauth.requests.members import (
    AcceptInvitations,
    Assign,
    Invite,
    RemoveMember,
    ResumeDevice,
    ResumeTeam,
    ResumeUser,
    SetDefaultAssignment,
    SetGuest,
    SuspendDevice,
    SuspendTeam,
    SuspendUser,
    Unassign,
)
from flexauth.requests.packs import CancelOrder, OpeningWindow, RefundCharge
from flexauth.simulate import scenario
from flexauth.simulate.cast import Cast, email_of, read_packs, read_products, read_time
from flexauth.simulate.document import Table, Value
from flexauth.simulate.scenario import Administer, Order, SetUp
from flexauth.simulate.terms import read_policy

__all__ = ["ADMINISTRATIVE", "CAP_KEYS", "TEAM_KEYS", "Read", "read_team", "untold_projects"]

TEAM_KEYS = "policy packs users default_assignment guests subscriptions trials seats caps groups projects windows"
SUBSCRIPTION_KEYS = "user products until"
TRIAL_KEYS = "user product until"
CAP_KEYS = "id user group project product per tokens hard"
WINDOW_KEYS = "user product from until"
SUSPENDED_KEYS = "team user device"

#: Reads the act of an event from its table, its time and the cast.
Read = Callable[[Table, int, Cast], scenario.Act]
_PERIODS = {period.name.lower(): period for period in CapPeriod}


# At the start ---------------------------------------------------------------------------------------------------------


def read_team(name: str, value: Value, cast: Cast) -> Iterator[SetUp]:
    """A team as it stands at the start; enters the cast."""
    table = Table(value, TEAM_KEYS)
    part = f"teams.{name}"
    acts: list[Administer | Order] = []

    def each(key: str, read: Callable[[Value], Administer]) -> None:
        if (entry := table.get(key)) is not None:
            acts.append(read(entry))

    with value.checked():
        acts.append(Administer((requests.CreateTeam(name),)))
    each("policy", lambda entry: _policy(name, entry))
    each("users", lambda entry: Administer(tuple(_users(name, entry, cast))))
    each("guests", lambda entry: Administer(tuple(SetGuest(name, cast.member(u, name), True) for u in entry.items())))
    each("default_assignment", lambda entry: _defaults(name, entry, cast))
    each("projects", lambda entry: _projects(name, entry, cast))
    each("groups", lambda entry: _groups(name, entry, cast))
    windows = () if (entry := table.get("windows")) is None else tuple(_window(name, w, cast) for w in entry.items())
    packs = () if (entry := table.get("packs")) is None else read_packs(entry, name, cast.start, cast)
    if packs or windows:
        acts.append(Order(name, packs, windows=windows))
    each("subscriptions", lambda entry: _all(entry, lambda s: _subscribe(name, Table(s, SUBSCRIPTION_KEYS), cast)))
    each("trials", lambda entry: _all(entry, lambda trial: _trial(name, Table(trial, TRIAL_KEYS), cast)))
    each("seats", lambda entry: _seats(name, entry, cast))
    each("caps", lambda entry: _all(entry, lambda cap: _cap(name, Table(cap, CAP_KEYS), cast)))
    yield SetUp(part, value.line, tuple(acts))


def _all(value: Value, read: Callable[[Value], Administer]) -> Administer:
    """What is asked by the items of a list, as one act."""
    return Administer(tuple(request for item in value.items() for request in read(item).requests))


def _policy(team: str, value: Value) -> Administer:
    policy = read_policy(value)
    return Administer((requests.SetPolicy(team, policy),) if policy else ())


def _users(team: str, value: Value, cast: Cast) -> Iterator[requests.Request]:
    """Users with what is assigned to them; one who is in another team already joins this one too."""
    elsewhere = {user for other, users in cast.teams.items() if other != team for user in users}
    for user, entry in value.entries().items():
        everything, products = read_products(entry, cast)
        membership = requests.Membership(team, everything, products)
        with entry.checked():
            if user in elsewhere:
                yield requests.AssignUser(user, membership)
            else:
                yield requests.CreateUser(user, email=email_of(user), memberships=(membership,))


def _projects(team: str, value: Value, cast: Cast) -> Administer:
    with value.checked():
        return Administer(_new_projects(team, [item.text() for item in value.items()], cast))


def _new_projects(team: str, names: Iterable[str], cast: Cast) -> tuple[CreateProject, ...]:
    """Those that the team does not have yet; a cap or a sign-in that names one makes it (Q4)."""
    new = [name for name in names if (team, name) not in cast.projects]
    cast.projects |= {(team, name) for name in new}
    return tuple(CreateProject(team, name) for name in new)


def untold_projects(cast: Cast) -> Administer:
    """The projects that sign-ins name and no team was given."""
    return Administer(tuple(CreateProject(team, name) for team, name in cast.untold_projects))


def _groups(team: str, value: Value, cast: Cast) -> Administer:
    made: list[requests.Request] = []
    for name, entry in value.entries().items():
        cast.groups.add((team, name))
        users = tuple(cast.member(item, team) for item in entry.items())
        with entry.checked():
            made += [CreateGroup(team, name), AddGroupMembers(team, name, users)]
    return Administer(tuple(made))


def _window(team: str, value: Value, cast: Cast) -> OpeningWindow:
    table = Table(value, WINDOW_KEYS)
    with value.checked():
        return OpeningWindow(
            cast.member(table.need("user"), team),
            cast.product(table.need("product")),
            read_time(table.need("from"), cast.start),
            read_time(table.need("until"), cast.start),
        )


# At the start and in the timeline -------------------------------------------------------------------------------------


def _defaults(team: str, value: Value, cast: Cast) -> Administer:
    everything, products = read_products(value, cast)
    if everything:
        value.refuse("a default assignment is a list; future products are not in it (A2)")
    return Administer((SetDefaultAssignment(team, products),))


def _subscribe(team: str, table: Table, cast: Cast) -> Administer:
    """A subscription to each product or collection."""
    user = cast.member(table.need("user"), team)
    until = 0 if (entry := table.get("until")) is None else read_time(entry, cast.start)
    made = []
    for item in table.need("products").items():
        code = cast.sold(item)
        product, collection = ("", code) if code in cast.collections else (code, "")
        with table.value.checked():
            made.append(CreateSubscription(team, user, product, collection, ends_at=until))
    return Administer(tuple(made))


def _trial(team: str, table: Table, cast: Cast) -> Administer:
    user, product = cast.member(table.need("user"), team), cast.product(table.need("product"))
    with table.value.checked():
        return Administer((CreateTrial(team, user, product, read_time(table.need("until"), cast.start)),))


def _seats(team: str, value: Value, cast: Cast) -> Administer:
    """Network seats by product or collection."""
    pools = []
    for code, entry in value.entries().items():
        if code not in cast.products | cast.collections:
            entry.fail(f"there is no product or collection {code!r} yet")
        product, collection = ("", code) if code in cast.collections else (code, "")
        pools.append(PutPool(team, entry.whole(0, limits.SEATS_PER_POOL), product, collection))
    return Administer(tuple(pools))


def _cap(team: str, table: Table, cast: Cast) -> Administer:
    """A new cap; one that is there already gets other tokens, or `none`, which ends it."""
    name = table.need("id").text()
    tokens, hard = table.need("tokens"), table.get("hard")
    soft = hard is not None and not hard.flag()
    if (team, name) in cast.caps:
        if tokens.text() == "none":
            return Administer((EndCap(team, name),))
        mask = ("tokens", "soft") if hard is not None else ("tokens",)
        return Administer((UpdateCap(team, name, tokens.whole(0, limits.PACK_TOKENS), soft, mask),))
    cast.caps.add((team, name))
    project = "" if (entry := table.get("project")) is None else entry.text()
    made = _new_projects(team, [project] if project else [], cast)
    kind, subject = _cap_subject(team, table, cast)
    period = _PERIODS[table.need("per").one_of(_PERIODS)]
    with table.value.checked():
        limit = tokens.whole(0, limits.PACK_TOKENS)
        return Administer((*made, CreateCap(team, name, kind, period, limit, subject, soft)))


def _cap_subject(team: str, table: Table, cast: Cast) -> tuple[CapSubject, str]:
    """Whose tokens: of the one subject that is named, of the whole team where none is."""
    readers: dict[str, Callable[[Value], tuple[CapSubject, str]]] = {
        "user": lambda entry: (CapSubject.USER, cast.member(entry, team)),
        "group": lambda entry: (CapSubject.GROUP, cast.of_team("group", entry, team, cast.groups)),
        "project": lambda entry: (CapSubject.PROJECT, cast.of_team("project", entry, team, cast.projects)),
        "product": lambda entry: (CapSubject.PRODUCT, cast.product(entry)),
    }
    found = [read(entry) for key, read in readers.items() if (entry := table.get(key)) is not None]
    if len(found) > 1:
        table.value.fail("a cap is of one user, group, project or product, or of the team where none is named")
    return found[0] if found else (CapSubject.TEAM, "")


# In the timeline ------------------------------------------------------------------------------------------------------


def _of_team(read: Callable[[str, Table, Cast], Administer]) -> Read:
    return lambda table, _at, cast: read(cast.team(table.need("team")), table, cast)


def _assign(table: Table, _at: int, cast: Cast) -> Administer:
    team, user = cast.team(table.need("team")), cast.user(table.need("user"))
    everything, products = read_products(table.need("products"), cast)
    with table.value.checked():
        if user in cast.teams[team]:
            return Administer((Assign(team, user, everything, products),))
        cast.teams[team].add(user)
        return Administer((requests.AssignUser(user, requests.Membership(team, everything, products)),))


def _unassign(team: str, table: Table, cast: Cast) -> Administer:
    user = cast.member(table.need("user"), team)
    with table.value.checked():
        return Administer((Unassign(team, user, *read_products(table.need("products"), cast)),))


def _invite(team: str, table: Table, cast: Cast) -> Administer:
    """By e-mail; the user is known by the name of the scenario once the invitation is accepted."""
    user = table.need("user").text()
    everything, products = (False, ()) if (entry := table.get("products")) is None else read_products(entry, cast)
    guest = (entry := table.get("guest")) is not None and entry.flag()
    cast.teams[team].add(user)
    with table.value.checked():
        return Administer((Invite(team, f"{user} <{email_of(user)}>", everything, products, guest),))


def _accept(table: Table, _at: int, cast: Cast) -> Administer:
    user = cast.user(table.need("user"))
    return Administer((AcceptInvitations(user, email_of(user)),))


def _suspend(table: Table, cast: Cast, *, lift: bool) -> Administer:
    """A user in a team or everywhere, a device of a team, or a team."""
    team = "" if (entry := table.get("team")) is None else cast.team(entry)
    user = "" if (entry := table.get("user")) is None else cast.user(entry)
    device = "" if (entry := table.get("device")) is None else entry.text()
    with table.value.checked():
        if device:
            return Administer(((ResumeDevice if lift else SuspendDevice)(team, device),))
        if user:
            return Administer(((ResumeUser if lift else SuspendUser)(user, team),))
        return Administer(((ResumeTeam if lift else SuspendTeam)(team),))


def _unsubscribe(table: Table, _at: int, cast: Cast) -> scenario.Unsubscribe:
    team = cast.team(table.need("team"))
    listed = () if (entry := table.get("products")) is None else tuple(cast.sold(item) for item in entry.items())
    return scenario.Unsubscribe(team, cast.member(table.need("user"), team), listed)


def _set_seats(team: str, table: Table, cast: Cast) -> Administer:
    """`seats` as a team has them, or of one `product`."""
    if (product := table.get("product")) is None:
        return _seats(team, table.need("seats"), cast)
    code = cast.sold(product)
    one, many = ("", code) if code in cast.collections else (code, "")
    return Administer((PutPool(team, table.need("seats").whole(0, limits.SEATS_PER_POOL), one, many),))


def _refund(table: Table, _at: int, cast: Cast) -> Administer:
    charge = Table(table.need("charge"), "line window")
    team, user, product = cast.line(charge.need("line"))
    window = charge.need("window").items()
    reason = table.need("reason").text()
    with table.value.checked():
        return Administer((RefundCharge(team, user, product, read_time(window[0], cast.start), reason),))


def _order(table: Table, at: int, cast: Cast) -> Order:
    team = cast.team(table.need("team"))
    number = "" if (entry := table.get("number")) is None else entry.text()
    return Order(team, read_packs(table.need("packs"), team, at, cast), number)


def _move_pack(table: Table, _at: int, cast: Cast) -> scenario.MovePack:
    pack, team = cast.bought_by(table.need("pack"))
    return scenario.MovePack(team, pack, cast.team(table.need("to")))


def _split_pack(table: Table, _at: int, cast: Cast) -> scenario.SplitPack:
    pack, team = cast.bought_by(table.need("pack"))
    to = "" if (entry := table.get("to")) is None else cast.team(entry)
    into = cast.new_pack(table.need("into"), team)
    return scenario.SplitPack(team, pack, table.need("size").whole(1, limits.PACK_TOKENS), into, to)


def _cancel_order(team: str, table: Table, _cast: Cast) -> Administer:
    with table.value.checked():
        return Administer((CancelOrder(table.need("number").text(), team),))


def _remove(team: str, table: Table, cast: Cast) -> Administer:
    return Administer((RemoveMember(team, cast.member(table.need("user"), team)),))


def _set_rate(table: Table, at: int, cast: Cast) -> Administer:
    product = cast.product(table.need("product"))
    rate = table.need("rate").whole(1, limits.RATE_TOKENS)
    value = table.get("valid_from")
    valid_from = read_time(value, cast.start) if value else 0
    if value is not None and valid_from < at:
        value.refuse("a rate is set from now on or from later on, never for windows that began (C14)")
    return Administer((requests.SetRate(product, rate, valid_from),))


def _release_device(table: Table, _at: int, cast: Cast) -> Administer:
    user, product = cast.user(table.need("user")), cast.product(table.need("product"))
    return Administer((requests.ReleaseDevice(user, product, table.need("device").text()),))


def _end_session(table: Table, _at: int, cast: Cast) -> scenario.EndSession:
    return scenario.EndSession(cast.team(table.need("team")), cast.session(table.need("session")))


#: Verbs of administrators, each with its keys and its reader.
ADMINISTRATIVE: dict[str, tuple[str, Read]] = {
    "order": ("team packs number", _order),
    "cancel_order": ("team number", _of_team(_cancel_order)),
    "move_pack": ("pack to", _move_pack),
    "split_pack": ("pack size into to", _split_pack),
    "assign": ("team user products", _assign),
    "unassign": ("team user products", _of_team(_unassign)),
    "default_assignment": (
        "team products",
        _of_team(lambda team, table, cast: _defaults(team, table.need("products"), cast)),
    ),
    "invite": ("team user products guest", _of_team(_invite)),
    "accept": ("user", _accept),
    "remove": ("team user", _of_team(_remove)),
    "suspend": (SUSPENDED_KEYS, lambda table, _at, cast: _suspend(table, cast, lift=False)),
    "lift": (SUSPENDED_KEYS, lambda table, _at, cast: _suspend(table, cast, lift=True)),
    "subscribe": (f"team {SUBSCRIPTION_KEYS}", _of_team(_subscribe)),
    "unsubscribe": ("team user products", _unsubscribe),
    "start_trial": (f"team {TRIAL_KEYS}", _of_team(_trial)),
    "set_seats": ("team seats product", _of_team(_set_seats)),
    "set_cap": (f"team {CAP_KEYS}", _of_team(_cap)),
    "set_policy": ("team policy", _of_team(lambda team, table, _cast: _policy(team, table.need("policy")))),
    "refund": ("charge reason", _refund),
    "set_rate": ("product rate valid_from", _set_rate),
    "release_device": ("user product device", _release_device),
    "end_session": ("team session", _end_session),
}
