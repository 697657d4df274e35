"""The rows of Reporting."""

from __future__ import annotations

from flexauth import answers, requests
from flexauth.rpc.method import Row
from flexauth.rpc.wire import PACK, entry, many, page, parser, writer
from flexauth.v1 import reporting_pb2 as pb
from flexauth.v1 import types_pb2

__all__ = ["ROWS"]

_BALANCE = writer(types_pb2.Balance, answers.Balance, packs=many(PACK))

ROWS = {
    "GetBalance": Row(
        parser(pb.GetBalanceRequest, requests.GetBalance),
        lambda balance: pb.GetBalanceResponse(balance=_BALANCE(balance)),
        blocks=True,
    ),
    "ListLedger": Row(
        parser(pb.ListLedgerRequest, requests.ListLedger),
        page(pb.ListLedgerResponse, "entries", entry),
        blocks=True,
    ),
}
