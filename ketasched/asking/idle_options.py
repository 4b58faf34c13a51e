"""Options that would change nothing, or that cannot go together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from ketasched.asking.patient_language import typed_words
from ketasched.asking.request import CourseFormat, CourseReader, Request
from ketasched.asking.surroundings import protocols_file
from ketasched.asking.values import choose, refuse_no_calendar, refuse_our_files
from ketasched.errors import UsageProblem

if TYPE_CHECKING:
    from ketasched.files.clinic.clinic import ClinicFile


def refuse_idle_options(request: Request) -> None:
    """Refuse what would be ignored, and what cannot be told apart.

    Raises:
        UsageProblem: something would.
    """
    choose("--format", request.format or "table", get_args(CourseFormat))
    choose("--for", request.audience or "patient", get_args(CourseReader))
    _refuse_words_for_nothing(request)
    _refuse_unread_language(request)
    for option, approved in (
        ("--authorised-until", request.authorised_until),
        ("--authorised-visits", request.authorised_visits),
    ):
        if approved and not request.save:
            raise UsageProblem(f"{option} speaks of a course that is kept", "add --save NAME")
    if request.reason and not request.pause:
        raise UsageProblem(
            "--reason says why the clinician agreed to a pause, and there is none",
            "add --pause WEEKS",
        )
    if request.audience == "staff" and not (request.name or request.save):
        raise UsageProblem(
            "--for staff needs --name, so that two people's entries never meet in one calendar",
            "add --name and a label for the person, such as --name A.B.",
        )
    if request.ics == "-" and not request.name:
        raise UsageProblem(
            "--ics - needs --name: there is no file name to tell this course from another",
            "add --name and a label for the course",
        )
    if request.ics == "-" and request.format:
        raise UsageProblem(
            "--ics - leaves standard output to the calendar, so --format has no place to go",
            "leave one of them out",
        )
    if request.force and request.ics == "-":
        raise UsageProblem("--force replaces a file, and --ics - writes none", "leave --force out")


def _refuse_unread_language(request: Request) -> None:
    typed_words(request.lang, request.clock)
    to_read = request.ics and request.audience != "staff"
    for option, word in (("--lang", request.lang), ("--clock", request.clock)):
        if word and not (to_read or request.save or _is_paged(request)):
            raise UsageProblem(
                f"{option} speaks of what the patient reads, and nothing of it is written",
                "add --ics FILE, --save NAME or --format html",
            )


def _is_paged(request: Request) -> bool:
    """Whether there is a page for the patient."""
    return bool(request.html) or request.format in ("html", "month")


def _refuse_words_for_nothing(request: Request) -> None:
    """Refuse what speaks of a file or a page that is not made."""
    paged = _is_paged(request)
    files_only = {
        "--for": request.audience,
        "--title": request.title and not (request.save or paged),
        "--location": request.location and not (request.save or paged),
        "--remind": request.remind and not request.save,
        "--force": request.force and not request.html,
    }
    for option, typed in files_only.items():
        if typed and not request.ics:
            raise UsageProblem(
                f"{option} speaks of the calendar file, and none is written", "add --ics FILE"
            )
    refuse_our_files("--ics", request.ics)
    if request.html and not request.html.casefold().endswith((".html", ".htm")):
        message = f"--html {request.html}: a page has a name that ends in .html"
        raise UsageProblem(message, "give it that ending")
    if request.feed_url and not (request.save or paged):
        raise UsageProblem(
            "--feed-url speaks of the patient's page, and none is made", "add --format html"
        )


def refuse_same_file(request: Request, file: ClinicFile | None) -> None:
    """Refuse to write the calendar or the page over a file that is read, or over each other.

    Raises:
        UsageProblem: it would be.
    """
    named = [
        ("the protocols file", protocols_file(request.protocols, file)),
        ("the clinic file", file.file if file else ""),
        *(("a --busy calendar", path) for path in request.busy),
    ]
    written = {"--ics": (request.ics, "calendar"), "--html": (request.html, "page")}
    for what, path in named:
        for option, (output, kind) in written.items():
            if path and output and _is_same_file(path, output):
                raise UsageProblem(f"{option} names {what}", f"choose another file for the {kind}")
    if request.ics and request.html and Path(request.ics).resolve() == Path(request.html).resolve():
        raise UsageProblem("--ics and --html name the same file", "choose another for one of them")
    refuse_no_calendar(request.ics)


def _is_same_file(path: str, other: str) -> bool:
    try:
        return Path(path).samefile(other)
    except (OSError, ValueError):
        return False
