"""Signs of a text that do more than stand there."""

from __future__ import annotations

import re

STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, other line ends, lone surrogates, and what turns the text after it round. The marks of
Hebrew and Arabic, joiners and blanks that do not break are letters of names.
"""

_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")


def with_plain_ends(text: str) -> str:
    """Text whose lines end with one sign, as those of a record do."""
    return _LINE_END.sub("\n", text)


def printable(text: str) -> str:
    """Text that steers no terminal; its lines stay lines."""
    return STEERING.sub(lambda match: "\n" if match[0] == "\n" else "?", text)


def unencoded(text: str) -> str:
    """Text in which no mail program reads an encoded one (RFC 2047), which may hide lines."""
    return text.replace("=?", "= ?")
