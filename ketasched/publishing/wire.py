"""How requests go out, and what comes back: bounded, checked, and with sentences for failures.

This is the only module that imports `caldav`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import re
import ssl
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ketasched.errors import NetworkTrouble, UsageProblem, os_reason

if TYPE_CHECKING:
    from ketasched.publishing.login import Login

PATIENCE = 20
"""Seconds to wait for a connection, or for the next piece of an answer."""
WHOLE = 60
"""Seconds for an answer as a whole."""
MOST = 32 * 1024 * 1024
"""Octets of an answer."""


def checked_address(text: str) -> str:
    """The address of a calendar, with a slash at its end.

    Raises:
        UsageProblem: it is no address, has a login in it, or would send one in the open.
    """
    example = "such as https://host/calendars/clinic/"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageProblem(f"--to: `{text}` is no address", example) from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageProblem(f"--to: `{text}` is no address", example)
    if "@" in parts.netloc:
        raise UsageProblem(
            "--to: a login in an address is read by others",
            "put it into the keyring, netrc or a file: see docs/publish.md",
        )
    if parts.query or parts.fragment:
        raise UsageProblem(f"--to: `{text}` is no calendar's address", example)
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageProblem(f"--to: http to {host} would send everything in the open", "use https")
    return text if text.endswith("/") else f"{text}/"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _client(address: str, login: Login | None) -> Any:
    """The package's client, which asks nobody else where the server is.

    Raises:
        UsageProblem: the package is not there.
    """
    try:
        from caldav import davclient
        from caldav.lib import error
    except ImportError:
        raise UsageProblem(
            "publish needs the package caldav", 'run: pip install "ketasched[caldav]"'
        ) from None
    # It would write logins into files under /tmp if the environment says so.
    error.debug_dump_communication = False
    for name in ("caldav", "niquests", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client = davclient.DAVClient(
        address,
        username=login.user if login else None,
        password=login.password if login else None,
        timeout=PATIENCE,
        ssl_verify_cert=authorities() or True,
        enable_rfc6764=False,
        headers={"User-Agent": "calendar-client"},
    )
    host = urlsplit(address).hostname or ""
    # Its own look into netrc and at proxies; a proxy has no business with this machine.
    client.session.trust_env = not is_loopback(host)
    return client


CA_BUNDLE = "REQUESTS_CA_BUNDLE"
"""The environment variable that names a file with a clinic's own certificate authority."""
PUBLISH_AGAIN = "publish again later: it goes on where it stopped"
"""What to do where a server or the way to it failed."""


def authorities() -> str:
    """The file of the certificate authorities to trust, empty for the usual ones. The package would
    look for it by itself, but not for this machine, where it is to look at nothing else.

    Raises:
        UsageProblem: it is named and cannot be read, or has no certificate in it.
    """
    path = os.environ.get(CA_BUNDLE, "")
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:
            why = "it holds no certificate" if isinstance(error, ssl.SSLError) else os_reason(error)
            raise UsageProblem(
                f"{CA_BUNDLE} names {path}: {why}", "name the authority's file in PEM format"
            ) from None
    return path


_SPOKEN = re.compile(r"\b(basic|digest)\b", re.IGNORECASE)


class Answer(NamedTuple):
    """What a server answers; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Requests to one server that follow no redirect, and whose answers end."""

    def __init__(self, address: str, login: Login | None) -> None:
        self._client = _client(address, login)
        self._send = self._client.session.request
        self._client.session.request = self._bounded
        self._body = b""

    def ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a request once, with the login if it is asked for.

        Raises:
            NetworkTrouble: the answer does not end.
            Exception: whatever the libraries raise when there is no answer.
        """
        outcome: list[Answer | Exception] = []

        def work() -> None:
            try:
                outcome.append(self._ask(method, url, body, headers))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                outcome.append(error)

        # No time-out of the libraries ends an answer whose head comes a letter at a time.
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(WHOLE)
        if not outcome:
            raise NetworkTrouble(f"{urlsplit(url).netloc} does not answer", "try again later")
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        from caldav.lib import error

        try:
            response = self._client.request(url, method, body, dict(headers))
        except error.AuthorizationError as refusal:
            return Answer(getattr(refusal, "status", None) or 401, {}, self._body)
        except error.RateLimitError as limit:
            return Answer(429, {"retry-after": str(limit.retry_after or "")}, self._body)
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, names, self._body)

    def _bounded(self, *arguments: Any, **options: Any) -> Any:
        options |= {"allow_redirects": False, "stream": True}
        if options.get("auth") is None:
            options["auth"] = _no_login  # else netrc would be asked
        self._body = b""
        response = self._send(*arguments, **options)
        begun = time.monotonic()
        body = bytearray()
        for piece in response.iter_content(65536):
            body += piece
            if len(body) > MOST or time.monotonic() - begun > WHOLE:
                response.close()
                raise NetworkTrouble("the server's answer does not end", "try again later")
        self._body = response._content = bytes(body)  # noqa: SLF001 - what it would read itself
        asked = response.headers.get("WWW-Authenticate", "")
        if response.status_code == 401 and asked and not _SPOKEN.search(asked):
            raise NetworkTrouble(
                f"{urlsplit(response.url).netloc} wants a login of a kind that is not spoken here, "
                f"{asked.split()[0]}",
                "see docs/publish.md",
            )
        return response


def _no_login(request: Any) -> Any:
    return request


def may_help(error: Exception) -> bool:
    """Whether the same request may go through when it is sent again."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"SSLError", "InvalidURL", "InvalidSchema", "ProxyError"}:
        return False
    return bool(kinds & {"ConnectionError", "Timeout", "ChunkedEncodingError", "OSError"})


def unreachable(host: str, error: Exception) -> NetworkTrouble:
    """The sentence for a request that came to nothing."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    text = str(error)
    if "XMLSyntaxError" in kinds:
        return NetworkTrouble(
            f"{host} does not answer as a calendar server does", "look at the address"
        )
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text.lower():
        return NetworkTrouble(
            f"{host} does not speak https there, and nothing was sent",
            "look at the port in the address",
        )
    if "SSLError" in kinds or "certificate" in text.lower():
        return NetworkTrouble(
            f"the certificate of {host} is not to be trusted, and nothing was sent",
            "look at the address, have the server's certificate renewed, or, if your clinic has a "
            f"certificate authority of its own, let {CA_BUNDLE} name its file",
        )
    if "Timeout" in kinds:
        return NetworkTrouble(f"{host} does not answer", "try again later")
    if "NameResolutionError" in text or "resolve" in text.lower():
        return NetworkTrouble(f"there is no server {host}", "look at the address")
    return NetworkTrouble(
        f"the connection to {host} failed",
        PUBLISH_AGAIN,
    )
