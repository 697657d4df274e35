"""Acts that move tokens between packs and teams: moves, splits, their lineage (P5), charges given back (L5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flexauth.acts import Acts, Learn
from flexauth.answers_of.packs import Lineage, MovedPack, PackKin, PackStep, RefundAnswer
from flexauth.commands import EntryKind, IdKind, Outcome, Refund, RefundWindow
from flexauth.commands import MovePack as Move
from flexauth.commands import SplitPack as Split
from flexauth.directory import Directory
from flexauth.faults import NotAllowedNow, NotFound
from flexauth.orders import pack_answer
from flexauth.requests.packs import ListLineage, MovePack, RefundCharge, SplitPack
from flexauth.store.port import Row, Store
from flexauth.work import Turn, Work

__all__ = ["UPHELD", "Transfers"]

#: Why a ledger entry refunds a charge: a dispute of it was upheld (L5).
UPHELD = 2


class Transfers:
    """`works` are the acts, `reads` the look-ups, by type of request."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store, self._directory = store, directory
        acts = Acts(store)
        self.works: dict[type, Callable[[Any], Work[Any]]] = {
            MovePack: acts.act(MovedPack, self._move),
            SplitPack: acts.act(MovedPack, self._split),
            RefundCharge: acts.act(RefundAnswer, self._refund),
        }
        self.reads: dict[type, Callable[[Any], Any]] = {ListLineage: self._lineage}

    def _pack(self, team: str, pack: int) -> Row:
        rows = self._store.select("pack_in_team", {"pack": pack, "team": self._directory.team_id(team)})
        if not rows:
            raise NotFound(kind="pack", value=f"{pack} in team {team}")
        return rows[0]

    # Moves and splits (P5) ------------------------------------------------------------------------------------------

    def _move(self, turn: Turn, request: MovePack) -> tuple[MovedPack, Learn]:
        row, to_team = self._pack(request.team, request.pack), self._directory.team_id(request.to_team)
        what = f"Moving pack {request.pack}"
        _refuse_ended(what, row, turn.now)
        if row["held"]:
            why = f"{row['held']} of its tokens are held; wait until they are charged or released (P5)"
            raise NotAllowedNow(what=what, why=why)
        if not row["remaining"]:
            raise NotAllowedNow(what=what, why="nothing of it remains")
        transfer = turn.engine.allocate(IdKind.TRANSFER)
        decision = turn.engine.decide(turn.now, Move(request.pack, to_team, transfer))
        assert decision.outcome is Outcome.GRANTED, f"pack {request.pack} is free and cannot be moved"
        return MovedPack(pack_answer(row, request.to_team), transfer), lambda: None

    def _split(self, turn: Turn, request: SplitPack) -> tuple[MovedPack, Learn]:
        row = self._pack(request.team, request.pack)
        leaves = request.to_team not in {"", request.team}
        to_team = self._directory.team_id(request.to_team) if leaves else 0
        what = f"Splitting {request.size} tokens off pack {request.pack}"
        _refuse_ended(what, row, turn.now)
        free = row["remaining"] - row["held"]
        if request.size > free:
            raise NotAllowedNow(what=what, why=f"{free} of its tokens are free, {row['held']} are held")
        into, transfer = turn.engine.allocate(IdKind.PACK), turn.engine.allocate(IdKind.TRANSFER)
        if row["purchase"]:
            turn.write("insert_purchase_pack", purchase=row["purchase"], pack=into, currency=row["currency"])
        decision = turn.engine.decide(turn.now, Split(request.pack, into, request.size, transfer))
        assert decision.outcome is Outcome.GRANTED, f"pack {request.pack} has free tokens and cannot be split"
        if to_team:
            transfer = turn.engine.allocate(IdKind.TRANSFER)
            decision = turn.engine.decide(turn.now, Move(into, to_team, transfer))
            assert decision.outcome is Outcome.GRANTED, f"pack {into} is new and cannot be moved"
        counts = dict.fromkeys(("held", "consumed", "expired", "moved_out", "refunded"), 0)
        new = {**row, **counts, "pack": into, "size": request.size, "remaining": request.size}
        return MovedPack(pack_answer(new, request.to_team or request.team), transfer), lambda: None

    def _lineage(self, request: ListLineage) -> Lineage:
        """All packs that came of the same one; of those that others have, a team sees the numbers alone."""
        row = self._pack(request.team, request.pack)
        kin = self._store.select("pack_kin", {"pack": request.pack})

        def seen(pack: Mapping[str, Any]) -> PackKin:
            if pack["team"] != row["team"]:
                return PackKin(pack["pack"], pack["parent"], "", 0, 0)
            return PackKin(pack["pack"], pack["parent"], request.team, pack["size"], pack["remaining"])

        keys = ({"pack": pack["pack"], "team": row["team"]} for pack in kin)
        steps = (step for key in keys for step in self._store.select("pack_steps", key))
        told = (PackStep(s["time"], EntryKind(s["kind"]), s["pack"], s["tokens"], s["transfer"]) for s in steps)
        return Lineage(tuple(map(seen, kin)), tuple(sorted(told, key=lambda step: (step.time, step.transfer))))

    # Charges given back (L5) ------------------------------------------------------------------------------------------

    def _refund(self, turn: Turn, request: RefundCharge) -> tuple[RefundAnswer, Learn]:
        directory = self._directory
        line = {
            "team": directory.team_id(request.team),
            "user": directory.user_id(request.user),
            "product": directory.product(request.product).product,
            "window_start": request.window_start,
        }
        charges, slices = self._store.select("charge", line), self._store.select("slices_of_window", line)
        name = f"of {request.product} for {request.user} at {request.window_start}"
        if not charges:
            raise NotFound(kind="charge", value=name)
        if charges[0]["refunded"]:
            raise NotAllowedNow(what=f"Giving back the charge {name}", why="it was given back before")
        fact = Refund(
            window_start=request.window_start,
            charge=charges[0]["seq"],
            slices=tuple((part["pack"], part["tokens"]) for part in slices),
            recent=0,
            as_of=turn.stored,
            caps=tuple((row["cap"], row["period"]) for row in self._store.select("caps_of_window", line)),
            window_end=charges[0]["window_end"],
        )
        command = RefundWindow(line["team"], line["user"], line["product"], fact, UPHELD)
        decision = turn.engine.decide(turn.now, command)
        assert decision.outcome is Outcome.GRANTED, f"the charge {name} cannot be given back"
        return RefundAnswer(sum(part["tokens"] for part in slices)), lambda: None


def _refuse_ended(what: str, row: Row, now: int) -> None:
    if row["ended"] or row["ends_at"] <= now:
        raise NotAllowedNow(what=what, why=f"it has ended at {row['ends_at']} (P5)")
