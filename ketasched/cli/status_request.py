"""What `status` is asked, and which of it cannot go together."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from ketasched.asking.patient_language import typed_words
from ketasched.asking.request import CourseReader
from ketasched.errors import UsageProblem


class StatusRequest(NamedTuple):
    """Whose course; a folder's are shown in a line each."""

    name: str
    history: bool = False
    calls: bool = False
    deviations: bool = False
    audience: CourseReader | None = None
    lang: str = ""
    clock: str = ""
    feed_url: str = ""
    format: Literal["table", "month", "html", "json", "csv", "xlsx"] = "table"


def refuse_what_cannot_go_together(request: StatusRequest) -> None:
    """Refuse two views at once, and what speaks of a page that is not made.

    Raises:
        UsageProblem: so it is.
    """
    _refuse_two(request)
    _refuse_no_page(request)


def _refuse_two(request: StatusRequest) -> None:
    views = {
        "--history": request.history,
        "--calls": request.calls,
        "--deviations": request.deviations,
    }
    asked = [option for option, wanted in views.items() if wanted]
    if len(asked) > 1:
        raise UsageProblem(f"{asked[0]} and {asked[1]} are two pages", "leave one of them out")
    if request.history and Path(request.name).is_dir():
        message = f"--history is of one course, and {request.name} is a folder"
        raise UsageProblem(message, "name a record in it")
    if request.history and request.format in ("csv", "xlsx"):
        message = f"--history has no {request.format.upper()}"
        raise UsageProblem(message, f"leave --history or --format {request.format} out")


def _refuse_no_page(request: StatusRequest) -> None:
    """Refuse what speaks of a page that is not made, or is not the patient's."""
    typed_words(request.lang, request.clock)
    several = request.calls or request.deviations or Path(request.name).is_dir()
    staff_only = several or request.history
    paged = request.format in ("month", "html")
    patients_own = {
        "--for": request.audience,
        "--feed-url": request.feed_url,
        "--lang": request.lang,
        "--clock": request.clock,
    }
    for option, typed in patients_own.items():
        if typed and not paged:
            raise UsageProblem(f"{option} speaks of a page, and none is made", "add --format html")
    if request.format == "month" and (staff_only or request.audience == "staff"):
        raise UsageProblem("--format month is for the patient of one course", "use --format html")
    for option, typed in patients_own.items():
        if typed and typed != "staff" and (staff_only or request.audience == "staff"):
            raise UsageProblem(
                f"{option} is about the page of one patient, and this one is for staff",
                "leave it out, or name a record, without other options",
            )
