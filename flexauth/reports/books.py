"""Balances, packs, charges, sessions and the ledger as they are stored. Reads only; any thread may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flexauth import answers, limits, requests
from flexauth.commands import COLUMNS, Entitlement, State
from flexauth.directory import Directory
from flexauth.pages import page_of, position
from flexauth.store.port import Store

__all__ = ["Books"]

_LATEST = 2**62
_LEDGER = COLUMNS["ledger"]


def _whole(row: Mapping[str, Any]) -> int:
    return int((row["session_hi"] % 2**64) << 64 | row["session_lo"] % 2**64)


class Books:
    """`reads` by type of request. `latest` gives the time of the last batch that was decided."""

    def __init__(self, store: Store, directory: Directory, latest: Callable[[], int]) -> None:
        self._store, self._directory, self._latest = store, directory, latest
        self.reads: dict[type, Callable[[Any], Any]] = {
            requests.GetBalance: self._balance,
            requests.ListPacks: self._list_packs,
            requests.ListLedger: self._list_ledger,
            requests.ListCharges: self._list_charges,
            requests.ListSessions: self._list_sessions,
        }

    def _packs(self, team: int, after: int, limit: int) -> list[dict[str, Any]]:
        return self._store.select("packs_of_team", {"team": team, "after": after, "limit": limit})

    def _pack(self, row: Mapping[str, Any]) -> answers.Pack:
        return answers.Pack(
            row["pack"], self._directory.team_name(row["team"]), row["size"], row["unit_price"], row["currency"],
            row["starts_at"], row["ends_at"], row["purchased_at"], row["remaining"], row["held"], row["consumed"],
            row["expired"], row["moved_out"], row["refunded"], row["number"],
        )  # fmt: skip

    def _balance(self, request: requests.GetBalance) -> answers.Balance:
        """P2, of what is stored: packs that have begun and not ended, less what the overdraft owes (C10)."""
        team = self._directory.team_id(request.team)
        rows = self._packs(team, 0, limits.PACKS_PER_TEAM)
        (row,) = self._store.select("balance", {"team": team, "now": self._latest()})
        return answers.Balance(
            team=request.team,
            available=row["available"],
            held=row["held"],
            overdraft=row["overdraft"],
            purchased=sum(r["size"] for r in rows if not r["parent"]),
            consumed=sum(r["consumed"] for r in rows),
            expired=sum(r["expired"] for r in rows),
            refunded=sum(r["refunded"] for r in rows),
            as_of=row["as_of"],
            packs=tuple(self._pack(row) for row in rows),
        )

    def _list_packs(self, request: requests.ListPacks) -> answers.Page[answers.Pack]:
        team, after = self._directory.team_id(request.team), position(request, 1)[0]
        limit = request.page_size or limits.PAGE_DEFAULT
        rows = list(enumerate(self._packs(team, after, limit + 1), after + 1))
        return page_of(rows, limit, lambda row: self._pack(row[1]), lambda row: (row[0],))

    def _list_ledger(self, request: requests.ListLedger) -> answers.Page[answers.Entry]:
        team, limit = self._directory.team_id(request.team), request.page_size or limits.PAGE_DEFAULT
        rows = self._store.select("ledger_page", {"team": team, "after": position(request, 1)[0], "limit": limit + 1})

        def entry(row: Mapping[str, Any]) -> answers.Entry:
            columns = tuple(row[column] for column in _LEDGER)
            return answers.Entry(request.team, columns, row["digest"] or b"", row["hash"])

        return page_of(rows, limit, entry, lambda row: (row["seq"],))

    def _list_charges(self, request: requests.ListCharges) -> answers.Page[answers.Charge]:
        user, limit = self._directory.user_id(request.user), request.page_size or limits.PAGE_DEFAULT
        before, team, product = position(request, 3, _LATEST)
        key = {"user": user, "before": before, "before_team": team, "before_product": product, "limit": limit + 1}
        rows = self._store.select("charges_of_user", key)
        return page_of(rows, limit, self._charge, lambda row: (row["window_start"], row["team"], row["product"]))

    def _charge(self, row: Mapping[str, Any]) -> answers.Charge:
        line = {key: row[key] for key in ("team", "user", "product", "window_start")}
        slices = self._store.select("slices_of_window", line)
        return answers.Charge(
            team=self._directory.team_name(row["team"]),
            user=self._directory.users.get(row["user"]),
            product=self._directory.product_code(row["product"]),
            window_start=row["window_start"],
            window_end=row["window_end"],
            tokens=row["tokens"],
            refunded=row["refunded"],
            seq=row["seq"],
            rate=row["rate"],
            rate_version=row["rate_version"],
            policy_version=row["policy_version"],
            session=requests.session_text(_whole(row)),
            slices=tuple((s["pack"], s["tokens"]) for s in slices),
        )

    def _list_sessions(self, request: requests.ListSessions) -> answers.Page[answers.SessionFacts]:
        limit = request.page_size or limits.PAGE_DEFAULT
        before, high, low = position(request, 3, _LATEST)
        key = {"before": before, "before_hi": high, "before_lo": low, "limit": limit + 1}
        if request.user:
            rows = self._store.select("sessions_of_user", {"user": self._directory.user_id(request.user), **key})
        else:
            rows = self._store.select("sessions_of_team", {"team": self._directory.team_id(request.team), **key})
        return page_of(rows, limit, self._session, lambda r: (r["opened_at"], r["session_hi"], r["session_lo"]))

    def _session(self, row: Mapping[str, Any]) -> answers.SessionFacts:
        directory = self._directory
        return answers.SessionFacts(
            session=requests.session_text(_whole(row)),
            state=State(row["state"]),
            entitlement=Entitlement(row["entitlement"]),
            team=directory.team_name(row["team"]),
            user=directory.users.get(row["user"]),
            product=directory.product_code(row["product"]),
            device=directory.devices.get(row["device"]),
            heartbeat_by=0,
            lease_until=row["deadline"] if row["state"] in (State.ACTIVE, State.IDLE) else 0,
            paid_until=0,
            pending_since=0,
            idle_after=0,
            counter=row["counter"],
            opened_at=row["opened_at"],
            ended_at=max(row["ended_at"], 0),
            server_time=0,
        )
