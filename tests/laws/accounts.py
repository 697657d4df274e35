"""What ledger entries make of packs and of what teams owe, kept a second time, and the laws of it (P5, P6, C10, L2)."""

from collections import Counter, defaultdict

from flexauth.commands import EntryKind

_BRINGS = {EntryKind.ORDER, EntryKind.MOVE_IN, EntryKind.SPLIT}
_MOVES = {EntryKind.MOVE_OUT, EntryKind.MOVE_IN, EntryKind.SPLIT}
_TALLIED = {
    EntryKind.SPLIT: "split",
    EntryKind.ADJUSTMENT: "adjustment",
    EntryKind.OVERDRAFT: "overdraft",
    EntryKind.SETTLEMENT: "settlement",
}


class Accounts:
    """Sums of entries by pack and kind, by team and pack, and by transfer. Pack 0 is a team's overdraft."""

    def __init__(self) -> None:
        self.remaining: Counter[int] = Counter()
        self.owed: Counter[int] = Counter()
        self.transfers: Counter[int] = Counter()
        self.tally: Counter[str] = Counter()
        self._sums: dict[int, Counter[int]] = defaultdict(Counter)
        self._shares: Counter[tuple[int, int]] = Counter()
        self._sizes: dict[int, int] = {}

    def enter(self, entry: dict[str, int]) -> None:
        """One entry, in the order of its team's ledger."""
        team, pack, tokens, kind = entry["team"], entry["pack"], entry["tokens"], EntryKind(entry["kind"])
        if kind in _MOVES and entry["transfer"]:
            self.transfers[entry["transfer"]] += tokens
        self._shares[team, pack] += tokens
        if kind in _TALLIED:
            self.tally[_TALLIED[kind]] += 1
        self.tally["settled overdraft made good"] += kind is EntryKind.MOVE_OUT and not pack
        if kind is EntryKind.SETTLEMENT or not pack:
            self.owed[team] += tokens if pack else -tokens
            assert self.owed[team] >= 0, "no more is settled or given back than is owed (C10)"
        if not pack:
            return
        if pack not in self._sizes:
            assert kind in _BRINGS, f"the first entry of pack {pack} brings it, {kind.name} does not"
            self._sizes[pack] = tokens
        self.remaining[pack] += tokens
        assert self.remaining[pack] >= 0, "nothing makes a pack negative (P6)"
        self._sums[pack][kind] += tokens
        self.tally["refund follows its pack"] += (
            kind is EntryKind.REFUND and self._shares[team, pack] < self.remaining[pack]
        )

    def check(self, packs: dict[tuple[int, ...], tuple[int, ...]]) -> None:
        """Of all packs by their rows: L2, each is of one team alone, and nothing is lost on the way."""
        assert not any(self.transfers.values()), f"what went out came in (L3): {self.transfers}"
        for team, pack, size, *_ in packs.values():
            sums = self._sums[pack]
            assert size == self._sizes[pack], "a pack's first entry brings its size"
            consumed = -sums[EntryKind.CHARGE] - sums[EntryKind.SETTLEMENT]
            moved_out = size - sum(sums[kind] for kind in (*_BRINGS, EntryKind.MOVE_OUT))
            refunded, expired = sums[EntryKind.REFUND], -sums[EntryKind.EXPIRY]
            assert 0 <= refunded <= consumed
            assert moved_out >= 0
            assert size + sums[EntryKind.ADJUSTMENT] == self.remaining[pack] + consumed + expired + moved_out - refunded
            assert self._shares[team, pack] == self.remaining[pack], "what remains is in the ledger of its team (P5)"
        teams = {row[1]: row[0] for row in packs.values()}
        strays = {key: n for key, n in self._shares.items() if key[1] and n and teams[key[1]] != key[0]}
        assert not strays, f"a team keeps nothing of a pack that has moved (P5): {strays}"
