"""Signs a person in at the company's identity provider, where the product may have no browser (OAuth 2.0, RFC 8628).

Owns the tokens: kept in a file for the user alone, renewed before they end, forgotten at sign-out. What they allow is
for the authority to say; here they are opaque, but for the subject that they name.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import platformdirs
from filelock import FileLock

from flexauth_client.errors import FlexauthError
from flexauth_client.records import Folder

__all__ = ["Prompt", "SignIn", "SignInFailed", "SignInNeeded"]

TIMEOUT_SECONDS: Final = 10.0
#: A token that ends so soon is renewed first: a call takes time, and clocks differ.
RENEW_SECONDS: Final = 60
#: RFC 8628, 3.5: by how much the pauses grow when the provider asks for that, and what they are without a word.
SLOWER_SECONDS: Final = 5
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
ANSWER_BYTES: Final = 1 << 20
SCOPE: Final = "openid email profile offline_access"
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


class SignInNeeded(FlexauthError):
    """Nobody is signed in at the identity provider, or the sign-in has ended."""


class SignInFailed(FlexauthError):
    """The identity provider did not sign the person in; the message tells why."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show the person: open `url` and enter `code`, or open `whole_url`, which holds both ("": none).

    `device_code` is for `finish` alone. Times in seconds, `ends_at` since the epoch.
    """

    url: str
    code: str
    whole_url: str
    device_code: str
    interval: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class _Tokens:
    """`ends_at` in seconds since the epoch; `renewal` "": it cannot be renewed."""

    access: str
    renewal: str
    ends_at: float
    subject: str


class SignIn:
    """One person's sign-in at the provider `issuer` (an https URL) as its client `client_id`.

    `begin` and `finish` sign in; from then on, also after a restart, `token` gives the token of the moment, as in
    `Client(token=signin.token, user=signin.subject)`. Threads and processes may share one.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        *,
        scope: str = SCOPE,
        folder: Path | None = None,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._issuer, self._client_id, self._scope = issuer.rstrip("/"), client_id, scope
        self._check(self._issuer)
        self._path = folder or Path(platformdirs.user_state_dir("flexauth", appauthor=False), "sign-ins")
        digest = sha256(f"{self._issuer}\n{client_id}".encode()).hexdigest()[:16]
        self._name = f"{digest}.tokens"
        self._now, self._pause = now, pause
        self._tokens: _Tokens | None = None

    def begin(self) -> Prompt:
        """Ask for a code that the person enters in a browser, on any machine."""
        answer = self._post("device_authorization_endpoint", {"scope": self._scope})
        if "device_code" not in answer:
            raise SignInFailed(self._why(answer))
        return Prompt(
            url=str(answer["verification_uri"]),
            code=str(answer["user_code"]),
            whole_url=str(answer.get("verification_uri_complete", "")),
            device_code=str(answer["device_code"]),
            interval=float(answer.get("interval", SLOWER_SECONDS)),
            ends_at=self._now() + float(answer["expires_in"]),
        )

    def finish(self, prompt: Prompt) -> None:
        """Wait until the person has entered the code. `SignInFailed` if they refuse, or let it lapse."""
        interval = prompt.interval
        while self._now() < prompt.ends_at:
            self._pause(interval)
            answer = self._post("token_endpoint", {"grant_type": DEVICE_GRANT, "device_code": prompt.device_code})
            match answer.get("error"):
                case None:
                    self._keep(answer, "")
                    return
                case "authorization_pending":
                    pass
                case "slow_down":
                    interval += SLOWER_SECONDS
                case _:
                    raise SignInFailed(self._why(answer))
        raise SignInFailed("The code was not entered in time; sign in again.")

    def token(self) -> str:
        """The access token, renewed when it is about to end. `SignInNeeded` if the person must sign in."""
        tokens = self._tokens
        if tokens is None or not self._lasts(tokens):
            with self._lock():  # a provider may take a renewal token once: others wait, and find what came of it
                tokens = self._read()
                if not self._lasts(tokens):
                    tokens = self._renewed(tokens)
                self._tokens = tokens
        return tokens.access

    @property
    def subject(self) -> str:
        """Who is signed in, by the name that the provider has for them. `SignInNeeded` if nobody is."""
        return (self._tokens or self._read()).subject

    def sign_out(self) -> None:
        """Forget the tokens on this machine."""
        self._tokens = None
        (self._path / self._name).unlink(missing_ok=True)

    # Inside.

    def _lasts(self, tokens: _Tokens) -> bool:
        return self._now() + RENEW_SECONDS < tokens.ends_at

    def _renewed(self, tokens: _Tokens) -> _Tokens:
        if not tokens.renewal:
            raise SignInNeeded(f"The sign-in at {self._issuer} has ended; sign in again.")
        try:
            answer = self._post("token_endpoint", {"grant_type": "refresh_token", "refresh_token": tokens.renewal})
        except SignInFailed:
            if self._now() < tokens.ends_at:  # the provider is away, and the token lasts a little longer
                return tokens
            raise
        if "error" in answer:
            raise SignInNeeded(f"The sign-in at {self._issuer} has ended ({self._why(answer)}); sign in again.")
        return self._keep(answer, tokens.renewal)

    def _keep(self, answer: dict[str, Any], renewal: str) -> _Tokens:
        """Store the tokens of an answer; a renewal token that it lacks stays the one before (RFC 6749, 6)."""
        try:
            access = str(answer["access_token"])
        except KeyError:
            raise SignInFailed(f"The identity provider {self._issuer} gave no access token.") from None
        ends_at = self._now() + float(answer.get("expires_in", 3_600))
        subject = _subject(str(answer.get("id_token", ""))) or _subject(access)
        kept = self._tokens.subject if self._tokens else ""
        tokens = _Tokens(access, str(answer.get("refresh_token", renewal)), ends_at, subject or kept)
        Folder(self._path).keep_note(self._name, json.dumps(asdict(tokens)))
        self._tokens = tokens
        return tokens

    def _read(self) -> _Tokens:
        try:
            return _Tokens(**json.loads((self._path / self._name).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise SignInNeeded(f"Nobody is signed in at {self._issuer}; sign in first.") from None

    def _lock(self) -> FileLock:
        Folder(self._path)
        return FileLock(self._path / f"{self._name}.lock", mode=0o600, timeout=TIMEOUT_SECONDS)

    def _post(self, endpoint: str, form: dict[str, str]) -> dict[str, Any]:
        """The JSON answer of the provider, a refusal too."""
        where = self._endpoint(endpoint)
        body = urllib.parse.urlencode({"client_id": self._client_id, **form}).encode()
        return self._fetch(where, body)

    def _endpoint(self, name: str) -> str:
        found = self._fetch(f"{self._issuer}/.well-known/openid-configuration")
        if found.get("issuer", "").rstrip("/") != self._issuer or name not in found:
            raise SignInFailed(f"{self._issuer} is no identity provider that signs in devices (it names no {name}).")
        return str(found[name])

    def _fetch(self, url: str, body: bytes | None = None) -> dict[str, Any]:
        self._check(url)
        request = urllib.request.Request(url, body, {"Accept": "application/json"})  # noqa: S310  # checked above
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                text = answer.read(ANSWER_BYTES)
        except urllib.error.HTTPError as refusal:
            text = refusal.read(ANSWER_BYTES)
        except OSError as error:
            raise SignInFailed(f"The identity provider {self._issuer} cannot be reached: {error}.") from error
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SignInFailed(f"The identity provider {self._issuer} answers with something that is not JSON.")
        return found

    @staticmethod
    def _check(url: str) -> None:
        """Tokens travel by TLS, or within this machine."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise SignInFailed(f"The identity provider is named {url!r}; it must be https://HOST.")

    def _why(self, answer: dict[str, Any]) -> str:
        told = answer.get("error_description") or answer.get("error") or "no reason is given"
        return f"The identity provider {self._issuer} refuses: {told}"


def _subject(token: str) -> str:
    """The subject that a JWT names, "" where it is none. Not verified: the authority verifies what it is sent."""
    parts = token.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return ""
    return str(claims.get("sub", "")) if isinstance(claims, dict) else ""
