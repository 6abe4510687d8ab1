import base64, json, urllib.request

credentials = base64.b64encode(b"{{client_id}}:{{client_secret}}").decode()
request = urllib.request.Request("{{token_url}}", data=b"grant_type=client_credentials",
                                 headers={"Authorization": f"Basic {credentials}"})
token = json.load(urllib.request.urlopen(request))["access_token"]
request = urllib.request.Request("{{environment_url}}/distributor/v2/campaigns/{{campaign_id}}/",
                                 headers={"Authorization": f"Bearer {token}"})
print(json.load(urllib.request.urlopen(request)))
