"""One environment's connection: sends calls with a token and a key, and repeats what may be repeated."""

from __future__ import annotations

import email.utils
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.filepost import encode_multipart_formdata

from ._errors import CashlinkError, Refused, SignInRefused, Unreachable, Unreadable
from ._keys import Key

DISTRIBUTOR_SCOPES = "investors:write investors:read investments:write investments:read documents:write"
ISSUER_SCOPES = "products:read products:write issuers:read issuers:write documents:write investments:read"
_UNSENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
_LARGEST_REFUSAL = 256 << 10


@dataclass(frozen=True)
class Environment:
    """What a partner is given for an asset: the URL in any published spelling, and the client's credentials."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """The limits of a client; seconds and bytes."""

    connect_timeout: float = 10.0
    attempt_timeout: float = 30.0
    call_timeout: float = 120.0
    attempts: int = 5
    first_pause: float = 0.25
    longest_pause: float = 20.0
    largest_answer: int = 16 << 20
    #: Scopes to ask for. None: all that the client is granted; a server that insists on scopes is asked for those of the guides.
    scope: str | None = None
    #: The token endpoint. None: ``oauth/token`` below the URL without its prefix, then below the URL as it is.
    token_url: str | None = None
    user_agent: str = "cashlink-sdk-python/0.1.0"


class _Answer:
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def refusal(self) -> Refused:
        return Refused(self.status, self.body, self.headers.get("X-Request-Id"), _retry_after(self.headers.get("Retry-After")))

    def read(self, told: str) -> Any:
        self._require_success(told)
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            raise self._other_than("JSON", told) from None

    def file(self, media_type: str, told: str) -> bytes:
        self._require_success(told)
        if self.headers.get("Content-Type", "").split(";")[0].strip().lower() != media_type:
            raise self._other_than(media_type, told)
        return self.body

    def _require_success(self, told: str) -> None:
        if self.status >= 400:
            raise self.refusal()
        if self.status >= 300:
            where = self.headers.get("Location", "nowhere")
            raise Unreadable(f"{told} was answered with {self.status}, a redirect to {where}, which is not followed", self.status, False)

    def _other_than(self, wanted: str, told: str) -> Unreadable:
        # Without the body, which may hold personal data.
        kind = self.headers.get("Content-Type", "no declared type")
        return Unreadable(f"{told} was answered with {self.status}, not {wanted} but {kind}", self.status, True)


class Connection:
    """Shared by everything that calls one environment; may be used by several threads."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._environment = environment
        self._settings = settings
        base, prefix, versioned = _split(environment.url)
        self.bases = {
            "distributor": f"{base}/v2/" if versioned and prefix is None else f"{base}/distributor/v2/",
            "issuer": f"{base}/issuer/v2/",
            "network": environment.url.rstrip("/") + "/",
        }
        self._published_scopes = ISSUER_SCOPES if prefix == "issuer" else DISTRIBUTOR_SCOPES
        places = [f"{base}/oauth/token"] + ([f"{base}/{prefix}/oauth/token"] if prefix else [])
        self._places = [settings.token_url] if settings.token_url else places
        self._pool = urllib3.PoolManager(headers={"User-Agent": settings.user_agent, "Accept": "application/json"})
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at: float | None = None

    def sign_in(self) -> None:
        """Takes a token now, to find out early whether the credentials are right."""
        self._repeat("POST oauth/token", True, lambda: self._take_token(None))

    def call(
        self,
        api: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        file: tuple[str, bytes, str] | None = None,
        key: Key | None = None,
    ) -> Any:
        told = f"{method} {path}"
        url = self._url(api, path, query)
        headers: dict[str, str] = {}
        content: bytes | None = None
        if file is not None:
            name, data, kind = file
            content, headers["Content-Type"] = encode_multipart_formdata({"file": (name, data, kind)})
        elif body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        sent = None if method == "GET" else (key or Key.random()).for_call(method, path)
        if sent is not None:
            headers["X-Idempotency-Key"] = sent
        harmless = method == "GET" or sent is not None
        return self._repeat(told, harmless, lambda: self._attempt(method, url, headers, content, told).read(told))

    def download(self, api: str, path: str, media_type: str, *, query: Mapping[str, Any] | None = None) -> bytes:
        """A file of this media type."""
        told = f"GET {path}"
        url = self._url(api, path, query)
        headers = {"Accept": media_type}
        content: bytes = self._repeat(told, True, lambda: self._attempt("GET", url, headers, None, told).file(media_type, told))
        return content

    def _url(self, api: str, path: str, query: Mapping[str, Any] | None) -> str:
        given = {name: str(value) for name, value in (query or {}).items() if value is not None}
        return self.bases[api] + path + ("?" + urlencode(given) if given else "")

    def _repeat(self, told: str, harmless: bool, attempt: Any) -> Any:
        end = time.monotonic() + self._settings.call_timeout
        number = 0
        while True:
            number += 1
            try:
                return attempt()
            except CashlinkError as error:
                pause = self._pause(error, harmless, number)
                if pause is None or time.monotonic() + pause >= end:
                    raise
            time.sleep(pause)

    def _pause(self, error: CashlinkError, harmless: bool, number: int) -> float | None:
        settings = self._settings
        unsent = isinstance(error, Unreachable) and not error.may_have_happened
        if number >= settings.attempts or not (error.is_temporary if harmless else unsent):
            return None
        asked = error.retry_after if isinstance(error, Refused) else None
        if asked is not None:
            # A server that asks for more than this is not waited for: the caller is told.
            return asked + random.random() * settings.first_pause if asked <= settings.longest_pause else None
        doubled = min(settings.first_pause * 2.0 ** (number - 1), settings.longest_pause)
        return doubled * (0.5 + random.random() / 2)

    def _attempt(self, method: str, url: str, headers: dict[str, str], content: bytes | None, told: str) -> _Answer:
        token = self._take_token(None)
        answer = self._send(method, url, {**headers, "Authorization": f"Bearer {token}"}, content, told)
        if answer.status != 401:
            return answer
        token = self._take_token(token)
        return self._send(method, url, {**headers, "Authorization": f"Bearer {token}"}, content, told)

    def _take_token(self, refused: str | None) -> str:
        with self._lock:
            fresh = self._renew_at is None or time.monotonic() < self._renew_at
            if self._token is not None and fresh and self._token != refused:
                return self._token
            granted = self._ask_for_token()
            token = granted.get("access_token")
            if not isinstance(token, str):
                raise Unreadable("the token endpoint gave no access_token", 200, False)
            try:
                life: float | None = float(granted.get("expires_in"))  # type: ignore[arg-type]
            except (TypeError, ValueError):
                life = None
            self._renew_at = None if life is None else time.monotonic() + life - min(60.0, life / 10)
            self._token = token
            return token

    def _ask_for_token(self) -> dict[str, Any]:
        for place in list(self._places):
            try:
                granted = self._ask_at(place)
            except SignInRefused as refused:
                if refused.status in (404, 405) and place != self._places[-1]:
                    continue
                raise
            self._places = [place]
            return granted
        raise SignInRefused(self._environment.url, 404, "not_found", None)

    def _ask_at(self, url: str) -> dict[str, Any]:
        try:
            return self._ask_for(url, self._settings.scope)
        except SignInRefused as refused:
            if self._settings.scope is None and refused.error in ("invalid_scope", "invalid_request"):
                return self._ask_for(url, self._published_scopes)
            raise

    def _ask_for(self, url: str, scope: str | None) -> dict[str, Any]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._environment.client_id,
            "client_secret": self._environment.client_secret,
        }
        if scope is not None:
            form["scope"] = scope
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", url, headers, urlencode(form).encode(), "POST oauth/token")
        if answer.status >= 400:
            refused = answer.refusal()
            if refused.is_temporary:
                raise refused
            try:
                said = json.loads(answer.body)
            except ValueError:
                said = {}
            said = said if isinstance(said, dict) else {}
            description = said.get("error_description") or refused.detail
            raise SignInRefused(url, answer.status, str(said.get("error", "")), description)
        granted = answer.read("POST oauth/token")
        if not isinstance(granted, dict):
            raise Unreadable("the token endpoint gave no object", answer.status, False)
        return granted

    def _send(self, method: str, url: str, headers: dict[str, str], content: bytes | None, told: str) -> _Answer:
        settings = self._settings
        end = time.monotonic() + settings.attempt_timeout
        timeout = urllib3.Timeout(connect=settings.connect_timeout, read=settings.attempt_timeout)
        all_headers = {**self._pool.headers, **headers}
        try:
            response = self._pool.request(
                method, url, body=content, headers=all_headers, timeout=timeout, retries=False, redirect=False, preload_content=False
            )
        except HTTPError as error:
            raise Unreachable(f"{told}: {error}", not isinstance(error, _UNSENT)) from None
        limit = settings.largest_answer if response.status < 400 else min(settings.largest_answer, _LARGEST_REFUSAL)
        body = bytearray()
        complete = False
        try:
            for chunk in response.stream(64 << 10, decode_content=True):
                body += chunk
                if len(body) > limit:
                    if response.status >= 400:
                        body.clear()
                        break
                    raise Unreadable(f"{told} was answered with more than {limit} bytes", response.status, False)
                if time.monotonic() > end:
                    raise Unreachable(f"{told}: the answer takes too long", True)
            else:
                complete = True
        except HTTPError as error:
            raise Unreachable(f"{told}: the answer broke off: {error}", True) from None
        finally:
            # What was not read to its end cannot be used again.
            if complete:
                response.release_conn()
            else:
                response.close()
        return _Answer(response.status, response.headers, bytes(body))


def _split(url: str) -> tuple[str, str | None, bool]:
    """Base, prefix and whether a version was given, of any published spelling."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{url} is not the address of an environment")
    given = url.rstrip("/")
    bare = given.removesuffix("/v2")
    head, _, tail = bare.rpartition("/")
    if tail in ("distributor", "issuer"):
        return head, tail, bare != given
    return bare, None, bare != given


def _retry_after(header: str | None) -> float | None:
    if header is None:
        return None
    try:
        return float(max(0, int(header)))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
