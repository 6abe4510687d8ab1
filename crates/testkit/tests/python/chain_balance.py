"""The chain as web3.py sees it: its id, its blocks, and a delivery's receipt, log and balance."""

import json
import os

from web3 import Web3

with open(os.environ["CREDENTIALS"]) as file:
    credentials = json.load(file)
holder, units, transaction = os.environ["HOLDER"], int(os.environ["UNITS"]), os.environ["TRANSACTION"]
web3 = Web3(Web3.HTTPProvider(credentials["dlt"]["rpc_url"]))
assert web3.eth.chain_id == credentials["dlt"]["chain_id"]

abi = json.loads("""[
 {"type":"function","name":"balanceOf","stateMutability":"view","inputs":[{"name":"account","type":"address"}],"outputs":[{"type":"uint256"}]},
 {"type":"function","name":"totalSupply","stateMutability":"view","inputs":[],"outputs":[{"type":"uint256"}]},
 {"type":"function","name":"decimals","stateMutability":"view","inputs":[],"outputs":[{"type":"uint8"}]},
 {"type":"function","name":"symbol","stateMutability":"view","inputs":[],"outputs":[{"type":"string"}]},
 {"type":"event","name":"Transfer","anonymous":false,"inputs":[{"indexed":true,"name":"from","type":"address"},
   {"indexed":true,"name":"to","type":"address"},{"indexed":false,"name":"value","type":"uint256"}]}
]""")
address = Web3.to_checksum_address(credentials["environments"][0]["token_address"])
token = web3.eth.contract(address=address, abi=abi)
account = Web3.to_checksum_address(holder)
assert token.functions.balanceOf(account).call() == units
assert token.functions.totalSupply().call() == 12000
assert token.functions.decimals().call() == 0
assert token.functions.symbol().call() == "HAVEL31"

receipt = web3.eth.get_transaction_receipt(transaction)
assert receipt["status"] == 1
block = web3.eth.get_block(receipt["blockNumber"])
assert transaction.removeprefix("0x") in [hash.hex().removeprefix("0x") for hash in block["transactions"]]
transfers = token.events.Transfer().get_logs(from_block=receipt["blockNumber"], to_block=receipt["blockNumber"])
assert [t["args"]["value"] for t in transfers if t["args"]["to"] == account] == [units], transfers
print("web3.py is content")
