"""The options of the commands that plan, declared once; they travel as one `Request`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
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


def _option(*names: str, metavar: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, metavar=metavar, help=help, **{"show_default": False, **more})


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, as typed; empty means not given."""

    protocol: ProtocolName
    start: Annotated[str, _option("--start", "-s", metavar="DATE", help="The day the course counts from: 2027-01-05, 5 jan 2027, next tuesday, tomorrow.")]  # fmt: skip
    at: Annotated[str, _option("--at", "-a", metavar="TIME", help="Start time, 09:00 if not given; or by weekday, mon=09:00,thu=13:30, where a time without a weekday is for the others.")] = ""  # fmt: skip
    days: Annotated[str, _option("--days", metavar="tue,fri", help="Weekdays of the phases with that many sessions a week.")] = ""  # fmt: skip
    tz: Annotated[str, _option("--tz", metavar="ZONE", help="Time zone, such as America/Chicago; this computer's if not given.", autocompletion=completion.zones)] = ""  # fmt: skip
    closed: Annotated[list[str], _option("--closed", metavar="DATE", help="A closed day, or FIRST..LAST with both ends; may be repeated.")] = ()  # type: ignore[assignment]  # fmt: skip
    weekends: Annotated[
        bool, typer.Option("--weekends", help="Saturdays and Sundays are open.")
    ] = False
    holidays: Annotated[str, _option("--holidays", metavar="PLACE", help="Closed on the public holidays of a country or part of it: US, US-CA.")] = ""  # fmt: skip
    sessions: Annotated[list[str], _option("--sessions", metavar="N", help="How many sessions, or PHASE=N; may be repeated.")] = ()  # type: ignore[assignment]  # fmt: skip
    until: Annotated[str, _option("--until", metavar="DATE", help="Lay out open-ended maintenance up to this day.")] = ""  # fmt: skip
    cadence: Annotated[list[str], _option("--cadence", metavar="PHASE=TEXT", help='One of the protocol\'s alternatives: maintenance="1 per week".')] = ()  # type: ignore[assignment]  # fmt: skip
    already: Annotated[str, _option("--already", metavar="N", help="The first N sessions took place elsewhere; --start dates the next.")] = ""  # fmt: skip
    name: Annotated[str, _option("--name", metavar="TEXT", help="Whose course it is; tells two courses apart in one calendar.")] = ""  # fmt: skip
    audience: Annotated[str, _option("--for", metavar="patient|staff", help="Whom the calendar is for: patient (the default) names no treatment.")] = ""  # fmt: skip
    title: Annotated[str, _option("--title", metavar="TEXT", help="Your own words for the calendar entries.")] = ""  # fmt: skip
    location: Annotated[str, _option("--location", metavar="TEXT", help="The place, in the calendar entries.")] = ""  # fmt: skip
    remind: Annotated[str, _option("--remind", metavar="1d,2h", help="Reminders before each session, the most important first, or none.")] = ""  # fmt: skip
    protocols: ProtocolsFile = ""
    ics: Annotated[str, _option("--ics", metavar="FILE", help="Write a calendar file; - writes it to standard output.")] = ""  # fmt: skip
    force: Annotated[
        bool, typer.Option("--force", help="Replace the calendar file if it exists.")
    ] = False
    format: Annotated[str, _option("--format", "-f", metavar="table|month|json|csv", help="How to print the course.")] = ""  # fmt: skip


def takes_request(command: Callable[[Request], None]) -> Callable[..., None]:
    """A command whose options are the fields of `Request`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        command(Request(**values))

    hints = get_type_hints(Request, include_extras=True)
    parameters = []
    for field in fields(Request):
        default = inspect.Parameter.empty if field.name in ("protocol", "start") else field.default
        parameters.append(
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=list(default) if isinstance(default, tuple) else default,
                annotation=hints[field.name],
            )
        )
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    del with_options.__wrapped__  # type: ignore[attr-defined]
    return with_options
