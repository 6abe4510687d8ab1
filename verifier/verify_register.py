#!/usr/bin/env python3
"""Checks a register bundle, or the proof of one entry, without the software that made it, with Python's standard library alone.

Written from docs/register-format.md. Usage:

    verify_register.py BUNDLE.tar [--key KEY …] [--witness KEY …] [--rpc URL] [--isin ISIN [--as-of SEQUENCE]] [--json]
    verify_register.py --proof FILE.tlog-proof --key KEY [--json]

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

FORMAT = "cashlink register bundle 2"
HEADING = "cashlink register entry 1"
RECORD = "cashlink terms record 1"
# The fields of each kind of entry, in their order.
KINDS = {
    "issue": ("holder", "units", "isin", "terms_hash"),
    "delivery": ("from", "to", "units", "investment", "transaction_hash", "block"),
    "transfer": ("from", "to", "units", "investment", "instruction", "transaction_hash", "block"),
    "redemption": ("from", "to", "units", "instruction", "transaction_hash", "block"),
    "deletion": ("holder", "units", "voids", "instruction", "transaction_hash", "block"),
    "restriction": (
        "holder", "right", "beneficiary", "extent", "details", "document", "instruction", "transaction_hash", "block",
    ),
    "conversion": ("holder", "entry_type", "document", "instruction", "transaction_hash", "block"),
    "release": ("holder", "releases", "extent", "document", "instruction", "transaction_hash", "block"),
    "reregistration": (
        "from", "to", "units", "ground", "investment", "details", "document", "instruction", "transaction_hash", "block",
    ),
    "reversal": (
        "from", "to", "units", "reverses", "details", "document", "instruction", "transaction_hash", "block",
    ),
}
NUMBERS = {"units", "block", "instruction", "voids", "releases", "reverses"}
HASHES = {"terms_hash", "investment", "transaction_hash", "details", "document"}
GROUNDS = {"succession", "court_order", "administrative_act", "lost_key"}
ENTRY_TYPES = {"single", "collective"}
RIGHTS = {"pledge", "usufruct", "attachment", "lock", "freeze", "disentitlement"}
# EIP-1167: a clone is these bytes around the address of its implementation.
CLONE = ("363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3")
BALANCE_OF = "70a08231"


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
    # 1 signs a text, 4 a time and a checkpoint.
    algorithm: int = 1

    @classmethod
    def parse(cls, text, algorithm=1):
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        if not name or len(raw) != 33 or raw[0] != algorithm:
            raise Difference(f"{text!r} is not a public key as name+id+key")
        key = cls(name, raw[1:], text.strip(), algorithm)
        if key.id().hex() != key_id:
            raise Difference(f"the id in {text!r} is not the key's")
        return key

    def id(self):
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]


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


def is_cosigned(text, line, key):
    """Whether a witness has signed this checkpoint at the time that its signature names (C2SP tlog-cosignature)."""
    dash, name, encoded = (line.split(" ") + ["", ""])[:3]
    raw = base64.b64decode(encoded)
    if dash != "\u2014" or name != key.name or raw[:4] != key.id():
        return False
    time = int.from_bytes(raw[4:12], "big")
    return is_signature(key.public, f"cosignature/v1\ntime {time}\n{text}".encode(), raw[12:])


def opened_by_any(note, keys):
    """The text of a note that one of the keys has signed."""
    for key in keys[:-1]:
        try:
            return opened(note, key)
        except Difference:
            pass
    return opened(note, keys[-1])


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
    if (name == "right" and text not in RIGHTS) or (name == "ground" and text not in GROUNDS):
        raise wrong
    if name == "entry_type" and text not in ENTRY_TYPES:
        raise wrong
    if name == "extent" and text == "all":
        return text
    if name in NUMBERS or name == "extent":
        if not text.isascii() or not text.isdigit() or str(int(text)) != text:
            raise wrong
        return int(text)
    if name in HASHES:
        if len(text) != 64 or any(digit not in "0123456789abcdef" for digit in text):
            raise wrong
    elif not text or text.strip() != text:
        raise wrong
    return text


# --- The bundle --------------------------------------------------------------------------------------------------------


class Bundle:
    """A tar file of which nothing is believed before its hash fits."""

    def __init__(self, path):
        # Who has to have signed each log.
        self.witnesses = []
        try:
            self.tar = tarfile.open(path, "r:")
            self.members = {member.name: member for member in self.tar if member.isfile()}
        except (tarfile.TarError, OSError) as error:
            raise NoBundle(f"{path} is no tar file that can be read: {error}") from error
        try:
            self.manifest = json.loads(self.read("manifest.json"))
        except (KeyError, ValueError) as error:
            raise NoBundle(f"{path} has no manifest: {error}") from error
        if self.manifest.get("format") != FORMAT:
            raise NoBundle(f"this is not of the format {FORMAT!r}: {self.manifest.get('format')!r}")

    def open(self, name):
        return self.tar.extractfile(self.members[name])

    def read(self, name):
        with self.open(name) as file:
            return file.read()

    def lines(self, name):
        """The objects of a file, one by one: it may be larger than the memory."""
        with self.open(name) as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise Difference(f"{name}, line {number}: {error}") from error

    def check(self, keys):
        """Signature, hashes, and that nothing is missing or beside them."""
        text = opened(self.read("manifest.note").decode(), key_of(self.manifest["public_key"], keys))
        digest = hashlib.sha256(self.read("manifest.json")).hexdigest()
        if text != f"{FORMAT}\n{digest}\n":
            raise Difference("the signature is over another manifest")
        listed = {"manifest.json", "manifest.note"}
        for file in self.manifest["files"]:
            path = file["path"]
            listed.add(path)
            if path not in self.members:
                raise Difference(f"{path} is missing")
            if self.hash_of(path) != file["sha256"]:
                raise Difference(f"{path} is not as it was exported")
        beside = sorted(set(self.members) - listed)
        if beside:
            raise Difference(f"{beside[0]} is not listed in the manifest")

    def hash_of(self, path):
        digest = hashlib.sha256()
        with self.open(path) as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def key_of(text, keys):
    """The key of this text, if it is one of those that are trusted; any, if none is named."""
    key = Key.parse(text)
    if keys and key.public not in [trusted.public for trusted in keys]:
        raise Difference(f"it is signed by another key than was named: {text}")
    return key


# --- One register ------------------------------------------------------------------------------------------------------


class Register:
    """A register as it follows from its entries."""

    def __init__(self, bundle, isin, keys):
        self.bundle, self.isin, self.keys = bundle, isin, keys
        self.folder = f"registers/{isin}"
        self.about = json.loads(bundle.read(f"{self.folder}/register.json"))
        self.tree = Tree()
        self.holdings = {}
        self.issued = 0
        self.deleted = 0
        self.issuer = None
        self.terms = None
        # Keys of those who have signed the log, and what former registrars have signed: the root by the number of entries.
        self.signers = []
        self.signed = {}
        # The entries of redemptions: holder, units, instruction.
        self.redemptions = {}
        # What carried out an instruction of the queue, and what came back to the issuer by which entry and is not void yet.
        self.instructed = []
        self.redeemed = {}
        # Which entries were reversed.
        self.reversed = set()
        # What restricts whom: by the entry that made it the holder, the right, the beneficiary, and how much it covers now.
        self.restricted = {}
        # Who is entered for others.
        self.collective = set()

    def replay(self, up_to=None):
        for line in self.bundle.lines(f"{self.folder}/entries.jsonl"):
            sequence = self.tree.size + 1
            if up_to is not None and sequence > up_to:
                return
            try:
                self.append(line, sequence)
            except Difference as difference:
                raise Difference(f"entry {sequence}: {difference}") from None

    def append(self, line, sequence):
        if line.get("sequence") != sequence:
            raise Difference("it is missing")
        content = line["content"].encode()
        entry = parse_entry(line["content"])
        leaf = leaf_hash(content)
        if line["leaf_hash"] != leaf.hex():
            raise Difference("its leaf hash is not that of its content")
        self.tree.append(leaf)
        if line["root_hash"] != self.tree.root().hex():
            raise Difference("its root hash does not follow from the entries")
        if self.signed.pop(sequence, self.tree.root()) != self.tree.root():
            raise Difference("a root that was signed or written on the DLT network does not follow from the entries")
        self.apply(entry)

    def apply(self, entry):
        if entry["kind"] in ("restriction", "release", "conversion"):
            if self.issuer is None:
                raise Difference("something is restricted or converted before the issue")
            self.instructed.append((entry["instruction"], entry["transaction_hash"]))
            if entry["kind"] == "restriction":
                self.restrict(entry)
            elif entry["kind"] == "conversion":
                self.convert(entry)
            else:
                self.release(entry)
            return
        units = entry["units"]
        if entry["kind"] == "issue":
            if self.tree.size != 1:
                raise Difference("a second issue")
            if entry["isin"] != self.isin:
                raise Difference("it is about another security")
            self.terms = entry["terms_hash"]
            self.issuer, self.issued = entry["holder"], units
            self.holdings[entry["holder"]] = units
            return
        if self.issuer is None:
            raise Difference("units move before the issue")
        if entry["kind"] == "delivery" and entry["from"] != self.issuer:
            raise Difference("the units do not come from the issuer's holding")
        if "instruction" in entry:
            self.instructed.append((entry["instruction"], entry["transaction_hash"]))
        if entry["kind"] == "deletion":
            self.delete(entry)
            return
        if entry["kind"] == "redemption":
            if entry["to"] != self.issuer:
                raise Difference("the units do not go to the issuer's holding")
            self.redeemed[self.tree.size] = units
            self.redemptions[self.tree.size] = (entry["from"], units, entry["instruction"])
        if entry["kind"] == "reversal":
            self.reverse(entry)
        if units == 0 or (entry["from"] == entry["to"]) != (entry.get("ground") == "lost_key"):
            raise Difference("it moves nothing, or after a lost key to another holder")
        held = self.holdings.get(entry["from"], 0)
        if held < units:
            raise Difference(f"{entry['from']} holds {held} units and gives {units}")
        self.holdings[entry["from"]] = held - units
        self.holdings[entry["to"]] = self.holdings.get(entry["to"], 0) + units

    def restrict(self, entry):
        """Nothing moves; from here on somebody is restricted."""
        if entry["extent"] == 0:
            raise Difference("a restriction covers at least one unit")
        self.restricted[self.tree.size] = (entry["holder"], entry["right"], entry["beneficiary"], entry["extent"])

    def convert(self, entry):
        """Nothing moves; from here on somebody is entered another way."""
        holder, is_collective = entry["holder"], entry["entry_type"] == "collective"
        if (holder in self.collective) == is_collective:
            raise Difference(f"what {holder} has is entered that way already")
        if is_collective:
            self.collective.add(holder)
        else:
            self.collective.remove(holder)

    def release(self, entry):
        """A restriction ends, or a part of it."""
        made_by, part = entry["releases"], entry["extent"]
        if made_by not in self.restricted:
            raise Difference(f"entry {made_by} made no restriction that is still there")
        holder, right, beneficiary, covered = self.restricted[made_by]
        if holder != entry["holder"]:
            raise Difference(f"the restriction of entry {made_by} is another holder's")
        if part == "all" or part == covered:
            del self.restricted[made_by]
        elif covered == "all" or part == 0 or part > covered:
            raise Difference(f"the restriction of entry {made_by} does not cover what is released")
        else:
            self.restricted[made_by] = (holder, right, beneficiary, covered - part)

    def reverse(self, entry):
        """All that an entry before has moved goes back, once. There are few reversals, so that the file is read again."""
        sequence = entry["reverses"]
        wrong = self.entry_at(sequence) if sequence <= self.tree.size - 1 else None
        if wrong is None or wrong["kind"] not in ("delivery", "transfer", "reregistration"):
            raise Difference(f"entry {sequence} is none that can be reversed")
        if wrong.get("ground") == "lost_key":
            raise Difference(f"entry {sequence} has moved nothing to somebody else")
        back = (wrong["to"], wrong["from"], wrong["units"])
        if (entry["from"], entry["to"], entry["units"]) != back:
            raise Difference(f"it does not put back what entry {sequence} has moved")
        if sequence in self.reversed:
            raise Difference(f"entry {sequence} was reversed before")
        self.reversed.add(sequence)

    def entry_at(self, sequence):
        for line in self.bundle.lines(f"{self.folder}/entries.jsonl"):
            if line["sequence"] == sequence:
                return parse_entry(line["content"])
        return None

    def delete(self, entry):
        """Marks void what a redemption has brought to the issuer."""
        units = entry["units"]
        if entry["holder"] != self.issuer:
            raise Difference("the units are not the issuer's")
        if self.redeemed.pop(entry["voids"], None) != units:
            raise Difference("no redemption brought these units to the issuer, or they are void already")
        self.holdings[self.issuer] -= units
        self.deleted += units

    def check(self):
        self.check_keys()
        self.check_witnesses()
        self.replay()
        self.check_head()
        if self.signed:
            raise Difference("somebody has signed entries that there are not, or they are on the DLT network")
        if sum(self.holdings.values()) != self.issued - self.deleted:
            raise Difference("the holdings do not sum up to the issue without what was deleted")
        by_holder, by_wallet, restricted = {}, {}, {}
        for line in self.bundle.lines(f"{self.folder}/holdings.jsonl"):
            by_holder[line["holder"]] = by_holder.get(line["holder"], 0) + line["units"]
            by_wallet[line["holder"], line["wallet"]] = line["units"]
            if line["units"] and (line.get("entry_type", "single") == "collective") != (line["holder"] in self.collective):
                raise Difference(f"holder {line['holder']} is entered another way by the entries")
            for one in line["restrictions"]:
                kept = (line["holder"], one["right"], one["beneficiary"], one["extent"])
                restricted[one["entry"]] = kept
        for holder in sorted(set(by_holder) | set(self.holdings)):
            kept, follows = by_holder.get(holder, 0), self.holdings.get(holder, 0)
            if kept != follows:
                raise Difference(f"holder {holder} has {kept} units, by the entries {follows}")
        for made_by in sorted(set(restricted) | set(self.restricted)):
            follows = self.restricted.get(made_by)
            if follows is not None:
                follows = (*follows[:3], str(follows[3]))
            if restricted.get(made_by) != follows:
                raise Difference(f"the restriction of entry {made_by} does not follow from the entries")
        self.check_instructions()
        self.check_redemptions(by_wallet)
        self.check_terms()

    def check_keys(self):
        """Each registrar has signed what was the beginning of the log; the last one is who exports."""
        last, signed = None, None
        for number, line in enumerate(self.bundle.lines(f"{self.folder}/keys.jsonl"), start=1):
            key = Key.parse(line["public_key"])
            origin, size, encoded = opened(line["checkpoint"], key).split("\n")[:3]
            if origin != key.name or size != str(line["size"]):
                raise Difference(f"registrar {number}: the checkpoint is of another log or size")
            if last is not None:
                self.signed[last["size"]] = signed
            signed = base64.b64decode(encoded)
            if self.signed.get(line["size"], signed) != signed:
                raise Difference(f"registrar {number}: another one has signed another root")
            self.signers.append(key.public)
            last = line
        note = self.bundle.read(f"{self.folder}/checkpoint").decode()
        if last is None or (last["public_key"], last["checkpoint"]) != (self.about["public_key"], note):
            raise Difference("the last key in keys.jsonl is not the register's")

    def check_witnesses(self):
        """What witnesses have signed, and what is on the DLT network, are roots of this journal."""
        self.witnesses = {}
        for line in self.bundle.lines(f"{self.folder}/cosignatures.jsonl"):
            key = Key.parse(line["witness"], 4)
            _, size, encoded = line["text"].split("\n")[:3]
            if size != str(line["size"]) or not is_cosigned(line["text"], line["line"], key):
                raise Difference(f"what {key.name} signed of {line['size']} entries is not signed by that key")
            self.come_by(line["size"], base64.b64decode(encoded))
            self.witnesses[key.public] = line["size"]
        for line in self.bundle.lines(f"{self.folder}/anchors.jsonl"):
            self.come_by(line["size"], bytes.fromhex(line["root_hash"]))
        for witness in self.bundle.witnesses:
            if witness.public not in self.witnesses:
                raise Difference(f"{witness.name} has signed nothing of the log")

    def come_by(self, size, root):
        if self.signed.setdefault(size, root) != root:
            raise Difference(f"there are two roots of {size} entries")

    def check_redemptions(self, held):
        """Entries of redemptions have a redemption each; what waits binds units that there are."""
        bound = {}
        for line in self.bundle.lines(f"{self.folder}/redemptions.jsonl"):
            if line["entry"] is not None:
                known = (line["holder"], line["units"], line["instruction"])
                if self.redemptions.pop(line["entry"], None) != known:
                    raise Difference(f"redemption {line['id']} is not what entry {line['entry']} says")
            elif line["status"] in ("awaiting_payment", "paid"):
                place = line["holder"], line["wallet"]
                bound[place] = bound.get(place, 0) + line["units"]
        if self.redemptions:
            raise Difference(f"entry {min(self.redemptions)} has no redemption")
        for (holder, wallet), units in bound.items():
            if units > held.get((holder, wallet), 0):
                raise Difference(f"more units wait to be redeemed than holder {holder} has in {wallet}")

    def check_head(self):
        about, root = self.about, self.tree.root()
        if (about["size"], about["root_hash"]) != (self.tree.size, root.hex()):
            raise Difference("the head in register.json does not follow from the entries")
        if about["issuer_holder"] != self.issuer and self.tree.size:
            raise Difference("the issuer's holder in register.json is another")
        if about["terms_hash"] != terms_hash(about):
            raise Difference("the terms in register.json do not have their hash")
        note = self.bundle.read(f"{self.folder}/checkpoint").decode()
        text = opened(note, key_of(about["public_key"], self.keys))
        origin, size, encoded = text.split("\n")[:3]
        if origin != Key.parse(about["public_key"]).name:
            raise Difference("the checkpoint is of another log")
        if size != str(self.tree.size) or base64.b64decode(encoded) != root:
            raise Difference("the checkpoint does not follow from the entries")

    def check_instructions(self):
        executed = {}
        expected = 1
        for line in self.bundle.lines(f"{self.folder}/instructions.jsonl"):
            if line["sequence"] != expected:
                raise Difference(f"instruction {expected} is missing")
            expected += 1
            if line["transaction_hash"] is not None:
                executed[line["sequence"]] = line["transaction_hash"]
        for instruction, transaction in self.instructed:
            if executed.get(instruction) != transaction:
                raise Difference(f"instruction {instruction} was not executed by the transaction that the entry names")

    def check_terms(self):
        """Each version of the terms is signed and commits to the one before; the issue is on one of them."""
        number, previous, document, entered = 0, "none", None, []
        for line in self.bundle.lines(f"{self.folder}/terms.jsonl"):
            number += 1
            try:
                text = self.check_version(line, number, previous)
            except Difference as difference:
                raise Difference(f"terms, version {number}: {difference}") from None
            previous, document = hashlib.sha256(text.encode()).hexdigest(), line["document_hash"]
            if line["entry"] is not None:
                entered.append((line["entry"], document))
        if entered != [(1, self.terms)]:
            raise Difference("the terms that the issue commits to were not deposited")
        if document != self.about["terms_hash"]:
            raise Difference("the terms in register.json are not those that were deposited last")

    def check_version(self, line, number, previous):
        """The signed text of a version's record."""
        note = line["record"]
        name = (note.rpartition("\n\n")[2].split(" ") + [""])[1]
        text = opened_by_any(note, [Key(name, public, "") for public in self.signers])
        heading, *fields = text.splitlines()
        fields = dict(one.partition(": ")[::2] for one in fields)
        if heading != RECORD:
            raise Difference("its record is none")
        if (line["version"], fields["version"]) != (number, str(number)):
            raise Difference("a version before it is missing")
        if fields["previous"] != previous:
            raise Difference("it does not commit to the version before")
        if fields["document"] != line["document_hash"]:
            raise Difference("its hash is not the one that was signed")
        if line["entry"] is not None and fields["isin"] != self.isin:
            raise Difference("it is about another security")
        if line["content"] is None:
            if line["purged_at"] is None:
                raise Difference("its bytes are missing")
        elif hashlib.sha256(line["content"].encode()).hexdigest() != line["document_hash"]:
            raise Difference("its bytes do not have its hash")
        return text

    def check_chain(self, node):
        """What the DLT network says of the same; the block at which it was asked."""
        about = self.about
        if int(node.call("eth_chainId", []), 16) != about["chain_id"]:
            raise Difference("the node is one of another network")
        block = node.call("eth_blockNumber", [])
        token = about["token_address"]
        self.check_code(node, token, block)
        wallets = {}
        for line in self.bundle.lines(f"{self.folder}/holdings.jsonl"):
            wallets[line["wallet"]] = wallets.get(line["wallet"], 0) + line["units"]
        for wallet, units in sorted(wallets.items()):
            data = "0x" + BALANCE_OF + wallet[2:].lower().rjust(64, "0")
            balance = int(node.call("eth_call", [{"to": token, "data": data}, block]), 16)
            if balance != units:
                raise Difference(f"{wallet} holds {units} units in the register and {balance} on the chain")
        return int(block, 16)

    def check_code(self, node, token, block):
        code = node.call("eth_getCode", [token, block])[2:].lower()
        before, after = CLONE
        implementation = code[len(before) : len(before) + 40]
        if code != before + implementation + after:
            raise Difference(f"the code at {token} is no clone of a token")
        artifact = json.loads(self.bundle.read("contracts/out/SecurityToken.json"))
        found = node.call("eth_getCode", ["0x" + implementation, block])[2:].lower()
        committed = artifact["deployedBytecode"][2:].lower()
        factories = set()
        # The compiler left room for the address of the factory, which decides who may freeze and pause.
        for place in artifact["immutables"]:
            begin, end = 2 * place["start"], 2 * (place["start"] + place["length"])
            factories.add(found[begin:end])
            committed = committed[:begin] + found[begin:end] + committed[end:]
        if found != committed or len(factories) > 1:
            raise Difference(f"the code at 0x{implementation} is not the committed one")


def terms_hash(about):
    lines = ["cashlink terms 1", f"isin: {about['isin']}"]
    lines += [f"{term['name']}: {term['value']}" for term in about["terms"]]
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


class Node:
    """A node of the DLT network by JSON-RPC."""

    def __init__(self, url):
        self.url = url

    def call(self, method, params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = json.load(response)
        except (OSError, ValueError) as error:
            raise Difference(f"the node does not answer {method}: {error}") from error
        if "result" not in answer or answer["result"] is None:
            raise Difference(f"the node refuses {method}: {answer.get('error')}")
        return answer["result"]


# --- The proof of one entry (C2SP tlog-proof) --------------------------------------------------------------------------


def proven(text, key):
    """The entry of a proof, which the log with this key contains."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 3:
        raise Difference("this is not the proof of an entry")
    heading, extra, index, *hashes = lines
    if not separator or heading != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra ") or not index.startswith("index "):
        raise Difference("this is not the proof of an entry")
    content = base64.b64decode(extra[len("extra ") :], validate=True)
    place = int(index[len("index ") :])
    origin, size, root = opened(note, key).split("\n")[:3]
    if origin != key.name:
        raise Difference(f"the checkpoint is of the log {origin}")
    path = [base64.b64decode(line, validate=True) for line in hashes]
    if included_root(leaf_hash(content), place, int(size), path) != base64.b64decode(root, validate=True):
        raise Difference("the hashes do not lead from the entry to the checkpoint's root")
    entry = parse_entry(content.decode())
    return {"difference": None, "sequence": place + 1, "size": int(size), "entry": entry}


def included_root(hash_so_far, index, size, path):
    """The root to which the path leads (RFC 9162, section 2.1.3.2); None if the path has the wrong length."""
    if not 0 <= index < size:
        return None
    last = size - 1
    for step in path:
        if last == 0:
            return None
        if index % 2 == 1 or index == last:
            hash_so_far = hashlib.sha256(b"\x01" + step + hash_so_far).digest()
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            hash_so_far = hashlib.sha256(b"\x01" + hash_so_far + step).digest()
        index, last = index // 2, last // 2
    return hash_so_far if last == 0 else None


def prove(options):
    try:
        with open(options.proof, encoding="utf-8", newline="") as file:
            finding = proven(file.read(), Key.parse(options.key[0]))
    except (Difference, ValueError, OSError) as difference:
        finding = {"difference": str(difference), "sequence": None, "size": None, "entry": None}
    if options.json:
        print(json.dumps(finding, indent=2))
    elif finding["difference"]:
        print(f"DIFFERS: {finding['difference']}")
    else:
        print(f"fits: entry {finding['sequence']} of {finding['size']}: {json.dumps(finding['entry'])}")
    return 1 if finding["difference"] else 0


# --- The command -------------------------------------------------------------------------------------------------------


def judge(bundle, isin, keys, node):
    """What was found for one register."""
    finding = {"isin": isin, "entries": 0, "root_hash": None, "at_block": None, "difference": None}
    try:
        register = Register(bundle, isin, keys)
        register.check()
        finding["entries"], finding["root_hash"] = register.tree.size, register.tree.root().hex()
        if node is not None:
            finding["at_block"] = register.check_chain(node)
    except Difference as difference:
        finding["difference"] = str(difference)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        finding["difference"] = f"a file of the register is damaged: {error!r}"
    return finding


def show(finding):
    if finding["difference"]:
        return f"{finding['isin']}  DIFFERS: {finding['difference']}"
    chain = "not compared with the chain" if finding["at_block"] is None else f"block {finding['at_block']}"
    return f"{finding['isin']}  fits: {finding['entries']} entries, {chain}, root {finding['root_hash']}"


def as_of(bundle, options, keys):
    """Who held what after an entry."""
    register = Register(bundle, options.isin, keys)
    register.replay(options.as_of)
    if register.tree.size != options.as_of:
        raise Difference(f"there is no entry {options.as_of}")
    return {
        "isin": options.isin,
        "sequence": register.tree.size,
        "root_hash": register.tree.root().hex(),
        "holdings": {holder: units for holder, units in sorted(register.holdings.items()) if units},
        "restrictions": {
            made_by: {"holder": holder, "right": right, "beneficiary": beneficiary, "extent": str(extent)}
            for made_by, (holder, right, beneficiary, extent) in sorted(register.restricted.items())
        },
    }


def arguments(given):
    parser = argparse.ArgumentParser(description="Checks a register bundle.")
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("--proof", help="the proof of one entry, in place of a bundle")
    parser.add_argument("--key", action="append", default=[], help="a public key of the registrar's, as name+id+key")
    parser.add_argument("--witness", action="append", default=[], help="a key of a witness who has to have signed, as name+id+key")
    parser.add_argument("--rpc", help="a node of the DLT network")
    parser.add_argument("--isin", help="only this register")
    parser.add_argument("--as-of", type=int, help="show who held what after this entry")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(given)
    if options.as_of is not None and options.isin is None:
        parser.error("--as-of needs --isin")
    if (options.bundle is None) == (options.proof is None):
        parser.error("name a bundle or a proof")
    if options.proof is not None and len(options.key) != 1:
        parser.error("--proof needs one --key")
    return options


def main(given=None):
    options = arguments(given)
    if options.proof is not None:
        return prove(options)
    try:
        keys = [Key.parse(key) for key in options.key]
        bundle = Bundle(options.bundle)
        bundle.witnesses = [Key.parse(key, 4) for key in options.witness]
        bundle.check(keys)
        if options.isin and options.isin not in bundle.manifest["registers"]:
            raise Difference(f"there is no register {options.isin} in it")
        if options.as_of is not None:
            print(json.dumps(as_of(bundle, options, keys), indent=2))
            return 0
    except NoBundle as error:
        print(error, file=sys.stderr)
        return 2
    except (Difference, KeyError, TypeError, ValueError) as difference:
        finding = {"difference": str(difference)}
        print(json.dumps([finding]) if options.json else f"DIFFERS: {difference}")
        return 1
    node = Node(options.rpc) if options.rpc else None
    wanted = [options.isin] if options.isin else bundle.manifest["registers"]
    findings = [judge(bundle, isin, keys, node) for isin in wanted]
    if options.json:
        print(json.dumps(findings, indent=2))
    else:
        for finding in findings:
            print(show(finding))
    return 1 if any(finding["difference"] for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
