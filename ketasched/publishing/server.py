"""A calendar on a CalDAV server: what is in it, and writes that never undo somebody else's.

Of the package `caldav` only raw requests are used: its calls that know of events rewrite bytes and
send no precondition. Redirects are not followed but to the same host, bodies are limited, and every
failure is one sentence.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from ketasched.errors import NetworkTrouble
from ketasched.publishing.listing import read_listing
from ketasched.publishing.wire import (
    PUBLISH_AGAIN,
    Answer,
    Wire,
    checked_address,
    may_help,
    unreachable,
)

if TYPE_CHECKING:
    from ketasched.publishing.login import Login

TRIES = 3
"""How often a request is sent before its failure is believed."""
LONGEST_PAUSE = 5.0
_CALENDAR_DATA = "text/calendar; charset=utf-8"
_LIST = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
)
_AGAIN = {423, 429, 500, 502, 503, 504}


class EntryConflict(Exception):
    """The entry is not what the precondition says: somebody else has written it."""


class EntryRefused(Exception):
    """The server takes everything else, but not this entry; the argument says why."""


class Resource(NamedTuple):
    """An entry as the server has it."""

    etag: str
    text: str


class CalendarServer:
    """One calendar.

    Raises (every method):
        NetworkTrouble: the server cannot be reached, or refuses everything.
    """

    def __init__(self, address: str, login: Login | None) -> None:
        self.address = checked_address(address)
        self.login = login
        self._parts = urlsplit(self.address)
        self._wire = Wire(self.address, login)

    def entries(self) -> dict[str, str]:
        """The names of the calendar's entries, each with its ETag (empty if it has none)."""
        answer = self._send("PROPFIND", self.address, _LIST.encode(), {"Depth": "1"})
        if answer.status in (200, 204):
            raise NetworkTrouble(
                f"{self.address} does not answer as a calendar server does", "look at the address"
            )
        if answer.status != 207:
            raise self._trouble(answer, "list")
        names, is_calendar, others = read_listing(answer.body, self.address)
        if not is_calendar:
            hint = f"it holds {', '.join(others[:5])}" if others else "look at the address"
            raise NetworkTrouble(f"{self.address} is no calendar", hint)
        return names

    def read(self, name: str) -> Resource | None:
        """An entry, or None if it is gone."""
        answer = self._send("GET", self._at(name), b"", {"Accept": "text/calendar"})
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise self._trouble(answer, "read")
        text = answer.body.decode(errors="replace")
        if "BEGIN:VCALENDAR" not in text:
            raise NetworkTrouble(
                f"{self.address} does not answer as a calendar server does", "look at the address"
            )
        return Resource(answer.headers.get("etag", ""), text)

    def create(self, name: str, data: bytes) -> str:
        """Put an entry where none is; its ETag, empty if the server does not say.

        Raises:
            EntryConflict: there is one.
            EntryRefused: the server does not take it.
        """
        return self._put(name, data, {"If-None-Match": "*"})

    def replace(self, name: str, data: bytes, etag: str) -> str:
        """Put an entry in the place of the one with that ETag; its own, empty if not said.

        Raises:
            EntryConflict: it is another one, or gone.
            EntryRefused: the server does not take it.
        """
        return self._put(name, data, {"If-Match": etag})

    def remove(self, name: str, etag: str) -> None:
        """Take away the entry with that ETag.

        Raises:
            EntryConflict: it is another one.
            EntryRefused: the server keeps it.
        """
        answer = self._send("DELETE", self._at(name), b"", {"If-Match": etag})
        if answer.status in (404, 410):
            return
        self._judge(answer)

    def _put(self, name: str, data: bytes, condition: Mapping[str, str]) -> str:
        headers = {"Content-Type": _CALENDAR_DATA, **condition}
        answer = self._send("PUT", self._at(name), data, headers)
        self._judge(answer)
        return answer.headers.get("etag", "")

    def _judge(self, answer: Answer) -> None:
        if answer.status in (200, 201, 204):
            return
        if answer.status == 412:
            raise EntryConflict
        if answer.status == 409 or b"no-uid-conflict" in answer.body:
            raise EntryRefused("the calendar has an entry with this UID under another name")
        if b"unique-scheduling-object-resource" in answer.body:
            raise EntryRefused(
                "another calendar of this account has an entry with this UID, and the server takes "
                "a UID once an account"
            )
        if answer.status in (400, 415, 422):
            raise EntryRefused(f"the server does not take it ({answer.status})")
        raise self._trouble(answer, "write")

    def _at(self, name: str) -> str:
        return urljoin(self.address, quote(name))

    def _send(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], hops: int = 2
    ) -> Answer:
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                answer = self._wire.ask(method, url, body, headers)
            except NetworkTrouble:
                raise
            except Exception as error:  # noqa: BLE001 - its libraries raise what they like
                if last or not may_help(error):
                    raise unreachable(self._parts.netloc, error) from None
                time.sleep(0.2 * 3 ** (attempt - 1))
                continue
            if answer.status in _AGAIN and not last:
                time.sleep(_pause(answer, attempt))
                continue
            break
        if answer.status in (301, 302, 303, 307, 308):
            return self._redirected(answer, method, url, body, headers, hops)
        return answer

    def _redirected(
        self,
        answer: Answer,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        hops: int,
    ) -> Answer:
        """Follow to the same host only: another one gets no password and no names."""
        target = urljoin(url, answer.headers.get("location", ""))
        parts = urlsplit(target)
        if (parts.scheme, parts.netloc) != (self._parts.scheme, self._parts.netloc):
            where = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "nowhere"
            raise NetworkTrouble(
                f"{self._parts.netloc} sends us to {where}, and nothing was sent there",
                "if that is right, give its address with --to",
            )
        if not hops or target == url:
            raise NetworkTrouble(f"{self._parts.netloc} sends us round in circles")
        if url == self.address:
            self.address = target if target.endswith("/") else f"{target}/"
            target = self.address
        return self._send(method, target, body, headers, hops - 1)

    def _trouble(self, answer: Answer, doing: Literal["list", "read", "write"]) -> NetworkTrouble:
        """The sentence for an answer that means the same for every entry."""
        host, address = self._parts.netloc, self.address
        if answer.status == 401 and self.login:
            who = f"the login of {self.login.user}, from {self.login.source}"
            return NetworkTrouble(f"{host} does not accept {who}", "correct it there")
        look = "look at the address"
        sentences = {
            401: (f"{host} asks for a login", _HOW_TO_LOG_IN),
            403: (f"{host} does not let us see {address}", _HOW_TO_LOG_IN),
            404: (f"there is no calendar at {address}", look),
            405: (f"{address} is no calendar", look),
            423: (f"the calendar at {address} is locked by another program", PUBLISH_AGAIN),
            413: (f"the calendar at {address} is full: there is no room for more", PUBLISH_AGAIN),
            501: (f"{address} is no calendar", look),
            507: (f"the calendar at {address} is full: there is no room for more", PUBLISH_AGAIN),
        }
        if answer.status == 403 and doing == "write":
            hint = "ask its owner for the right to write, or choose another"
            return NetworkTrouble(f"the calendar at {address} takes no changes from us", hint)
        said = f"{host} could not {doing} it: it answered {answer.status}"
        return NetworkTrouble(*sentences.get(answer.status, (said, PUBLISH_AGAIN)))


_HOW_TO_LOG_IN = "put a login into the keyring, netrc or a file: see docs/publish.md"


def _pause(answer: Answer, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "")
    wanted = float(asked) if asked.replace(".", "", 1).isdigit() else 0.2 * 3 ** (attempt - 1)
    return min(wanted, LONGEST_PAUSE)
