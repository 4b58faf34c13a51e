"""A calendar file of ours in its parts: the same bytes, one by one or put together anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ketasched.calendar.content_line import escape, folded

_END = b"END:VCALENDAR\r\n"
_OF_THE_WHOLE = (b"X-WR-CALNAME",)


class Parts(NamedTuple):
    """The first lines of a calendar, its time zones as they stand, and its entries by UID."""

    head: bytes
    zones: tuple[bytes, ...]
    entries: dict[str, bytes]

    def alone(self, uid: str) -> bytes:
        """A calendar of one entry, as a server keeps it: a resource of its own."""
        return b"".join((self.head, *self.zones, self.entries[uid], _END))


def split(data: bytes) -> Parts:
    """The parts of a calendar that `calendar_ics` wrote."""
    head: list[bytes] = []
    zones: list[bytes] = []
    entries: dict[str, bytes] = {}
    lines = iter(data.splitlines(keepends=True))
    for line in lines:
        if line == _END:
            break
        kind = line.removeprefix(b"BEGIN:").rstrip()
        if kind == line.rstrip():
            if not (head and line[:1] == b" ") and not line.startswith(_OF_THE_WHOLE):
                head.append(line)
        elif kind == b"VCALENDAR":
            head.append(line)
        else:
            block = [line]
            for inner in lines:
                block.append(inner)
                if inner == b"END:" + kind + b"\r\n":
                    break
            text = b"".join(block)
            if kind == b"VTIMEZONE":
                zones.append(text)
            else:
                entries[_uid(text)] = text
    return Parts(b"".join(head), tuple(zones), entries)


def together(name: str, refresh: str, parts: Iterable[Parts]) -> bytes:
    """One calendar of that name of several; each zone once. ``refresh`` says how often to look for
    changes, such as PT1H.
    """
    everything = list(parts)
    zones = dict.fromkeys(zone for one in everything for zone in one.zones)
    lines = [
        folded(f"X-WR-CALNAME:{escape(name)}"),
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}\r\n".encode(),
        f"X-PUBLISHED-TTL:{refresh}\r\n".encode(),
    ]
    entries = [entry for one in everything for entry in one.entries.values()]
    return b"".join((everything[0].head, *lines, *zones, *entries, _END))


def _uid(entry: bytes) -> str:
    unfolded = entry.replace(b"\r\n ", b"")
    line = next(line for line in unfolded.splitlines() if line.startswith(b"UID:"))
    return line.removeprefix(b"UID:").decode()
