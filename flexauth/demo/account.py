"""What a month came to: sums over the books and over what the people lived. Pure; shows nothing by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flexauth import answers
from flexauth.commands import DAY, EntryKind
from flexauth.demo.books import Books, Proof, column
from flexauth.demo.diary import Day, eventful_day
from flexauth.demo.month import START
from flexauth.demo.story import Company, Progress
from flexauth.demo.unaware import Line, Stay, windows_unaware
from flexauth.sample import published_rates

__all__ = ["Account", "ProductSum", "give_account"]


@dataclass(frozen=True, slots=True)
class ProductSum:
    """Charges of one product: how many windows, how many tokens."""

    product: str
    name: str
    windows: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Account:
    """Counts and tokens of the month. `paid` is what the consumed tokens cost, in millionths of the packs' currency."""

    company: Company
    contacts: int
    entries: int
    sign_ins: int
    in_paid_window: int
    included: int
    free: int
    windows: int
    tokens: int
    paid: int
    tokens_by_day: tuple[int, ...]
    products: tuple[ProductSum, ...]
    idle_windows_avoided: int
    idle_tokens_avoided: int
    left_open_windows: int
    left_open_tokens: int
    offline_leases: int
    offline_minutes: int
    late_refunds: int
    refunded_tokens: int
    crashes: int
    take_overs: int
    denials: tuple[tuple[str, int], ...]
    orders: int
    balance: answers.Balance
    proofs: tuple[Proof, ...]
    day: Day | None

    @property
    def balanced(self) -> bool:
        return all(proof.holds for proof in self.proofs)

    def plain(self) -> dict[str, Any]:
        """Plain values for machines."""
        values = asdict(self)
        values["products"] = {p.product: {"windows": p.windows, "tokens": p.tokens} for p in self.products}
        values["denials"] = dict(self.denials)
        values["proofs"] = [
            {"law": proof.law, "holds": proof.holds, "broken": list(proof.broken)} for proof in self.proofs
        ]
        values["balanced"] = self.balanced
        return values


def give_account(company: Company, month: Progress, books: Books, proofs: Sequence[Proof]) -> Account:
    """Add up the month."""
    lived = month.lived.counts
    by_product: dict[str, list[int]] = {}
    for charge in books.charges:
        by_product.setdefault(charge.product, []).append(charge.tokens)
    names = {rate.product: rate.name for rate in published_rates()}
    rates = {rate.product: rate.tokens for rate in published_rates()}
    avoided = _avoided(month.lived.stays, books.charges, month.at)
    sums = [ProductSum(product, names[product], len(tokens), sum(tokens)) for product, tokens in by_product.items()]
    denials = Counter({key.removeprefix("denied "): count for key, count in lived.items() if key.startswith("denied ")})
    left_open = [charge for charge in books.charges if _is_away(charge, month)]
    return Account(
        company=company,
        contacts=month.contacts,
        entries=len(books.entries),
        sign_ins=lived["sign-ins"],
        in_paid_window=lived["by PAID_WINDOW"],
        included=lived["by INCLUDED"],
        free=lived["free sign-ins"],
        windows=len(books.charges),
        tokens=sum(charge.tokens for charge in books.charges),
        paid=sum(pack.consumed * pack.unit_price for pack in books.balance.packs),
        tokens_by_day=_by_day(books, company.days),
        products=tuple(sorted(sums, key=lambda each: -each.tokens)),
        idle_windows_avoided=avoided.total(),
        idle_tokens_avoided=sum(windows * rates[product] for (_, product), windows in avoided.items()),
        left_open_windows=len(left_open),
        left_open_tokens=sum(charge.tokens for charge in left_open),
        offline_leases=lived["offline leases"],
        offline_minutes=lived["offline minutes"],
        late_refunds=lived["late refunds"],
        refunded_tokens=lived["refunded tokens"],
        crashes=lived["crashes"],
        take_overs=lived["take-overs"],
        denials=tuple(denials.most_common()),
        orders=lived["orders"],
        balance=books.balance,
        proofs=(*proofs, _recounted(month, books.charges)),
        day=eventful_day(month.lived.diary, books.charges),
    )


def _recounted(month: Progress, charges: Sequence[answers.Charge]) -> Proof:
    """Where every open moment is use, the charges are those that the stays alone come to."""
    stays = [stay for stay in month.lived.stays if not stay.idle_aware]
    charged = Counter((charge.user, charge.product) for charge in charges if not charge.refunded)
    counted = windows_unaware(stays, month.at)
    law = "where every open moment is use, the charges are those counted anew from it (C2 to C5)"
    return Proof(
        law,
        tuple(
            f"{line}: {n} windows counted, {charged[line]} charged" for line, n in counted.items() if n != charged[line]
        ),
    )


def _avoided(stays: Sequence[Stay], charges: Sequence[answers.Charge], until: int) -> Counter[Line]:
    """Windows of idle-aware lines that were not charged, and would have been if nothing could tell idleness."""
    aware = [stay for stay in stays if stay.idle_aware]
    charged = Counter((charge.user, charge.product) for charge in charges if not charge.refunded)
    return Counter({line: windows - charged[line] for line, windows in windows_unaware(aware, until).items()})


def _is_away(charge: answers.Charge, month: Progress) -> bool:
    """Whether nobody sat at the session when the window began: a version that cannot tell idleness was left open."""
    spans = month.lived.away.get(charge.session, ())
    return any(begins <= charge.window_start and (charge.window_start < ends or not ends) for begins, ends in spans)


def _by_day(books: Books, days: int) -> tuple[int, ...]:
    tokens: Counter[int] = Counter()
    for entry in books.entries:
        if column(entry, "kind") == EntryKind.CHARGE:
            tokens[(column(entry, "window_start") - START) // DAY] -= column(entry, "tokens")
    return tuple(tokens[day] for day in range(days))
