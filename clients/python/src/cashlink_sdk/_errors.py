"""Why a call came to nothing."""

from __future__ import annotations

import json
from typing import Any

_MOST_FIELDS = 200
_TEMPORARY = {408, 425, 429, 500, 502, 503, 504}


class CashlinkError(Exception):
    """Every error of this package. `is_temporary`: the same call with the same key may succeed later."""

    is_temporary = False


class Unreachable(CashlinkError):
    """There was no answer, or not all of it."""

    is_temporary = True

    def __init__(self, message: str, may_have_happened: bool) -> None:
        super().__init__(message)
        #: The request may have reached the server. A repeat with the same key is safe.
        self.may_have_happened = may_have_happened


class Unreadable(CashlinkError):
    """There was an answer, but not one of this API: a page of HTML, a redirect, JSON of another shape."""

    def __init__(self, message: str, status: int, is_temporary: bool) -> None:
        super().__init__(message)
        self.status = status
        self.is_temporary = is_temporary


class TooMany(CashlinkError):
    """A list has more entries than were asked for at most."""


class SignInRefused(CashlinkError):
    """The token endpoint refused the client: usually credentials of another environment."""

    def __init__(self, url: str, status: int, error: str, description: str | None) -> None:
        super().__init__(f"{url} refused the client with {status}: {error} {description or ''}".rstrip())
        self.status = status
        #: RFC 6749 section 5.2, such as ``invalid_client``.
        self.error = error


class Refused(CashlinkError):
    """The server's no: its status, its code to branch on, and the fields concerned."""

    def __init__(self, status: int, body: bytes, request_id: str | None, retry_after: float | None) -> None:
        said = _object(body)
        self.status = status
        #: Stable code; None if the server has none.
        self.code: str | None = _text(said, "code")
        self.title: str | None = _text(said, "title")
        self.detail: str | None = _text(said, "detail") or _text(said, "message")
        self.request_id: str | None = _text(said, "request_id") or request_id
        self.resource_id: str | None = _text(said, "resource_id")
        asked = said.get("retry_after_s")
        self.retry_after: float | None = retry_after if retry_after is not None else asked if isinstance(asked, int) else None
        #: ``field``, ``code`` and ``message`` of each field.
        self.errors: list[dict[str, str]] = _errors(said)
        self.is_temporary = status in _TEMPORARY or self.code == "idempotency_in_flight"
        text = f"refused with {status}"
        text += f" {self.code}" if self.code else ""
        text += f": {self.detail or self.title}" if self.detail or self.title else ""
        text += "".join(f"; {error['field']} {error['message']}" for error in self.errors)
        text += f" (request {self.request_id})" if self.request_id else ""
        super().__init__(text)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _text(said: dict[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) else None


def _errors(said: dict[str, Any]) -> list[dict[str, str]]:
    errors = said.get("errors")
    found: list[dict[str, str]] = []
    if isinstance(errors, list):
        for error in errors:
            if isinstance(error, dict):
                found.append({name: str(error.get(name, "")) for name in ("field", "code", "message")})
    elif isinstance(errors, dict):
        _collect("", errors, found)
    elif "code" not in said and "title" not in said:
        # As Django REST Framework does it: a map from fields to complaints.
        _collect("", {name: value for name, value in said.items() if name not in ("detail", "message")}, found)
    return found[:_MOST_FIELDS]


def _collect(path: str, value: Any, found: list[dict[str, str]]) -> None:
    if len(found) >= _MOST_FIELDS:
        return
    if isinstance(value, str):
        found.append({"field": path or "body", "code": "invalid", "message": value})
    elif isinstance(value, list):
        nested = any(isinstance(item, dict) for item in value)
        for index, item in enumerate(value):
            _collect(f"{path}[{index}]" if nested else path, item, found)
    elif isinstance(value, dict):
        for name, below in value.items():
            _collect(path if name == "non_field_errors" else f"{path}.{name}".lstrip("."), below, found)
