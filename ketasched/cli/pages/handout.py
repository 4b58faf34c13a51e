"""The page that a patient is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.cli.pages.render import page

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            "legend": _legend(handout),
            "scan": _scan(feed, title) if feed else "",
        },
        language,
    )


def _day_class(appointments: Sequence[Appointment]) -> str:
    """How a day with appointments looks in a month: as the first that holds."""
    first = _shown(appointments)
    if not first:
        return ""
    if first.is_off:
        return "closed"
    kinds = ["session" if first.is_session else "visit"]
    kinds += ["tentative"] if first.state == "tentative" else []
    kinds += ["past"] if first.is_past else []
    kinds += ["done"] if first.state == "done" else []
    return " ".join(kinds)


def _shown(appointments: Sequence[Appointment]) -> Appointment | None:
    """Which appointment of a day a month shows."""
    return next((each for each in appointments if not each.is_off), next(iter(appointments), None))


def _legend(handout: Handout) -> list[tuple[str, str]]:
    """How days look in the months, and what it means: of each that occurs."""
    language = handout.language
    days = (day for month in handout.months for week in month.weeks for day in week if day)
    shown = [first for day in days if (first := _shown(day.appointments))]
    ahead = [each for each in shown if not each.is_off and not each.is_past]
    off = dict.fromkeys(remark for each in shown if each.is_off for remark in each.remarks[:1])
    occurs = {
        ("session", language.text("Appointment")): any(each.is_session for each in ahead),
        ("visit", language.text("Other appointment")): not all(each.is_session for each in ahead),
        ("session tentative", language.text("not fixed yet")): any(
            each.state == "tentative" for each in ahead
        ),
        ("session past done", language.text("took place")): any(
            each.state == "done" for each in shown
        ),
        ("closed", ", ".join(off)): bool(off),
    }
    return [look for look, is_there in occurs.items() if is_there]


def _scan(address: str, title: str) -> str:
    """A QR code as an SVG picture, whose markup is our own: no text goes into it but the title."""
    import segno
    from markupsafe import Markup

    return Markup(  # noqa: S704 - drawn by segno; the title is escaped by it
        segno.make(address, micro=False).svg_inline(scale=3, border=2, title=title, omitsize=False)
    )
