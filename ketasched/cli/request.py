"""The options of the commands that plan, declared once; they travel as one `Request`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Annotated, Any, get_type_hints

import typer

from ketasched.cli import completion

DEFAULT_START_TIME = "09:00"
FORMATS = ("table", "month", "json", "csv")

ProtocolName = Annotated[
    str, typer.Argument(metavar="PROTOCOL", autocompletion=completion.protocols, show_default=False)
]
ProtocolsFile = Annotated[
    str,
    typer.Option(
        "--protocols",
        metavar="FILE",
        envvar="KETASCHED_PROTOCOLS",
        help="A file with more protocols; its names win over the built-in ones.",
        show_default=False,
    ),
]


def _option(*names: str, metavar: str, about: str, **more: Any) -> Any:
    return typer.Option(*names, metavar=metavar, help=about, show_default=False, **more)


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, as typed; empty means not given."""

    protocol: ProtocolName
    start: Annotated[
        str,
        _option(
            "--start",
            "-s",
            metavar="DATE",
            about="The day the course counts from: 2027-01-05, 5 jan 2027, next tuesday, tomorrow.",
        ),
    ]
    at: Annotated[
        str,
        _option(
            "--at",
            "-a",
            metavar="TIME",
            about="Start time, 09:00 if not given; or by weekday, mon=09:00,thu=13:30: "
            "other weekdays take the time without a weekday, else 09:00.",
        ),
    ] = ""
    days: Annotated[
        str,
        _option(
            "--days",
            metavar="tue,fri",
            about="The weekdays of phases with that many sessions a week.",
        ),
    ] = ""
    tz: Annotated[
        str,
        _option(
            "--tz",
            metavar="ZONE",
            about="Time zone, such as America/Chicago; this computer's if not given.",
            autocompletion=completion.zones,
        ),
    ] = ""
    closed: Annotated[
        list[str],
        _option(
            "--closed",
            metavar="DATE",
            about="A closed day, or FIRST..LAST with both ends; may be repeated.",
        ),
    ] = field(default_factory=list)
    weekends: Annotated[
        bool, typer.Option("--weekends", help="Saturdays and Sundays are open.")
    ] = False
    holidays: Annotated[
        str,
        _option(
            "--holidays",
            metavar="PLACE",
            about="Closed on the public holidays of a country or a part of it: US, US-CA.",
        ),
    ] = ""
    sessions: Annotated[
        list[str],
        _option(
            "--sessions",
            metavar="N",
            about="How many sessions, or PHASE=N; may be repeated.",
        ),
    ] = field(default_factory=list)
    until: Annotated[
        str,
        _option(
            "--until",
            metavar="DATE",
            about="Lay out open-ended maintenance: the sessions due up to this day.",
        ),
    ] = ""
    cadence: Annotated[
        list[str],
        _option(
            "--cadence",
            metavar="PHASE=TEXT",
            about='One of the protocol\'s alternatives: maintenance="1 per week".',
        ),
    ] = field(default_factory=list)
    already: Annotated[
        str,
        _option(
            "--already",
            metavar="N",
            about="The first N sessions took place elsewhere; --start dates the next.",
        ),
    ] = ""
    name: Annotated[
        str,
        _option(
            "--name",
            metavar="TEXT",
            about="Whose course it is; tells two courses apart in one calendar.",
        ),
    ] = ""
    audience: Annotated[
        str,
        _option(
            "--for",
            metavar="patient|staff",
            about="Whom the calendar is for: patient (the default) names no treatment.",
        ),
    ] = ""
    title: Annotated[
        str,
        _option("--title", metavar="TEXT", about="Your own words for the calendar entries."),
    ] = ""
    location: Annotated[
        str,
        _option("--location", metavar="TEXT", about="The place, for the calendar entries."),
    ] = ""
    remind: Annotated[
        str,
        _option(
            "--remind",
            metavar="1d,2h",
            about="Reminders before each session, the most important first; or none.",
        ),
    ] = ""
    protocols: ProtocolsFile = ""
    ics: Annotated[
        str,
        _option(
            "--ics",
            metavar="FILE",
            about="Write a calendar file; - writes it to standard output.",
        ),
    ] = ""
    force: Annotated[
        bool, typer.Option("--force", help="Replace the calendar file if it exists.")
    ] = False
    format: Annotated[
        str,
        _option(
            "--format",
            "-f",
            metavar="table|month|json|csv",
            about="How to print the course; a table if not given.",
        ),
    ] = ""


def takes_request(command: Callable[[Request], None]) -> Callable[..., None]:
    """A command whose options are the fields of `Request`."""

    def with_options(**values: Any) -> None:
        command(Request(**values))

    hints = get_type_hints(Request, include_extras=True)
    parameters = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(one.default, one.default_factory),
            annotation=hints[one.name],
        )
        for one in fields(Request)
    ]
    vars(with_options)["__signature__"] = inspect.Signature(parameters)
    return with_options


def _default(value: Any, factory: Any) -> Any:
    if factory is not MISSING:
        return factory()
    return inspect.Parameter.empty if value is MISSING else value
