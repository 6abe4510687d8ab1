"""A mail server that keeps what it takes, and puts off or refuses what it is told to.

Arguments: mode (plain, starttls, tls), port (0: any), folder with cert.pem and key.pem, file for what was taken.
A recipient whose mailbox begins with `later-` is put off the first time, one with `unknown-` is refused for good."""

import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, port, folder, kept = sys.argv[1:]
seen = set()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown-"):
            return f"550 5.1.1 <{address}> is not known here"
        if address.startswith("later-") and address not in seen:
            seen.add(address)
            return f"451 4.7.1 <{address}> greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in message.items()},
            "bodies": bodies,
            "encrypted": session.ssl is not None or mode == "tls",
            "user": getattr(session.auth_data, "login", b"").decode(),
        }
        with open(kept, "a") as file:
            file.write(json.dumps(taken) + "\n")
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"network@example.com" and data.password == b"geheim"
    return AuthResult(success=right, auth_data=data if right else None)


context = None
if mode != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
more = {"tls_context": context, "require_starttls": True} if mode == "starttls" else {}
if mode != "plain":
    more |= {"auth_required": True, "authenticator": authenticate, "auth_require_tls": mode == "starttls"}


class Server(Controller):
    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


server = Server(Handler(), hostname="127.0.0.1", port=int(port), ssl_context=context if mode == "tls" else None, **more)
if server.port == 0:
    # The controller would try to connect to port 0; the kernel picks one that is free a moment later too.
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
server.start()
print(f"listening {server.port}", flush=True)
# Ends with the test, which holds the other end.
sys.stdin.read()
server.stop()
