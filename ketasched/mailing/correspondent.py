"""Who sends and who receives: a name and an address, of which no part can become another line."""

from __future__ import annotations

import re
from email.headerregistry import Address
from typing import NamedTuple
from urllib.parse import quote

from ketasched.asking.values import clean_text, one_line
from ketasched.domain.signs import unencoded
from ketasched.errors import UsageProblem

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(
    rf"(?P<local>{_WORD}(?:\.{_WORD})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)", re.ASCII
)
_LONGEST_LOCAL = 64
_LONGEST = 254
"""Octets of an address that mail servers take (RFC 5321 section 4.5.3.1)."""


class Correspondent(NamedTuple):
    """Who sends or receives: a name, which may be empty, and the address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """Where the address is."""
        return self.address.rpartition("@")[2]

    @property
    def key(self) -> str:
        """The address as addresses are compared."""
        return self.address.casefold()

    @property
    def header(self) -> Address:
        """As a header of a message has it."""
        return Address(self.name, addr_spec=self.address)

    def line(self, start: str) -> str:
        """As a calendar's property, which begins with a name and its parameters."""
        name = (self.name or self.address).replace('"', "'")
        mailto = quote(self.address, safe="@!$'*+=~")
        return f'{start};CN="{name}":mailto:{mailto}'

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.name} <{self.address}>" if self.name else self.address


def read_correspondent(option: str, text: str) -> Correspondent:
    """Who is meant by ``alex@example.org`` or ``Lakeside Clinic <desk@example.org>``.

    Raises:
        UsageProblem: it is no such text.
    """
    text = one_line(clean_text(option, text))
    named = _NAMED.fullmatch(text)
    name, address = (named["name"], named["address"]) if named else ("", text)
    match = _ADDRESS.fullmatch(address.strip())
    encoded = "=?" in address
    if match is None or encoded or len(match["local"]) > _LONGEST_LOCAL or len(match[0]) > _LONGEST:
        hint = "such as alex@example.org, or Lakeside Clinic <desk@example.org>"
        if not address.isascii():
            hint = "of an address only letters of ASCII: write its domain as xn--…"
        raise UsageProblem(f"{option}: `{text}` is no mail address", hint)
    address = f"{match['local']}@{match['domain'].lower()}"
    return Correspondent(unencoded(name.strip().strip('"').strip()), address)
