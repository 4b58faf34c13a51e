"""From what the user typed to what is planned; every option is read or refused here."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched import zone
from ketasched.asking import library
from ketasched.asking.arms import for_arm
from ketasched.asking.feed_address import feed_address
from ketasched.asking.idle_options import refuse_idle_options, refuse_same_file
from ketasched.asking.option_values import (
    beside_the_sessions,
    choices_of,
    flex_minutes,
    reminders_before,
    start_times,
    weekdays,
    weekdays_with_times,
)
from ketasched.asking.others import OtherCourses, in_its_house
from ketasched.asking.patient_language import country, other, page_language, patient_language
from ketasched.asking.refusals import worded
from ketasched.asking.request import RECORD_ENDING, Request, Terms
from ketasched.asking.surroundings import (
    Surroundings,
    ZoneSource,
    clinic_file,
    clinic_here,
    commitments,
    protocol_folders,
    protocols_file,
    surroundings,
    zone_of,
)
from ketasched.asking.values import clean_text, one_line, read, read_number
from ketasched.calendar.uid import UidSource
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.instructions import lead
from ketasched.domain.notice import Notice, ShortNotice
from ketasched.domain.pause import AgreedPause
from ketasched.domain.protocol import Protocol
from ketasched.domain.typed_dates import read_date
from ketasched.errors import UsageProblem
from ketasched.languages.language import ENGLISH, Language
from ketasched.planning.phase_options import lay_out
from ketasched.planning.plan_input import Order, make_rules
from ketasched.planning.usual_days import times_of

if TYPE_CHECKING:
    from ketasched.domain.busy import BusyTimes
    from ketasched.domain.seat import Seat
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.files.protocols.protocol_file import WrittenProtocol


class Task(NamedTuple):
    """A request, understood: what to plan, in which zone, and how to show it. ``written`` is the
    protocol as its file has it, None for a saved course; ``zone_rules`` the release of the zone
    rules that a saved course was written with; ``others`` the courses that share the house;
    ``language`` that of the patient's calendars, ``feed_url`` the address of one to follow;
    ``seats`` those that a saved course has.
    """

    order: Order
    surroundings: Surroundings
    format: str
    name: str
    course_name: str
    staff: bool
    title: str
    location: str
    reminders: tuple[timedelta, ...]
    today: date
    asked_weekdays: frozenset[int]
    printed: bool
    authorised_until: date | None = None
    authorised_visits: int = 0
    until: date | None = None
    written: WrittenProtocol | None = None
    uid_source: UidSource = UidSource()
    zone_rules: str = ""
    others: OtherCourses | None = None
    language: Language = ENGLISH
    feed_url: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def page_language(self) -> Language:
        """The language of the patient's pages."""
        return page_language(self.language, self.surroundings)

    def spoken(self, lang: str, clock: str) -> Task:
        """The same in another language or by another clock, as typed; empty: as it is.

        Raises:
            UsageProblem: there is no such language or clock.
        """
        return self._replace(language=other(self.language, lang, clock, self.surroundings))

    @property
    def zone(self) -> zone.Zone:
        """The zone all times are in."""
        return self.surroundings.zone


class SavedFiles(NamedTuple):
    """What a record brings along, so that no file is read: the protocol, the clinic, the zone's
    source, and the busy times.
    """

    protocol: Protocol
    clinic: ClinicFile | None
    zone_source: ZoneSource
    busy: BusyTimes | None


def understand(
    request: Request,
    now: datetime,
    saved: SavedFiles | None = None,
    others: OtherCourses | None = None,
) -> Task:
    """Read a request at the instant ``now``; a record's files are ``saved``. With a house, it is
    planned beside ``others``.

    Raises:
        UsageProblem: an option that cannot be read, or that would change nothing.
        FileTrouble, FileProblems: a file it names.
    """
    refuse_idle_options(request)
    terms = understand_terms(request, now, saved, others)
    file = terms.surroundings.file
    refuse_same_file(request, file)
    start = read("--start", lambda text: read_date(text, terms.today), request.start)
    if terms.until is not None and terms.until < start:
        raise UsageProblem("--until is before --start", "give a later day")
    name = course_name = one_line(clean_text("--name", request.name))
    saved_as = record_name(request.save)
    if not name and saved_as:
        course_name = saved_as
    elif not name and request.ics not in ("", "-"):
        course_name = clean_text("--ics", Path(request.ics).stem)
    location = clean_text("--location", request.location)
    if not location and file:
        location = file.defaults.location or file.address
    order = terms.order_from(start)
    if order.agreed and request.reason:
        reason = clean_text("--reason", request.reason)
        order = replace(order, agreed=order.agreed._replace(reason=reason))
    return Task(
        replace(order, without=_left_out(request, terms)),
        terms.surroundings,
        request.format or "table",
        name,
        course_name,
        request.audience == "staff",
        clean_text("--title", request.title),
        location,
        _reminders(request, terms),
        terms.today,
        weekdays_with_times(request.at),
        request.ics != "-",
        read("--authorised-until", lambda text: read_date(text, terms.today), authorised)
        if (authorised := request.authorised_until)
        else None,
        read_number("--authorised-visits", request.authorised_visits, 1)
        if request.authorised_visits
        else 0,
        terms.until,
        terms.written,
        others=terms.others,
        language=patient_language(request.lang, request.clock, terms.surroundings),
        feed_url=feed_address(request.feed_url),
    )


def _left_out(request: Request, terms: Understood) -> frozenset[str]:
    """The kinds of linked visits and the duties nobody wants or the country does not ask for."""
    protocol, here = terms.order.protocol, country(terms.surroundings)
    unwanted = (beside_the_sessions(text, protocol) for text in request.without)
    elsewhere = (duty.name for duty in protocol.duties if not duty.holds_in(here))
    return frozenset((*unwanted, *elsewhere))


def record_name(path: str) -> str:
    """What a record at a path is called; empty if there is to be none.

    Raises:
        UsageProblem: no other command could use it.
    """
    name = clean_text("--save", Path(path).name.removesuffix(RECORD_ENDING))
    seen = any(unicodedata.category(sign)[0] not in "CZM" for sign in name)
    wrong = not seen or "\n" in name or name.startswith("-") or name.endswith(".json")
    if path and (wrong or path.endswith("/")):
        raise UsageProblem(
            f"--save {path!r} is no name for a record", "a name without an ending: alex"
        )
    return name


class Understood(NamedTuple):
    """The terms of a course, whatever its start; ``order`` has yet to get one."""

    order: Order
    surroundings: Surroundings
    until: date | None
    today: date
    written: WrittenProtocol | None
    others: OtherCourses | None = None

    def order_from(self, start: date) -> Order:
        """The order of a course with that start."""
        return replace(self.order, start=start)


def understand_terms(
    terms: Terms,
    now: datetime,
    saved: SavedFiles | None = None,
    others: OtherCourses | None = None,
) -> Understood:
    """Read what is asked of a course but for its start; a record's files are ``saved``. With a
    house, it is planned beside ``others``.

    Raises:
        UsageProblem: an option that cannot be read, or that would change nothing.
        FileTrouble, FileProblems: a file it names.
    """
    if terms.busy.count("-") + [terms.clinic, terms.protocols].count("-") > 1:
        raise UsageProblem(
            "- is given twice, and standard input can be read only once", "name a file for one"
        )
    written = None
    if saved:
        file, protocol = saved.clinic, saved.protocol
    else:
        file, written = _files_of(terms)
        protocol = for_arm(written.protocol, terms.arm)
    today = now.astimezone(zone_of(terms.tz, file)[0].tzinfo).date()
    around = surroundings(terms, file, today)
    if saved:
        around = around._replace(zone_source=saved.zone_source)
    choices = choices_of(terms, today)
    try:
        layout = lay_out(protocol, choices)
    except ChoiceRefused as refusal:
        raise worded(refusal) from None
    flex = flex_minutes(terms.flex)
    asked = start_times(terms.at, around.clinic, file.defaults.start_time if file else None)
    patient = commitments(terms, around, today, saved.busy if saved else None)
    times = times_of(asked, flex, around.clinic, patient.free_week, layout, protocol.minutes)
    here = now.astimezone(around.clinic.zone)
    notice = file.notice if file else Notice()
    near = ShortNotice(here, notice.ends(here, around.clinic), notice, lead(protocol.instructions))
    rules = make_rules(around.clinic, times, patient, today, here, near)
    days = weekdays(terms.days, layout)
    order = Order(
        protocol,
        layout,
        today,
        around.clinic,
        rules,
        days,
        choices.already,
        commitments=patient,
        agreed=None if choices.pause is None else AgreedPause(choices.pause),
    )
    others = others if file and file.house else None
    order = in_its_house(order, file, others)
    return Understood(order, around, choices.until, today, written, others)


def _files_of(terms: Terms) -> tuple[ClinicFile | None, WrittenProtocol]:
    """The clinic's file, if there is one, and the protocol, which go together."""
    save = terms.save if isinstance(terms, Request) else ""
    file = clinic_file(terms.clinic) or clinic_here(Path(save).parent if save else None)
    extra = protocols_file(terms.protocols, file)
    folders = protocol_folders(terms.protocols, file)
    written = library.find(terms.protocol, extra, folders)
    if terms.beside or (file and file.house):
        from ketasched.asking.house_faults import refuse_house_faults

        refuse_house_faults(terms, file, written)
    return file, written


def _reminders(request: Request, terms: Understood) -> tuple[timedelta, ...]:
    """When the patient is reminded: as asked, else as the clinic or the protocol does."""
    if request.remind:
        return reminders_before(request.remind)
    file = terms.surroundings.file
    if file and file.defaults.reminders is not None:
        return file.defaults.reminders
    return terms.order.protocol.reminders
