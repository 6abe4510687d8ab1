"""A key management service on loopback that checks signatures and permissions. Says on one line where it is and with
whose credentials it may be used; ends with its standard input."""

import json
import os
import sys

# The server's own client must not look for anybody's real account.
os.environ.update(AWS_ACCESS_KEY_ID="setup", AWS_SECRET_ACCESS_KEY="setup", AWS_DEFAULT_REGION="eu-central-1")

import boto3
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.kms import utils
from moto.kms.models import kms_backends
from moto.server import ThreadedMotoServer

# The server hashes what it is told not to hash again. One key does so still, and stands in for a service that answers
# with something else than it was asked for.
lazy = []
hashing = utils.ECDSAPrivateKey.sign


def sign(self, message, signing_algorithm):
    if self in lazy:
        return hashing(self, message, signing_algorithm)
    return self.private_key.sign(message, ec.ECDSA(Prehashed(hashes.SHA256())))


utils.ECDSAPrivateKey.sign = sign

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"

kms = boto3.client("kms", endpoint_url=url)
keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]


def signing(spec):
    return kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]


signing_keys = [signing(spec) for spec in ["ECC_SECG_P256K1"] * 3 + ["ECC_NIST_P256"]]
backend = kms_backends["123456789012"]["eu-central-1"]
lazy.append(backend.keys[signing_keys[2].split("/")[-1]].private_key)


def user(name, actions):
    iam = boto3.client("iam", endpoint_url=url)
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="keys", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


network = user("network", ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"])
signer = user("signer", ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:GetPublicKey", "kms:Sign"])
stranger = user("stranger", ["s3:ListBucket"])
# From here on a request needs a right signature and the permission.
requests.post(f"{url}/moto-api/reset-auth", data=b"0", timeout=10).raise_for_status()
says = {"url": url, "keys": keys, "signing": signing_keys, "network": network, "signer": signer, "stranger": stranger}
print(json.dumps(says), flush=True)
sys.stdin.read()
