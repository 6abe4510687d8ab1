"""Idempotency keys: what makes the repeat of a writing call harmless."""

from __future__ import annotations

import hashlib
import uuid

_NAMESPACE = b"cashlink-sdk/1"


class Key:
    """The identity of one writing call. Two calls with the same key are one call: the second gets the answer of the first."""

    def __init__(self, kind: str, text: str) -> None:
        self._kind = kind
        self._text = text

    @classmethod
    def of(cls, own_id: str) -> Key:
        """Derived from an ID of your own, which you have stored before you call.

        The key that is sent is a UUID (version 8) of SHA-256 over a namespace, method and path of the call, and your ID; every client
        of this family derives the same. One ID may name a customer at several calls, but not two calls of one kind: the second update
        of a customer needs another ID than the first, such as ``customer-4711/2``.
        """
        return cls("of", own_id)

    @classmethod
    def random(cls) -> Key:
        """A new key (UUID version 4); for repeats after a crash, store it before you call."""
        return cls("exact", str(uuid.uuid4()))

    @classmethod
    def exact(cls, key: str) -> Key:
        """This key and no other."""
        if not 1 <= len(key) <= 255 or not all("!" <= letter <= "~" for letter in key):
            raise ValueError("an idempotency key is 1 to 255 visible ASCII characters")
        return cls("exact", key)

    @classmethod
    def none(cls) -> Key:
        """No key: the call is sent once and never repeated, unless no connection came about at all."""
        return cls("none", "")

    def for_call(self, method: str, path: str) -> str | None:
        """What is sent in ``X-Idempotency-Key`` by the call of this method and path (below the version, ``investors/``)."""
        if self._kind == "none":
            return None
        if self._kind == "exact":
            return self._text
        digest = hashlib.sha256()
        for part in (_NAMESPACE, method.encode(), path.encode(), self._text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        derived = bytearray(digest.digest()[:16])
        derived[6] = derived[6] & 0x0F | 0x80
        derived[8] = derived[8] & 0x3F | 0x80
        return str(uuid.UUID(bytes=bytes(derived)))
