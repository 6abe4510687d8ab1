"""Webhooks on the receiver's side: whether a message is the network's, whole and fresh, and what it says.

Verify the bytes as they came, before anything parses them. Answer 2xx once you have stored the event, and expect it again: the same event
has the same ``identity``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import cast

from .models import Event

_LARGEST_BODY = 1 << 20
_MOST_SIGNATURES = 16


class Disbelief(Exception):
    """Why a message is not to be believed. Answer 401 or 400: the network repeats what you did not take."""


class Inbox:
    """What a receiver needs: the signing secrets (during a rotation both), the agreed bearer token, or all of them.

    With a secret, the signature must be right; with a token, ``Authorization`` must carry it. The published, unsigned form is an inbox
    with only a token. A message never becomes genuine by leaving its signature out.
    """

    def __init__(self, *secrets: str, bearer_token: str | None = None, tolerance: float = 300) -> None:
        if not secrets and not bearer_token:
            raise ValueError("an inbox needs a signing secret or a bearer token")
        self._secrets = [_secret(secret) for secret in secrets]
        self._bearer_token = bearer_token
        self._tolerance = tolerance

    def open(self, headers: Mapping[str, str], body: bytes, now: float | None = None) -> Event:
        """The event, if the message is genuine; `now` is in Unix seconds, omitted: now."""
        if len(body) > _LARGEST_BODY:
            raise Disbelief("the body is larger than any event")
        sent = {name.lower(): value for name, value in headers.items()}
        if self._bearer_token is not None:
            scheme, _, token = sent.get("authorization", "").partition(" ")
            same = hmac.compare_digest(token.strip().encode(), self._bearer_token.encode())
            if scheme.lower() != "bearer" or not same:
                raise Disbelief("the bearer token is not the agreed one")
        if self._secrets:
            self._check_signature(sent, body, time.time() if now is None else now)
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise Disbelief("the body is not an event")
        return cast(Event, event)

    def _check_signature(self, sent: Mapping[str, str], body: bytes, now: float) -> None:
        identity, timestamp, signatures = (sent.get(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
        if identity is None or timestamp is None or signatures is None:
            raise Disbelief("webhook-id, webhook-timestamp and webhook-signature are needed")
        try:
            age = now - int(timestamp)
        except ValueError:
            raise Disbelief("webhook-timestamp is not a number of seconds") from None
        if abs(age) > self._tolerance:
            raise Disbelief("webhook-timestamp is outside the tolerance")
        signed = f"{identity}.{timestamp}.".encode() + body
        expected = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in self._secrets]
        for signature in signatures.split(" ")[:_MOST_SIGNATURES]:
            version, _, encoded = signature.partition(",")
            try:
                given = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                continue
            if version == "v1" and any(hmac.compare_digest(given, own) for own in expected):
                return
        raise Disbelief("no signature matches")


def identity(event: Event, body: bytes) -> str:
    """What tells one event from another: its ID, or of the unsigned form investment, status and time together."""
    if event.get("id"):
        return str(event["id"])
    parts = (event.get("investment_id"), event.get("status"), event.get("changed_at"))
    if all(parts):
        return "/".join(str(part) for part in parts)
    return hashlib.sha256(body).hexdigest()


def _secret(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("a signing secret is whsec_ and base64 of 24 to 64 bytes")
    return key
