"""The options of commands, each declared once; a command takes the fields of its request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import typer

from ketasched.asking import completion
from ketasched.asking.values import choose
from ketasched.cli.output_file import asked_file, output_text, writes_calendar
from ketasched.cli.result import Result, print_result


class Option(NamedTuple):
    """How an option is written: what it is about, what stands for its value (by itself the words
    to choose from), its one-letter name, and what the shell completes.
    """

    about: str
    metavar: str = ""
    short: str = ""
    complete: Callable[[str], list[Any]] | None = None


class Argument(NamedTuple):
    """How an argument is written: what stands for it, and what the shell completes."""

    metavar: str
    complete: Callable[[str], list[Any]] | None = None


Declared = Option | Argument
RECORD_OR_FOLDER = Argument("NAME|FOLDER", completion.records)

OPTIONS: Mapping[str, Declared] = {
    "protocol": Argument("PROTOCOL", completion.protocols),
    "at": Option(
        "Start time, 09:00 if not given; or by weekday, mon=09:00,thu=13:30: "
        "other weekdays take the time without a weekday, else 09:00.",
        "TIME",
        "-a",
    ),
    "flex": Option("How much earlier or later a session may start than --at, to fit.", "2h"),
    "days": Option(
        "The weekdays wished for phases with that many sessions a week; sessions may move off "
        "them. What must hold is --can.",
        "tue,fri",
    ),
    "clinic": Option(
        "Your clinic's file: hours, holidays, closures, zone; else KETASCHED_CLINIC, "
        "else a clinic.yaml that is here.",
        "FILE",
    ),
    "tz": Option(
        "Time zone, such as America/Chicago; the clinic's or this computer's if not given.",
        "ZONE",
        complete=completion.zones,
    ),
    "closed": Option("A closed day, or FIRST..LAST with both ends; may be repeated.", "DATE"),
    "weekends": Option("Saturdays and Sundays are open."),
    "holidays": Option(
        "Closed on the public holidays of a country or a part of it: US, US-CA.", "PLACE"
    ),
    "can": Option(
        "When the patient can come, and never else: tue,thu 15:00-; sat 9-12. A session lies whole "
        "inside; where --at does not, it starts at the nearest time that does.",
        "TIMES",
    ),
    "away": Option(
        "A day the patient is away, FIRST..LAST, or each week: every mon, every mon 12:00-14:00, "
        "every mon until 2027-03-01; may be repeated.",
        "DATE",
    ),
    "busy": Option(
        "A calendar whose entries leave no time; - reads standard input; may be repeated.",
        "FILE.ics",
    ),
    "travel": Option("Time to keep free on both sides of what a --busy calendar holds.", "30m"),
    "pause": Option(
        "A pause to which the clinician agreed, in weeks at most, where nothing else has a place.",
        "WEEKS",
    ),
    "arm": Option("The arm of a trial, where the protocol has arms.", "ARM"),
    "sessions": Option("How many sessions, or PHASE=N; may be repeated.", "N"),
    "cycles": Option("How many cycles, or PHASE=N; may be repeated.", "N"),
    "until": Option("Lay out open-ended maintenance: the sessions due up to this day.", "DATE"),
    "cadence": Option(
        'One of the protocol\'s alternatives: maintenance="1 per week".', "PHASE=TEXT"
    ),
    "window": Option(
        "Another window than the protocol's: days early and late, induction=2/5.", "PHASE=E/L"
    ),
    "already": Option("The first N sessions took place elsewhere; --start dates the next.", "N"),
    "protocols": Option(
        "A file with more protocols, else KETASCHED_PROTOCOLS; its names win.", "FILE"
    ),
    "lang": Option(
        "The language of what the patient reads; the clinic's or English if not given.",
        "en|es|de|fr",
        complete=completion.languages,
    ),
    "clock": Option(
        "The clock in what the patient reads; with --lang the country's, else 24 hours.", "12|24"
    ),
    "beside": Option(
        "Beside the courses that are saved in a folder: nothing takes a chair that they have.",
        "FOLDER",
    ),
    "audience": Option("Whom it is for; the patient."),
    "feed_url": Option("The address of the patient's calendar, for the page.", "URL"),
    "login": Option(
        "A file with the user's name and, on the next line, the password; "
        "else the keyring, else netrc.",
        "FILE",
    ),
    "sheet": Option("The sheet of a workbook, if several could be the table.", "SHEET"),
    "seconds": Option("How long to search at most; 60 if not given.", "N"),
    "seed": Option("Search another way; with the same seed the same is found.", "N"),
    "output": Option("The file to write; else printed.", "FILE", "-o"),
    "force": Option("Replace the file if it exists."),
    "name": Argument("NAME", completion.records),
    "number": Argument("N"),
    "folder": Argument("FOLDER"),
    "file": Argument("FILE"),
    "then": Option("What happens then; as the protocol says, else keep."),
    "dry_run": Option("Show what would change; write nothing."),
    "reason": Option("Why, for the history.", "TEXT"),
    "override": Option(
        "Break these rules on purpose: window, gap, closed, busy, full and so on.", "RULES"
    ),
    "format": Option("How to print.", short="-f"),
}
"""By field of a request: what more than one command takes."""

_NAMES = {
    "list_file": "LIST.csv",
    "table_file": "TABLE",
    "audience": "--for",
    "first": "--from",
    "sender": "--from",
    "last": "--to",
    "identifier": "--id",
    "go_on": "--continue",
    "left_out": "--except",
}
Format = Literal["table", "json"]
Asked = TypeVar("Asked")


def option_name(field: str) -> str:
    """The option that a field of a request is typed with."""
    return _NAMES.get(field, f"--{field.replace('_', '-')}")


def takes(
    kind: type[Asked], **own: Declared
) -> Callable[[Callable[[Asked], Result]], Callable[..., None]]:
    """Make a command that takes the fields of a kind of request; ``own`` are the declarations of
    those that `OPTIONS` lacks, or that mean something else to this command.

    A field is a text, a flag, several texts, or one of some words: other words are refused. What
    the command comes to is printed as its ``format`` says, or goes to the file that ``--output``
    names, unless the command writes files of its own instead of data.
    """
    types = get_type_hints(kind)
    declared = {**OPTIONS, **own}
    forms = _forms(types)
    fields = sorted(
        inspect.signature(kind).parameters.values(),
        key=lambda field: field.default is not field.empty,
    )
    required = {field.name for field in fields if field.default is field.empty}

    def decorate(command: Callable[[Asked], Result]) -> Callable[..., None]:
        def with_options(**typed: Any) -> None:
            for field, value in typed.items():
                words = _words(types.get(field))
                if words and value:
                    choose(option_name(field), value, words)
            file = asked_file(typed, forms, types) if forms else None
            typed = {field: value for field, value in typed.items() if value or field in required}
            request = kind(**{field: _plain(value) for field, value in typed.items()})
            print_result(command(request), getattr(request, "format", None) or "table", file)

        parameters = [
            _parameter(field, types[field.name], declared[field.name]) for field in fields
        ]
        parameters += _file_parameters(types, forms)
        vars(with_options)["__signature__"] = inspect.Signature(parameters)
        return with_options

    return decorate


def _forms(types: Mapping[str, Any]) -> tuple[str, ...]:
    """The forms in which a command prints data; none for one that writes files of its own."""
    if "format" in types:
        return _words(types["format"])
    return () if "force" in types else ("table",)


def _file_parameters(types: Mapping[str, Any], forms: Sequence[str]) -> Iterator[inspect.Parameter]:
    """The options of a command that prints data which name a file for them."""
    if forms:
        about = output_text(forms, calendar=writes_calendar(types))
        option = inspect.Parameter("output", inspect.Parameter.KEYWORD_ONLY, default="")
        yield _parameter(option, str, Option(about, "FILE", "-o"))
        if "force" not in types:
            yield _parameter(option.replace(name="force"), bool, OPTIONS["force"])


def _parameter(field: inspect.Parameter, type_: Any, declared: Declared) -> inspect.Parameter:
    several = get_origin(type_) is tuple
    plain: Any = bool if type_ is bool else list[str] if several else str
    about: Any
    if isinstance(declared, Argument):
        about = typer.Argument(
            metavar=declared.metavar, autocompletion=declared.complete, show_default=False
        )
    else:
        about = typer.Option(
            *filter(None, (option_name(field.name), declared.short)),
            metavar=declared.metavar or "|".join(_words(type_)) or None,
            help=declared.about,
            autocompletion=declared.complete,
            show_default=False,
        )
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=field.empty if field.default is field.empty else plain(),
        annotation=Annotated[plain, about],
    )


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _words(type_: Any) -> tuple[str, ...]:
    """The words of a closed set, which may be one that need not be given; else none."""
    literals = (type_, *get_args(type_))
    return tuple(word for part in literals for word in get_args(part) if isinstance(word, str))
