"""The options of the commands that plan, declared once; they travel as one `Request`."""

from __future__ import annotations

import inspect
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_type_hints

import typer

from ketasched.asking import completion

if TYPE_CHECKING:
    from typer.models import OptionInfo

DEFAULT_START_TIME = "09:00"
FROM_ENVIRONMENT = {"--clinic": "KETASCHED_CLINIC", "--protocols": "KETASCHED_PROTOCOLS"}
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
ProtocolsFile = Annotated[str, _PROTOCOLS]
_CLINIC = typer.Option(
    "--clinic",
    metavar="FILE",
    help="Your clinic's file: hours, holidays, closures, zone; else KETASCHED_CLINIC.",
    show_default=False,
)
ClinicFile = Annotated[str, _CLINIC]


def _option(*names: str, metavar: str, about: str, **more: Any) -> Any:
    return typer.Option(*names, metavar=metavar, help=about, show_default=False, **more)


@dataclass(kw_only=True, repr=False, eq=False, match_args=False)
class Terms:
    """What a course is planned from but for its start, as typed; empty means not given."""

    protocol: ProtocolName
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
    flex: Annotated[
        str,
        _option(
            "--flex",
            metavar="2h",
            about="How much earlier or later a session may start than --at, to fit.",
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
    clinic: Annotated[str, _CLINIC] = ""
    tz: Annotated[
        str,
        _option(
            "--tz",
            metavar="ZONE",
            about="Time zone, such as America/Chicago; the clinic's or this computer's if not "
            "given.",
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
    away: Annotated[
        list[str],
        _option(
            "--away",
            metavar="DATE",
            about="A day the patient is away, or FIRST..LAST; may be repeated.",
        ),
    ] = field(default_factory=list)
    busy: Annotated[
        list[str],
        _option(
            "--busy",
            metavar="FILE.ics",
            about="A calendar whose entries leave no time; - reads standard input; may be "
            "repeated.",
        ),
    ] = field(default_factory=list)
    travel: Annotated[
        str,
        _option(
            "--travel",
            metavar="30m",
            about="Time to keep free on both sides of what a --busy calendar holds.",
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
    window: Annotated[
        list[str],
        _option(
            "--window",
            metavar="PHASE=E/L",
            about="Another window than the protocol's: days early and late, induction=2/5.",
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
    protocols: Annotated[str, _PROTOCOLS] = ""


@dataclass(kw_only=True, repr=False, eq=False, match_args=False)
class Request(Terms):
    """What the user asked `plan` for."""

    start: Annotated[
        str,
        _option(
            "--start",
            "-s",
            metavar="DATE",
            about="The day the course counts from: 2027-01-05, 5 jan 2027, next tuesday, tomorrow.",
        ),
    ]
    without: Annotated[
        list[str],
        _option(
            "--without",
            metavar="KIND",
            about="Leave a kind of linked visit out: integration; may be repeated.",
        ),
    ] = field(default_factory=list)
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
    save: Annotated[
        str,
        _option(
            "--save",
            metavar="NAME",
            about="Keep the course as NAME.course.json, to be changed as life goes on.",
        ),
    ] = ""
    authorised_until: Annotated[
        str,
        _option(
            "--authorised-until",
            metavar="DATE",
            about="With --save: the last day an insurer's approval covers; status warns before.",
        ),
    ] = ""
    authorised_visits: Annotated[
        str,
        _option(
            "--authorised-visits",
            metavar="N",
            about="With --save: the sessions an approval covers; status warns before.",
        ),
    ] = ""
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


@dataclass(kw_only=True, repr=False, eq=False, match_args=False)
class SuggestRequest(Terms):
    """What the user asked `suggest` for."""

    first: Annotated[
        str, _option("--from", metavar="DATE", about="The first start to look at: 2027-01-01.")
    ]
    last: Annotated[
        str, _option("--to", metavar="DATE", about="The last start to look at: 2027-03-31.")
    ]
    format: Annotated[
        str,
        _option("--format", "-f", metavar="table|json", about="How to print; a table by default."),
    ] = ""


Asked = TypeVar("Asked", bound=Terms)


def takes(
    kind: type[Asked],
) -> Callable[[Callable[[Asked], None]], Callable[..., None]]:
    """Make a command whose options are the fields of a kind of request."""

    def decorate(command: Callable[[Asked], None]) -> Callable[..., None]:
        def with_options(**values: Any) -> None:
            command(kind(**values))

        hints = get_type_hints(kind, include_extras=True)
        vars(with_options)["__signature__"] = inspect.Signature(
            [_parameter(one, hints[one.name]) for one in sorted(fields(kind), key=_is_optional)]
        )
        return with_options

    return decorate


def _parameter(one: Field[Any], annotation: Any) -> inspect.Parameter:
    default = [] if one.default_factory is not MISSING else one.default
    return inspect.Parameter(
        one.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if default is MISSING else default,
        annotation=annotation,
    )


def _is_optional(one: Field[Any]) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def plan_command(asked: Terms, changes: Mapping[str, str | list[str]]) -> str:
    """The `plan` command of a request with some options changed, to paste into a shell."""
    words = ["ketasched", "plan", asked.protocol]
    hints = get_type_hints(Request, include_extras=True)
    known = {one.name for one in fields(Request if isinstance(asked, Request) else Terms)}
    for one in sorted(fields(Request), key=_is_optional):
        if one.name == "protocol":
            continue
        option = _option_name(get_args(hints[one.name])[1])
        typed = getattr(asked, one.name) if one.name in known else ""
        # A command to paste must not depend on where it is pasted.
        given = changes.get(option, typed or os.environ.get(FROM_ENVIRONMENT.get(option, ""), ""))
        if given is True:
            words.append(option)
        elif given:
            for value in [given] if isinstance(given, str) else given:
                words += [option, value]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """A word as a shell takes it; one that cannot be printed in the form bash and zsh have."""
    if word.replace("\n", "").isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(sign: str) -> str:
    if sign in "\\'":
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def _option_name(about: OptionInfo) -> str:
    names = (str(about.default), *(about.param_decls or ()))
    return next(name for name in names if name.startswith("--"))
