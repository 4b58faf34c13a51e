"""A real mail server on this machine that misbehaves as it is told."""

import email
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from servers import PASSWORD, USER, free_port


class Post:
    """Takes messages: ``fault(stage, number)`` may give an answer of its own at the stages ``rcpt``
    and ``data``, counting messages from 1, or `cut` (before it has the message) or `cut after`.
    """

    def __init__(self, **options):
        self.fault = lambda *_: None
        self.inbox = []
        self.begun = 0
        self.logins = []
        options.setdefault("authenticator", self.authenticate)
        options.setdefault("auth_require_tls", False)
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()
        self.address = f"smtp://127.0.0.1:{self.port}"

    def stop(self):
        self.controller.stop()

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.logins.append((data.login.decode(), data.password.decode()))
        good = self.logins[-1] == (USER, PASSWORD)
        return AuthResult(success=good, handled=good)

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        self.begun += 1
        wanted = self.fault("rcpt", self.begun)
        if wanted == "cut":
            server.transport.abort()
        if isinstance(wanted, str) and wanted[0].isdigit():
            return wanted
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        wanted = self.fault("data", self.begun)
        if wanted == "cut":
            server.transport.abort()
            return "250 never read"
        if isinstance(wanted, str) and wanted[0].isdigit():
            return wanted
        self.inbox.append(envelope)
        if wanted == "cut after":
            server.transport.abort()
        return "250 OK"

    @property
    def mails(self):
        return [
            email.message_from_bytes(each.original_content, policy=default) for each in self.inbox
        ]
