"""The token and a page of a list with requests-oauthlib, by client_secret_post and by Basic, with and without scope."""

import json
import os

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the test's server is on loopback

from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

with open(os.environ["CREDENTIALS"]) as file:
    environment = json.load(file)["environments"][0]
url = environment["url"]
client_id = environment["distributor"]["client_id"]
client_secret = environment["distributor"]["client_secret"]

for place in ["", "/distributor"]:
    for scope in [None, ["investors:read", "investments:read"]]:
        for by in ["post", "basic"]:
            session = OAuth2Session(client=BackendApplicationClient(client_id=client_id, scope=scope))
            credentials = {"client_id": client_id, "client_secret": client_secret, "include_client_id": True}
            if by == "basic":
                credentials = {"auth": HTTPBasicAuth(client_id, client_secret)}
            token = session.fetch_token(token_url=f"{url}{place}/oauth/token", **credentials)
            assert scope is None or set(token["scope"]) == set(scope), token
            page = session.get(f"{url}/distributor/v2/campaigns/").json()
            assert page["results"][0]["id"] == environment["campaign_id"], page
print("requests-oauthlib is content")
