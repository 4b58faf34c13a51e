"""A line of a calendar file (RFC 5545 section 3.1): escaped, and folded by octets."""

from __future__ import annotations

_OCTETS = 75


def escape(text: str) -> str:
    """A text as the value of a property."""
    return text.translate({ord("\\"): "\\\\", ord(";"): "\\;", ord(","): "\\,", ord("\n"): "\\n"})


def folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, no character split, each ended by CRLF."""
    octets = line.encode()
    pieces = []
    room = _OCTETS
    while len(octets) > room:
        cut = room
        while octets[cut] & 0b1100_0000 == 0b1000_0000:  # inside a character
            cut -= 1
        pieces.append(octets[:cut])
        octets = octets[cut:]
        room = _OCTETS - 1  # the space that begins a continuation counts
    return b"\r\n ".join([*pieces, octets]) + b"\r\n"
