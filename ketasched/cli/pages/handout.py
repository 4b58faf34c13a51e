"""The page that a patient is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.cli.pages.render import page

if TYPE_CHECKING:
    from ketasched.calendar.handout import Appointment, Handout


def handout_page(handout: Handout) -> str:
    """A patient's appointments as a page for a browser and for paper."""
    feed = handout.setting.feed
    language = handout.language
    following = handout.next
    title = language.text("The address of your calendar, to scan")
    return page(
        "handout.html",
        {
            **handout._asdict(),
            "following": following,
            "weekdays": list(zip(language.weekdays(), language.weekdays(long=True), strict=True)),
            "day_class": _day_class,
            "scan": _scan(feed, title) if feed else "",
        },
        language,
    )


def _day_class(appointments: list[Appointment]) -> str:
    """How a day with appointments looks in a month: as the first that holds."""
    shown = [each for each in appointments if not each.is_off] or appointments
    if not shown:
        return ""
    first = shown[0]
    kinds = ["session" if first.is_session else "visit"]
    kinds += ["tentative"] if first.state == "tentative" else []
    kinds += ["past"] if first.is_past else []
    return " ".join(["closed"] if first.is_off else kinds)


def _scan(address: str, title: str) -> str:
    """A QR code as an SVG picture, whose markup is our own: no text goes into it but the title."""
    import segno
    from markupsafe import Markup

    return Markup(  # noqa: S704 - drawn by segno; the title is escaped by it
        segno.make(address, micro=False).svg_inline(scale=3, border=2, title=title, omitsize=False)
    )
