"""The address of a calendar that a patient can follow, as it is printed for them."""

from __future__ import annotations

from urllib.parse import urlsplit

from ketasched.asking.values import clean_text
from ketasched.errors import UsageProblem

SCHEMES = ("https", "http", "webcal")
LONGEST = 500
"""How many signs a picture still holds that a phone can scan from paper."""


def feed_address(text: str) -> str:
    """An address as typed, empty where there is none.

    Raises:
        UsageProblem: it is no address that a calendar program opens, or it holds a password.
    """
    address = clean_text("--feed-url", text)
    if not address:
        return ""
    usual = "write it whole, such as https://host/calendars/alex.ics"
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise UsageProblem(f"--feed-url: `{address}` is no address", usual) from None
    if "@" in parts.netloc:
        raise UsageProblem(
            "--feed-url: everybody who sees the page could read the login in it",
            "give the address without user and password",
        )
    if parts.scheme not in SCHEMES or not host:
        raise UsageProblem(f"--feed-url: `{address}` is no web address of a calendar", usual)
    if any(sign.isspace() for sign in address):
        raise UsageProblem("--feed-url: there is a blank in the address", "write %20 for it")
    if len(address) > LONGEST:
        raise UsageProblem(
            f"--feed-url is longer than {LONGEST} characters", "no phone could scan it from paper"
        )
    return address
