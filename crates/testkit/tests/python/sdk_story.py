"""The main job with the packed Python client: a broker sells in two environments, an issuer decides, every step is heard, signed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

from cashlink_sdk import Distributor, Environment, Issuer, Key, Refused, Settings, SignInRefused, TooMany, models
from cashlink_sdk.webhooks import Disbelief, Inbox, identity

with open(os.environ["CREDENTIALS"]) as file:
    access = json.load(file)["environments"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
NEWER = "whsec_8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYoMfKQ9o="
now = datetime.now(timezone.utc)
today = now.isoformat()


class Receiver(BaseHTTPRequestHandler):
    inbox = Inbox(NEWER, SECRET)
    heard: dict[str, list[str]] = {}
    seen: set[str] = set()
    refused: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = self.inbox.open(dict(self.headers.items()), body)
        except Disbelief as disbelief:
            self.refused.append(str(disbelief))
            self.send_response(401)
        else:
            if identity(event, body) not in self.seen and event.get("status"):
                self.heard.setdefault(str(event.get("investment_id")), []).append(str(event.get("status")))
            self.seen.add(identity(event, body))
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()


def environment(index: int, role: str, spelling: str = "") -> Environment:
    own = access[index]
    return Environment(own["url"] + spelling, own[role]["client_id"], own[role]["client_secret"])


def open_account(api: Distributor, customer: str) -> tuple[str, str]:
    key = Key.of(customer)
    protocol = api.upload_document("protocol.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf", key=key)
    body: models.InvestorCreate = {
        "natural_person": {
            "forename": "Erika", "surname": "Mustermann", "birth_date": "1984-01-31", "birth_place": "Berlin", "citizenship": "DEU",
            "street": "Heidestr. 17", "zip": "51147", "city": "Köln", "country": "DEU", "is_pep": False,
        },
        "tax_information": {"tax_identification_number": "36574261809"},
        "is_beneficiary": True,
    }
    investor = api.create_investor(body, key=key)
    # The repeat of a program that crashed before it stored the answer.
    assert api.create_investor(body, key=key)["id"] == investor["id"]
    identification = api.create_identification(investor["id"], {
        "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Stadt Köln", "document_valid_from": "2024-05-02",
        "document_valid_to": str(now.date() + timedelta(days=365)), "identity_provider": "POSTIDENT",
        "legitimation_protocol_id": protocol["id"], "verified_at": today,
    }, key=key)
    assert identification["status"] == "SUCCESS", identification
    wallet = api.create_generic_wallet(investor["id"], {"address": "0x" + secrets.token_hex(20), "receiving_enabled": True}, key=key)
    return investor["id"], wallet["id"]


def delivered(api: Distributor, investment: str) -> models.Investment:
    for _ in range(300):
        current = api.get_investment(investment)
        if current["status"] == "DELIVERED":
            return current
        time.sleep(0.2)
    raise SystemExit(f"{investment} is {current['status']}")


# Every client of this family derives the same key.
assert Key.of("customer-4711").for_call("POST", "investors/") == "abda801c-3916-861a-9f63-9ade204427ec"

first = Distributor(environment(0, "distributor"))
second = Distributor(environment(1, "distributor", "/distributor/v2"), Settings(attempts=2))
for api in (first, second):
    endpoint = api.create_webhook_endpoint({"url": f"http://127.0.0.1:{server.server_port}/", "secret": SECRET})
    api.rotate_webhook_secret(endpoint["id"], {"secret": NEWER})

# Here the broker has the mandates …
investor, wallet = open_account(first, "customer-1")
orders: list[tuple[Distributor, str]] = []
order: models.InvestmentCreate = {
    "investor_id": investor, "campaign_id": access[0]["campaign_id"], "units": 3, "wallet": wallet, "signed_at": today, "accepted_at": today,
}
placed = first.create_investment(order, key=Key.of("order-1"))
assert first.create_investment(order, key=Key.of("order-1"))["id"] == placed["id"]
first.update_investment(placed["id"], {"paid_at": today}, key=Key.of("order-1/paid"))
orders.append((first, placed["id"]))

# … and here the issuer decides.
other, other_wallet = open_account(second, "customer-1")
ids = [
    second.create_investment(
        {"investor_id": other, "campaign_id": access[1]["campaign_id"], "units": 4, "wallet": other_wallet, "signed_at": today}
    )["id"]
    for _ in range(2)
]
issuer = Issuer(environment(1, "issuer", "/issuer"))
issuer.accept_investment(ids[0])
issuer.mark_investment_paid(ids[0])
assert [result["status"] for result in issuer.accept_investments({"investment_ids": [ids[1]]})["results"]] == [200]
assert [result["status"] for result in issuer.mark_investments_paid({"investment_ids": [ids[1]]})["results"]] == [200]
orders += [(second, one) for one in ids]

for api, investment in orders:
    assert delivered(api, investment).get("transaction_hash"), investment
way = ["WAITING_FOR_ACCEPTANCE", "ACCEPTED", "PAID", "DELIVERED"]
for _ in range(300):
    if all(Receiver.heard.get(investment) == way for _, investment in orders):
        break
    time.sleep(0.2)
assert all(Receiver.heard[investment] == way for _, investment in orders), Receiver.heard
assert not Receiver.refused, Receiver.refused

# A statement of the register is a file, whose bytes are those that were announced.
statement = first.request_registry_statement(placed["id"], {"language": "en"}, key=Key.of("statement-1"))
for _ in range(300):
    statement = first.get_registry_statement(statement["id"])
    if statement["status"] == "ready":
        break
    time.sleep(0.2)
document = first.get_registry_statement_document(statement["id"])
assert document.startswith(b"%PDF-") and hashlib.sha256(document).hexdigest() == statement["sha256"], statement

# Lists follow their pages; all is all or an error.
assert [one["id"] for one in second.list_investments(status="DELIVERED", page_size=1)] == ids
assert len(issuer.list_investments(page_size=1).all(2)) == 2
try:
    second.list_investments().all(1)
    raise SystemExit("a list was cut short")
except TooMany:
    pass
feed = first.list_events()
assert feed["results"] and feed["has_more"] is False

# A new address, and what the server refuses.
moved = first.update_investor(investor, {"natural_person": {"city": "Hamburg"}}, key=Key.of("customer-1/2"))
assert moved["natural_person"]["city"] == "Hamburg" and moved["natural_person"]["forename"] == "Erika"
try:
    first.update_investor(investor, {"natural_person": {"birth_date": "31.01.1984"}})
    raise SystemExit("a wrong date was taken")
except Refused as refused:
    assert refused.code == "invalid_body" and refused.errors[0]["field"] == "natural_person.birth_date", refused
    assert refused.request_id and not refused.is_temporary
try:
    first.create_investor({"natural_person": moved["natural_person"]}, key=Key.of("customer-1"))
    raise SystemExit("a key was taken twice")
except Refused as refused:
    assert refused.code == "idempotency_key_reused" and refused.resource_id == investor, refused
try:
    Distributor(Environment(access[0]["url"], access[1]["distributor"]["client_id"], access[1]["distributor"]["client_secret"])).sign_in()
    raise SystemExit("credentials of another environment were taken")
except SignInRefused as refused_sign_in:
    assert refused_sign_in.error == "invalid_client"
print("the Python client is content")
