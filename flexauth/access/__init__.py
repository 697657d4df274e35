"""Who may call what: credentials to callers, callers to what they may touch. Knows no transport."""

from flexauth.access.admission import Access, Admitted, unasked
from flexauth.access.belongings import Guard, guarded
from flexauth.access.boundary import Boundary, Held
from flexauth.access.caller import Caller, Peer
from flexauth.access.keys import ApiKey, NewApiKey, make_key, read_old_keys
from flexauth.access.permissions import INSPECT, TABLE, Permission, PermissionDenied, permission_of

__all__ = [
    "INSPECT",
    "TABLE",
    "Access",
    "Admitted",
    "ApiKey",
    "Boundary",
    "Caller",
    "Guard",
    "Held",
    "NewApiKey",
    "Peer",
    "Permission",
    "PermissionDenied",
    "guarded",
    "make_key",
    "permission_of",
    "read_old_keys",
    "unasked",
]
