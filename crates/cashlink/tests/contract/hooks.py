"""Lets generated requests meet things that exist: in requests that are meant to be right, an ID that was made up is mostly
replaced by a known one."""

import json
import os
import random

import schemathesis
from schemathesis import GenerationMode

KNOWN = json.loads(os.environ["CASHLINK_KNOWN"])
RANDOM = random.Random(20261122)

# What a field of a body refers to, where its name does not say so.
MEANS = {
    "wallet": "wallet_id",
    "legitimation_protocol_id": "document_id",
    "company_identity_proof_id": "document_id",
    "company_structure_proof_id": "document_id",
    "investment_ids": "investment_id",
}


def known(name, value):
    """A known ID for this field, or what was there."""
    ids = KNOWN.get(MEANS.get(name, name))
    if not ids or not isinstance(value, str) or RANDOM.random() < 0.2:
        return value
    return RANDOM.choice(ids)


def replaced(name, value):
    if isinstance(value, dict):
        return {key: replaced(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(name, inner) for inner in value]
    return known(name, value)


@schemathesis.hook
def before_call(ctx, case, **kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    case.path_parameters = replaced("", dict(case.path_parameters or {}))
    if isinstance(case.body, (dict, list)) and case.media_type == "application/json":
        case.body = replaced("", case.body)
