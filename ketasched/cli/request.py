"""The options of the commands that plan, declared once; they travel as one `Request`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Annotated, Any, get_args, get_type_hints

import typer
from typer.models import OptionInfo

from ketasched.cli import completion
from ketasched.errors import UsageProblem

DEFAULT_START_TIME = "09:00"
FORMATS = ("table", "month", "json", "csv")

ProtocolName = Annotated[
    str, typer.Argument(metavar="PROTOCOL", autocompletion=completion.protocols, show_default=False)
]
_PROTOCOLS = typer.Option(
    "--protocols",
    metavar="FILE",
    help="A file with more protocols, else KETASCHED_PROTOCOLS; its names win.",
    show_default=False,
)
ProtocolsFiles = Annotated[list[str], _PROTOCOLS]


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
    protocols: Annotated[str, _PROTOCOLS] = ""
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
    """A command whose options are the fields of `Request`.

    A text option is a list to the parser, so that a second one is noticed instead of winning.
    """

    def with_options(**values: Any) -> None:
        for name, option in single.items():
            values[name] = single_value(option, values[name])
        command(Request(**values))

    hints = get_type_hints(Request, include_extras=True)
    single = {}
    parameters = []
    for one in fields(Request):
        annotation, default = hints[one.name], one.default
        kind, about = get_args(annotation)
        if one.default_factory is not MISSING:
            default = []
        elif kind is str and isinstance(about, OptionInfo):
            names = (str(about.default), *(about.param_decls or ()))
            single[one.name] = next(name for name in names if name.startswith("--"))
            annotation = Annotated[list[str], about]
            default = MISSING if one.default is MISSING else []
        parameters.append(
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if default is MISSING else default,
                annotation=annotation,
            )
        )
    vars(with_options)["__signature__"] = inspect.Signature(parameters)
    return with_options


def single_value(option: str, given: list[str]) -> str:
    """The one value of an option; empty when it was not given.

    Raises:
        UsageProblem: it was given twice, without a value, or with another option for one.
    """
    if not given:
        return ""
    if len(given) > 1:
        raise UsageProblem(f"{option} is given twice", "keep one of them")
    if not given[0].strip():
        raise UsageProblem(f"{option} is empty", f"give it a value, or leave {option} out")
    if given[0].startswith("--"):
        raise UsageProblem(f"{option} has no value: `{given[0]}` follows it", "put its value there")
    return given[0]


def protocols_file(given: list[str]) -> str:
    """The file of --protocols, else of KETASCHED_PROTOCOLS, else empty."""
    return single_value("--protocols", given) or os.environ.get("KETASCHED_PROTOCOLS", "")
