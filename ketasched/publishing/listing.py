"""The list of a calendar's entries, as a server gives it (RFC 4918 section 9.1)."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin, urlsplit

from ketasched.errors import NetworkTrouble

_DAV, _CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"


def read_listing(body: bytes, address: str) -> tuple[dict[str, str], bool, list[str]]:
    """Names with ETags, whether the address is a calendar, and the calendars that it holds."""
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        tree = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise NetworkTrouble(f"{address} does not answer as a calendar server does") from None
    own = unquote(urlsplit(address).path).rstrip("/")
    names: dict[str, str] = {}
    others: list[str] = []
    is_calendar = False
    for response in tree.iter(f"{_DAV}response"):
        path = unquote(urlsplit(response.findtext(f"{_DAV}href") or "").path).strip()
        calendar = response.find(f".//{_DAV}resourcetype/{_CALDAV}calendar") is not None
        if path.rstrip("/") == own:
            is_calendar = is_calendar or calendar
        elif calendar:
            others.append(urljoin(address, quote(path)))
        elif path.rpartition("/")[0] == own and response.find(f".//{_DAV}collection") is None:
            names[path.rpartition("/")[2]] = response.findtext(f".//{_DAV}getetag") or ""
    return names, is_calendar, others
