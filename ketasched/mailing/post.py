"""A mail server: each message is handed over once, and it is known whether it was taken."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from ketasched.domain.signs import printable
from ketasched.errors import NetworkTrouble, UsageProblem
from ketasched.mailing.correspondent import Correspondent
from ketasched.publishing.login import Login
from ketasched.publishing.wire import authorities, is_loopback

PATIENCE = 20.0
"""Seconds to wait for a connection, or for the next piece of an answer."""
WHOLE = 120.0
"""Seconds for a message as a whole: servers look for viruses before they answer."""
PORTS = {"smtp": 587, "smtps": 465}
"""Where mail is handed in, by the address's scheme (RFC 6409, RFC 8314)."""
MINUTE = 60.0
_CLOSING = 421
_DOT = re.compile(rb"^\.", re.MULTILINE)
_GOES_ON = "run it again later: it goes on where it stopped"


class Refused(Exception):
    """The server did not take a message, and says why."""


class NotWanted(Refused):
    """The server takes nothing for an address, or not now."""


class Unclear(NetworkTrouble):
    """The connection broke before the server said whether it has the message."""


class ServerAddress(NamedTuple):
    """Where mail is handed in; ``tls``: encrypted from the first octet."""

    host: str
    port: int
    tls: bool


def is_final(answer: str) -> bool:
    """Whether asking again gets a server's answer again (RFC 5321 section 4.2.1)."""
    return answer.startswith("5")


def read_server(text: str) -> ServerAddress:
    """The server of an address such as ``smtps://mail.example.org``.

    Raises:
        UsageProblem: it is no such address, or has a login in it.
    """
    example = "such as smtps://mail.example.org, or smtp://mail.example.org:587"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageProblem(f"--send: `{text}` is no address", example) from None
    if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.query:
        raise UsageProblem(f"--send: `{text}` is no mail server's address", example)
    if "@" in parts.netloc:
        raise UsageProblem(
            "--send: a login in an address is read by others",
            "put it into the keyring, netrc or a file: see docs/invitations.md",
        )
    return ServerAddress(host, port or PORTS[parts.scheme], parts.scheme == "smtps")


class MailServer:
    """Hands messages over, at most some in a minute; one connection serves for many. A login that
    nobody ``named`` is left where the server takes none.

    Raises:
        UsageProblem: the certificate authorities that are named cannot be read.
    """

    def __init__(
        self, address: ServerAddress, login: Login | None, per_minute: int, *, named: bool = True
    ) -> None:
        self.address = address
        self.in_the_open = False
        self._login = login
        self._named = named
        self._per_minute = per_minute
        self._context = ssl.create_default_context(cafile=authorities() or None)
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, sender: Correspondent, to: Correspondent, data: bytes) -> None:
        """Hand a message over.

        Raises:
            Refused: the server does not take it.
            Unclear: nobody knows whether it has it.
            NetworkTrouble: it was not handed over, and no other can be.
        """
        self._wait()
        if self._smtp is not None:  # it may have closed meanwhile, or takes no more by this one
            with contextlib.suppress(OSError):
                self._propose(self._smtp, sender, to)
                self._hand_over(self._smtp, data)
                return
            self.close()
        smtp = self._connected(sender.domain)
        try:
            self._propose(smtp, sender, to)
        except OSError as error:
            self.close()
            raise self._trouble(error) from None
        self._hand_over(smtp, data)

    def close(self) -> None:
        """End the connection, if there is one."""
        smtp, self._smtp = self._smtp, None
        if smtp:
            with contextlib.suppress(OSError), _at_most(smtp, PATIENCE):
                smtp.quit()
            smtp.close()

    def _wait(self) -> None:
        """Wait until one more is no more than may go in a minute."""
        if len(self._sent) == self._per_minute:
            time.sleep(max(0.0, self._sent[0] + MINUTE - time.monotonic()))
        self._sent.append(time.monotonic())

    def _connected(self, domain: str) -> smtplib.SMTP:
        host, port, tls = self.address
        try:
            if tls:
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, domain, timeout=PATIENCE, context=self._context
                )
            else:
                smtp = smtplib.SMTP(host, port, domain, timeout=PATIENCE)
        except (OSError, UnicodeError) as error:
            raise self._trouble(error) from None
        self._smtp = smtp
        try:
            with _at_most(smtp, WHOLE):
                self._greet(smtp)
        except (OSError, UnicodeError) as error:
            self.close()
            raise self._trouble(error) from None
        except NetworkTrouble:
            self.close()
            raise
        return smtp

    def _greet(self, smtp: smtplib.SMTP) -> None:
        host = self.address.host
        smtp.ehlo_or_helo_if_needed()
        if not self.address.tls:
            if smtp.has_extn("starttls"):
                smtp.starttls(context=self._context)
                smtp.ehlo()
            else:
                self.in_the_open = not is_loopback(host)
        if self._login is None:
            return
        if self.in_the_open:
            raise NetworkTrouble(
                f"{host} does not encrypt, and the login would be read by others",
                "nothing was sent; use smtps://, or another server",
            )
        try:
            smtp.login(self._login.user, self._login.password)
        except UnicodeError:
            raise NetworkTrouble(
                f"the login from {self._login.source} has signs that cannot be sent",
                "use one of ASCII, such as an app password",
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            raise NetworkTrouble(
                f"{host} does not take the login from {self._login.source}: {_said(error)}",
                "look at the user's name and the password; many want an app password",
            ) from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
            raise
        except smtplib.SMTPException:  # it offers none, or none that is known here
            if self._named:
                hint = "look at the port, or leave --login out"
                raise NetworkTrouble(f"{host} takes no login there", hint) from None

    def _propose(self, smtp: smtplib.SMTP, sender: Correspondent, to: Correspondent) -> None:
        """Ask whether a message may come: all until then can be tried again.

        Raises:
            Refused: it may not.
            NetworkTrouble: none may come from this sender.
            OSError: the connection broke, or the server closes it.
        """
        with _at_most(smtp, WHOLE):
            refusal = _refusal(smtp, "MAIL", f"FROM:<{sender.address}>")
            if refusal:
                raise NetworkTrouble(
                    f"{self.address.host} takes no mail from {sender.address}: {refusal}",
                    "look at --from and at the login",
                )
            refusal = _refusal(smtp, "RCPT", f"TO:<{to.address}>")
            if refusal:
                raise NotWanted(refusal)
            refusal = _refusal(smtp, "DATA")
            if refusal:
                raise Refused(refusal)

    def _hand_over(self, smtp: smtplib.SMTP, data: bytes) -> None:
        """Send what may come; only the answer says whether the server has it."""
        whole = _DOT.sub(b"..", data if data.endswith(b"\r\n") else data + b"\r\n")
        try:
            with _at_most(smtp, WHOLE):
                smtp.send(whole + b".\r\n")
                answer = smtp.getreply()
        except OSError as error:
            self.close()
            trouble = self._trouble(error)
            raise Unclear(trouble.message, trouble.hint) from None
        if not 200 <= answer[0] < 300:
            raise Refused(_said(smtplib.SMTPResponseException(*answer)))

    def _trouble(self, error: Exception) -> NetworkTrouble:
        """The sentence for a failure of the connection."""
        host = self.address.host
        if isinstance(error, ssl.SSLCertVerificationError):
            return NetworkTrouble(
                f"the certificate of {host} is not to be trusted, and nothing was sent",
                "look at the address, or have the server's certificate renewed",
            )
        if isinstance(error, ssl.SSLError):
            hint = "smtps:// is for port 465; other ports take smtp://"
            return NetworkTrouble(f"{host} does not speak TLS on port {self.address.port}", hint)
        if isinstance(error, (socket.gaierror, UnicodeError)):
            return NetworkTrouble(f"there is no server {host}", "look at the address")
        if isinstance(error, smtplib.SMTPResponseException):
            return NetworkTrouble(f"{host} turns us away: {_said(error)}", _GOES_ON)
        if isinstance(error, TimeoutError) or "timed out" in str(error):
            return NetworkTrouble(f"{host} does not answer", _GOES_ON)
        return NetworkTrouble(f"the connection to {host} failed", _GOES_ON)


def _refusal(smtp: smtplib.SMTP, verb: str, argument: str = "") -> str:
    """Why a server does not let us go on; empty if it does.

    Raises:
        OSError: the connection broke, or the server closes it.
    """
    code, words = smtp.docmd(verb, argument)
    if 200 <= code < 400:
        return ""
    error = smtplib.SMTPResponseException(code, words)
    if code == _CLOSING:
        raise error
    with contextlib.suppress(OSError):
        smtp.rset()
    return _said(error)


def _said(error: smtplib.SMTPResponseException) -> str:
    """What a server answered, on one line."""
    if error.smtp_code < 0:  # what smtplib says of an answer without a number
        return "its answer is not that of a mail server"
    words = error.smtp_error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{error.smtp_code} {' '.join(printable(text).split())}"[:200].strip()


@contextlib.contextmanager
def _at_most(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Close the connection where the body takes longer: no time-out ends an answer that comes a
    letter at a time.
    """

    def close() -> None:
        with contextlib.suppress(OSError, AttributeError):
            smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    timer = threading.Timer(seconds, close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
