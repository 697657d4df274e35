"""Who may call what: keys, callers, and the check of each call. Knows no transport."""

from flexauth.access.caller import Peer
from flexauth.access.earlier import Access, ApiKey, PermissionDenied, Role, add_key, load_keys, new_key

__all__ = ["Access", "ApiKey", "Peer", "PermissionDenied", "Role", "add_key", "load_keys", "new_key"]
