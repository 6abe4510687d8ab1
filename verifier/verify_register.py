#!/usr/bin/env python3
"""Checks a register bundle without the software that made it, with Python's standard library alone.

Written from docs/register-format.md. Usage:

    verify_register.py BUNDLE.tar [--key KEY …] [--rpc URL] [--isin ISIN [--as-of SEQUENCE]] [--json]

Ends with 0 if everything fits, with 1 and the first difference of each register if something does not, with 2 if the file is no bundle.
"""

import argparse
import base64
import hashlib
import json
import sys
import tarfile
import urllib.request
from dataclasses import dataclass, field

FORMAT = "cashlink register bundle 1"
HEADING = "cashlink register entry 1"
# The fields of each kind of entry, in their order; `?` marks none: every field is there.
KINDS = {
    "issue": ("holder", "units", "isin", "terms_hash"),
    "delivery": ("from", "to", "units", "investment", "transaction_hash", "block"),
    "transfer": ("from", "to", "units", "investment", "instruction", "transaction_hash", "block"),
}
NUMBERS = {"units", "block", "instruction"}
HASHES = {"terms_hash", "investment", "transaction_hash"}
# An honest register of millions of entries fits; what a forger packs does not fill the memory.
LARGEST_FILE = 4 * 1024**3


class Difference(Exception):
    """Something that does not fit."""


class NoBundle(Exception):
    """The file is none of this format."""


# --- Ed25519 (RFC 8032): verification only ---------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(one, other):
    """Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_read(data):
    """The point of 32 bytes; None if they are none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def point_base():
    y = 4 * pow(5, P - 2, P) % P
    return point_read(y.to_bytes(32, "little"))


def is_signature(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = point_read(public), point_read(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or response >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left = point_multiply(response, point_base())
    right = point_add(commitment, point_multiply(challenge, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    same_y = (left[1] * right[2] - right[1] * left[2]) % P == 0
    return same_x and same_y


# --- Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) --------------------------------------------------


@dataclass
class Key:
    """`name+id+base64(1, public key)`."""

    name: str
    public: bytes
    text: str

    @classmethod
    def parse(cls, text):
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        if not name or len(raw) != 33 or raw[0] != 1:
            raise Difference(f"{text!r} is not a public key as name+id+key")
        key = cls(name, raw[1:], text.strip())
        if key.id().hex() != key_id:
            raise Difference(f"the id in {text!r} is not the key's")
        return key

    def id(self):
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]


def opened(note, key):
    """The text of a note that the key has signed."""
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    if not separator:
        raise Difference("this is not a signed note")
    for line in signatures.splitlines():
        dash, name, encoded = (line.split(" ") + ["", ""])[:3]
        if dash != "\u2014" or name != key.name:
            continue
        raw = base64.b64decode(encoded)
        if raw[:4] == key.id() and is_signature(key.public, text.encode(), raw[4:]):
            return text
    raise Difference(f"the note is not signed by {key.name}")


# --- The Merkle tree (RFC 9162, section 2.1) ---------------------------------------------------------------------------


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


@dataclass
class Tree:
    """The roots of the complete subtrees so far, the largest first."""

    size: int = 0
    peaks: list = field(default_factory=list)

    def append(self, leaf):
        self.peaks.append(leaf)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right, left = self.peaks.pop(), self.peaks.pop()
            self.peaks.append(hashlib.sha256(b"\x01" + left + right).digest())
            size //= 2

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root


# --- Entries -----------------------------------------------------------------------------------------------------------


def parse_entry(content):
    """The fields of an entry, which has exactly one way to be written."""
    lines = content.split("\n")
    if lines[0] != HEADING or lines[-1] != "" or not lines[1].startswith("kind: "):
        raise Difference("these are not the bytes of an entry")
    kind = lines[1][len("kind: ") :]
    names = KINDS.get(kind)
    if names is None:
        raise Difference(f"there is no kind of entry {kind!r}")
    if len(lines) != len(names) + 3:
        raise Difference("it has other fields than its kind")
    entry = {"kind": kind}
    for name, line in zip(names, lines[2:]):
        prefix = f"{name}: "
        if not line.startswith(prefix):
            raise Difference(f"the field {name} is missing")
        entry[name] = checked_value(name, line[len(prefix) :])
    return entry


def checked_value(name, text):
    wrong = Difference(f"the field {name} is not written as it has to be")
    if name in NUMBERS:
        if not text.isascii() or not text.isdigit() or str(int(text)) != text:
            raise wrong
        return int(text)
    if name in HASHES:
        if len(text) != 64 or any(digit not in "0123456789abcdef" for digit in text):
            raise wrong
    elif not text or text.strip() != text:
        raise wrong
    return text
