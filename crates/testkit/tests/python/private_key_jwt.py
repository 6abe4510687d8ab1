"""A partner's own credentials with Authlib: it registers public keys of three kinds and signs instead of sending a secret."""

import json
import os
import time
import uuid

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, OKPKey, RSAKey

with open(os.environ["CREDENTIALS"]) as file:
    access = json.load(file)
environment = access["environments"][0]
network = f"{access['network']['url']}/api/network/v1"
manager = OAuth2Session(os.environ["PLATFORM_CLIENT_ID"], os.environ["PLATFORM_CLIENT_SECRET"],
                        token_endpoint_auth_method="client_secret_post")
manager.fetch_token(f"{network}/oauth/token", grant_type="client_credentials")


def make(key):
    answer = manager.post(f"{network}/clients/", headers={"X-Idempotency-Key": str(uuid.uuid4())}, json={
        "name": "signs", "environment": environment["name"], "public_key": key.as_dict(private=False),
    })
    assert answer.status_code == 201, answer.text
    client = answer.json()
    assert client["client_secret"] is None and client["credentials"][0]["method"] == "private_key_jwt", client
    return client


def sign_in(client, key, alg, **claims):
    # Authlib lets an assertion live for an hour unless it is told otherwise; five minutes are taken.
    claims.setdefault("exp", int(time.time()) + 240)
    session = OAuth2Session(client["client_id"], key, token_endpoint_auth_method="private_key_jwt")
    session.register_client_auth_method(PrivateKeyJWT(client["token_url"], claims=claims, alg=alg))
    session.fetch_token(client["token_url"], grant_type="client_credentials")
    return session


for key, alg in [
    (ECKey.generate_key("P-256"), "ES256"), (RSAKey.generate_key(2048), "RS256"), (OKPKey.generate_key("Ed25519"), "EdDSA"),
]:
    client = make(key)
    session = sign_in(client, key, alg)
    answer = session.get(f"{client['api_url']}/distributor/v2/products/")
    assert answer.status_code == 200, answer.text
    for claims in [{"exp": int(time.time()) + 3600}, {"aud": "https://elsewhere.example"}, {"jti": "again"}]:
        try:
            sign_in(client, key, alg, **dict(claims))
            # The first use of a jti is good, the second is a replay.
            assert claims == {"jti": "again"}, claims
            sign_in(client, key, alg, **dict(claims))
            raise SystemExit(f"this was taken: {claims}")
        except OAuthError as error:
            assert error.error == "invalid_client", error
print("authlib is content")
