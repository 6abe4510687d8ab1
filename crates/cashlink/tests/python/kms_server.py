"""A key management service on loopback that checks signatures and permissions. Says on one line where it is and with
whose credentials it may be used; ends with its standard input."""

import json
import os
import sys

# The server's own client must not look for anybody's real account.
os.environ.update(AWS_ACCESS_KEY_ID="setup", AWS_SECRET_ACCESS_KEY="setup", AWS_DEFAULT_REGION="eu-central-1")

import boto3
import requests
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"

kms = boto3.client("kms", endpoint_url=url)
keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]


def user(name, actions):
    iam = boto3.client("iam", endpoint_url=url)
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="keys", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


network = user("network", ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"])
stranger = user("stranger", ["s3:ListBucket"])
# From here on a request needs a right signature and the permission.
requests.post(f"{url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
print(json.dumps({"url": url, "keys": keys, "network": network, "stranger": stranger}), flush=True)
sys.stdin.read()
