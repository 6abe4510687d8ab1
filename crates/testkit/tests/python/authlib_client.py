"""The broker's sale with Authlib: token by client_secret_basic, investor to order, and the answer to a wrong secret."""

import json
import os
import uuid
from datetime import datetime, timedelta, timezone

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

with open(os.environ["CREDENTIALS"]) as file:
    environment = json.load(file)["environments"][0]
url = environment["url"]
client = environment["distributor"]
# What Authlib looks up when it is given a server's metadata.
session = OAuth2Session(client["client_id"], client["client_secret"], token_endpoint_auth_method="client_secret_basic",
                        scope="investors:write investors:read investments:write investments:read documents:write")
metadata = session.request("GET", f"{url}/.well-known/oauth-authorization-server", withhold_token=True).json()
token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
assert token["token_type"] == "Bearer" and token["expires_in"] > 0


def post(path, **body):
    answer = session.post(f"{url}/distributor/v2/{path}", headers={"X-Idempotency-Key": str(uuid.uuid4())}, **body)
    assert answer.status_code < 300, answer.text
    return answer.json()


now = datetime.now(timezone.utc)
investor = post("investors/", json={
    "natural_person": {"forename": "Ada", "surname": "Broker", "birth_date": "1980-01-02", "birth_place": "Kiel", "citizenship": "DEU",
                       "street": "Weg 1", "zip": "24103", "city": "Kiel", "country": "DEU", "is_pep": False},
    "tax_information": {"tax_identification_number": "12345678"}, "is_beneficiary": True,
})
protocol = post("documents/", files={"file": ("protocol.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")})
identification = post(f"investors/{investor['id']}/identifications/", json={
    "document_type": "IDCARD", "document_id": "X1", "document_issuer": "Kiel", "document_valid_from": "2023-01-01",
    "document_valid_to": str(now.date() + timedelta(days=365)), "identity_provider": "POSTIDENT",
    "legitimation_protocol_id": protocol["id"], "verified_at": now.isoformat(),
})
assert identification["status"] == "SUCCESS", identification
order = post("investments/", json={
    "investor_id": investor["id"], "campaign_id": environment["campaign_id"], "units": 2, "signed_at": now.isoformat(),
    "accepted_at": now.isoformat(),
})
assert order["status"] == "ACCEPTED", order

try:
    wrong = OAuth2Session(client["client_id"], "wrong", token_endpoint_auth_method="client_secret_post")
    wrong.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    raise SystemExit("a wrong secret was taken")
except OAuthError as error:
    assert error.error == "invalid_client", error
print("authlib is content")
