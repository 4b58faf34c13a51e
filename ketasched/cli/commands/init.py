"""``ketasched init``: a first clinic file, from answers or options."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.options import Option, takes
from ketasched.cli.questions import ask, can_ask
from ketasched.cli.result import Result
from ketasched.errors import FileProblems, FileTrouble, UsageProblem
from ketasched.shell import paste

if TYPE_CHECKING:
    from ketasched.domain.clinic import Week
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.public_holidays import HolidayCalendar

HELP = """Write your clinic's file, clinic.yaml, and show its year.

On a terminal what is missing is asked. Commands that run in the folder of the file use it by
themselves.

\b
Examples:
  ketasched init
  ketasched init --name Lakeside --country US --part IL --hours "mon-thu 8-18"
"""
USUAL_HOURS = "mon-fri 08:00-17:00"
NO_HOLIDAYS = "none"
MOST_CHAIRS = 999
LONGEST_CODE = 3
"""Of a country or a part of it; what is longer is its name."""


class InitRequest(NamedTuple):
    """The folder of the file, and what it is to say; empty where it was not typed."""

    folder: str = ""
    name: str = ""
    country: str = ""
    part: str = ""
    tz: str = ""
    hours: str = ""
    at: str = ""
    chairs: str = ""
    phone: str = ""
    force: bool = False


@takes(
    InitRequest,
    name=Option("The clinic's name.", "TEXT"),
    country=Option("Whose public holidays it keeps, two letters, such as US; or none.", "COUNTRY"),
    part=Option("A part of the country with holidays of its own, such as IL.", "PART"),
    tz=Option("Its time zone; this computer's if not given.", "ZONE"),
    hours=Option(f'Opening hours; "{USUAL_HOURS}" if not given.', '"mon-fri 08:00-17:00"'),
    at=Option("When sessions start, such as 09:30.", "TIME"),
    chairs=Option("How many people can be treated at once.", "N"),
    phone=Option("The phone number, for calendar entries.", "TEXT"),
)
def run(request: InitRequest) -> Result:
    """The year of the clinic that the file describes.

    Raises:
        UsageProblem: an option that is missing or cannot be read.
        FileTrouble: the file is there, or cannot be written.
    """
    from ketasched.asking.surroundings import USUAL_FILE, zone_of
    from ketasched.cli.check_clinic import checked_clinic, holidays_left_out
    from ketasched.records import atomic

    path = str(Path(request.folder or ".") / USUAL_FILE)
    _refuse_place(request, path)
    answers = _answers(request)
    text = _text(answers, zone_of(answers["tz"], None)[0].name)
    clinic = _checked(path, text)
    notes = [f"wrote {path}", *holidays_left_out(clinic)]
    if not answers["tz"]:
        notes.append(
            f"note: the time zone is {clinic.timezone}, this computer's; --tz names another"
        )
    year = checked_clinic(clinic, path, _year())
    return year._replace(
        writing=atomic.new_file(path, text.encode(), replace=request.force),
        notes=[*year.notes, *notes],
        hint=f"{_who_uses(request.folder, path)}; then: ketasched plan iv --start DATE",
    )


def _who_uses(folder: str, path: str) -> str:
    if os.environ.get("KETASCHED_CLINIC"):
        return f"KETASCHED_CLINIC names another file: unset it, or add {paste(['--clinic', path])}"
    if not folder:
        return "Commands in this folder use it by themselves"
    return f"Commands in {folder} use it by themselves, others with {paste(['--clinic', path])}"


def _refuse_place(request: InitRequest, path: str) -> None:
    if request.folder and not Path(request.folder).is_dir():
        raise UsageProblem(f"there is no folder {request.folder}", "make it, or leave it out")
    if Path(path).exists() and not request.force:
        raise FileTrouble(f"{path} exists already", "add --force to replace it", path)


def _year() -> int:
    """The year that most of the next twelve months are in."""
    from datetime import timedelta

    from ketasched import clock

    return (clock.now() + timedelta(days=183)).year


class _Question(NamedTuple):
    """What is asked for an option, what its answer is read by, and what it is usually."""

    text: str
    read: Callable[[str, Mapping[str, str]], object]
    usual: str = ""
    needed: bool = False


def _answers(request: InitRequest) -> dict[str, str]:
    """What was typed, and what is asked of a person at a terminal.

    Raises:
        UsageProblem: an option cannot be read, or is missing where nobody can be asked.
    """
    answers = {key: getattr(request, key).strip() for key in _QUESTIONS}
    if answers["country"].casefold() == NO_HOLIDAYS and answers["part"]:
        raise UsageProblem("--part: there is no country", "give --country, or leave --part out")
    for key, question in _QUESTIONS.items():
        if answers[key]:
            _read_option(key, question, answers)
    asked = can_ask()
    missing = [
        f"--{key}" for key, question in _QUESTIONS.items() if question.needed and not answers[key]
    ]
    if missing and not asked:
        raise UsageProblem(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
            'such as --name "Lakeside Clinic" --country US; a terminal would ask',
        )
    for key, question in _QUESTIONS.items():
        if asked and not answers[key] and not (key == "part" and _has_no_part(answers["country"])):
            usual = _zone_here() if key == "tz" else question.usual
            answers[key] = ask(question.text, _reader(question, answers), usual)
    return answers


def _has_no_part(country: str) -> bool:
    """Whether no part of a country is to be asked for: there is none, or it is said already."""
    return country.casefold() == NO_HOLIDAYS or "-" in country


def _reader(question: _Question, answers: Mapping[str, str]) -> Callable[[str], object]:
    return lambda text: question.read(text, answers)


def _read_option(key: str, question: _Question, answers: Mapping[str, str]) -> None:
    try:
        question.read(answers[key], answers)
    except ValueError as error:
        raise UsageProblem(f"--{key}: {error.args[0]}", *error.args[1:]) from None


def _name(text: str, _: Mapping[str, str]) -> None:
    from ketasched.reading.texts import one_line

    if not one_line(text):
        raise ValueError("write the clinic's name")


def _country(text: str, _: Mapping[str, str]) -> None:
    if not text:
        raise ValueError(f"write two letters, such as US, or {NO_HOLIDAYS}")
    holidays_of({"country": text, "part": ""})


def _part(text: str, answers: Mapping[str, str]) -> None:
    if text and answers["country"]:
        holidays_of({**answers, "part": text})


def holidays_of(answers: Mapping[str, str]) -> HolidayCalendar | None:
    """The holidays of a country, or of a part: ``US`` and ``IL``, or ``US-IL``.

    Raises:
        ValueError: there is no such place; with a hint.
    """
    from ketasched import public_holidays

    if answers["country"].casefold() == NO_HOLIDAYS:
        return None
    wanted = public_holidays.HolidayCalendar.of_place(answers["country"])
    part = answers["part"] or wanted.subdivision
    wanted = public_holidays.HolidayCalendar(_code(wanted.country), _code(part))
    for problem in public_holidays.problems(wanted):
        raise problem
    return wanted


def _code(text: str) -> str:
    return text.upper() if len(text) <= LONGEST_CODE else text


def _tz(text: str, _: Mapping[str, str]) -> None:
    from ketasched import zone

    if text:
        zone.load(text)


def _zone_here() -> str:
    from ketasched.asking.surroundings import zone_of

    try:
        return zone_of("", None)[0].name
    except UsageProblem:
        return ""


def _hours(text: str, _: Mapping[str, str] | None = None) -> Week:
    from ketasched.domain.typed_week import read_can

    return read_can(text)


def _at(text: str, answers: Mapping[str, str]) -> None:
    from ketasched.domain.typed_times import read_clock
    from ketasched.domain.wording import minute_of_day

    if text:
        minute = minute_of_day(read_clock(text))
        week = _hours(answers["hours"] or USUAL_HOURS)
        if not any(span.has(minute) for spans in week for span in spans):
            raise ValueError(f"no weekday is open at {text}", "choose a time inside the hours")


def _chairs(text: str, _: Mapping[str, str]) -> None:
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= MOST_CHAIRS):
        raise ValueError(f"`{text}` is not a number from 1 to {MOST_CHAIRS}")


def _phone(text: str, _: Mapping[str, str]) -> None:
    from ketasched.reading.texts import one_line

    one_line(text)


_QUESTIONS = {
    "name": _Question("Name of the clinic", _name, needed=True),
    "country": _Question(
        f"Country whose public holidays it keeps (two letters, or {NO_HOLIDAYS})",
        _country,
        needed=True,
    ),
    "part": _Question("Part of the country with holidays of its own (empty: none)", _part),
    "tz": _Question("Time zone", _tz),
    "hours": _Question("Opening hours", _hours, USUAL_HOURS),
    "at": _Question("When sessions start (empty: from 09:00 on, as they fit)", _at),
    "chairs": _Question("How many people can be treated at once (empty: not counted)", _chairs),
    "phone": _Question("Phone number for calendar entries (empty: none)", _phone),
}


def _text(answers: Mapping[str, str], zone_name: str) -> str:
    from ketasched.domain.typed_times import read_clock
    from ketasched.domain.wording import clock_text
    from ketasched.files.clinic.first_file import FirstClinic, first_file

    return first_file(
        FirstClinic(
            answers["name"],
            zone_name,
            _hours(answers["hours"] or USUAL_HOURS),
            holidays_of(answers),
            clock_text(read_clock(answers["at"])) if answers["at"] else "",
            int(answers["chairs"] or 0),
            answers["phone"],
        )
    )


def _checked(path: str, text: str) -> ClinicFile:
    """What the file says, by the reader that `check` has.

    Raises:
        UsageProblem: what was typed does not go together.
    """
    from ketasched.files.clinic import clinic_file
    from ketasched.reading.file_text import FileText

    try:
        return clinic_file.read(FileText(path, text))
    except FileProblems as faults:
        raise UsageProblem(faults.problems[0].message, faults.problems[0].hint) from None
