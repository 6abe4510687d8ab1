"""A receiver of webhooks that verifies them with the library standardwebhooks, their age included."""

import json
import os
import queue
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from standardwebhooks import Webhook, WebhookVerificationError

arrived = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        arrived.put((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()

with open(os.environ["CREDENTIALS"]) as file:
    environment = json.load(file)["environments"][0]
url = environment["url"]
client = environment["distributor"]
form = {"grant_type": "client_credentials", **client}
token = requests.post(f"{url}/oauth/token", data=form, timeout=30).json()["access_token"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"


def post(path, body):
    answer = session.post(f"{url}/distributor/v2/{path}", json=body, headers={"X-Idempotency-Key": str(uuid.uuid4())}, timeout=30)
    assert answer.status_code < 300, answer.text
    return answer.json()


endpoint = post("webhook-endpoints/", {"url": f"http://127.0.0.1:{server.server_port}/hook"})
post(f"webhook-endpoints/{endpoint['id']}/test/", {})
headers, body = arrived.get(timeout=60)
lower = {name.lower(): value for name, value in headers.items()}
event = Webhook(endpoint["secret"]).verify(body, lower)
assert event["type"] == "webhook.test" and event["id"] == lower["webhook-id"], event

# A change of a single byte is noticed, and so is another secret.
for secret, changed in [(endpoint["secret"], body + b" "), ("whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=", body)]:
    try:
        Webhook(secret).verify(changed, lower)
        raise SystemExit("a forged webhook was believed")
    except WebhookVerificationError:
        pass
print("standardwebhooks is content")
