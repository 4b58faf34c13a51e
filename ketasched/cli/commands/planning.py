"""Commands about protocols, and that plan a course."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from ketasched.asking.request import Request, SuggestRequest
from ketasched.cli import help_text
from ketasched.cli.once_each import OnceEach
from ketasched.cli.options import Option, takes
from ketasched.cli.program import app


class ListRequest(NamedTuple):
    """Where else protocols are."""

    protocols: str = ""
    clinic: str = ""


class ShowRequest(NamedTuple):
    """Which protocol to show, and where else protocols are."""

    protocol: str
    protocols: str = ""
    clinic: str = ""


@app.command("list", cls=OnceEach, help=help_text.LIST)
@takes(ListRequest)
def _list(request: ListRequest) -> None:
    from ketasched.cli.protocols import list_all

    list_all(request.protocols, request.clinic)


@app.command("show", cls=OnceEach, help=help_text.SHOW)
@takes(ShowRequest)
def _show(request: ShowRequest) -> None:
    from ketasched.cli.protocols import show

    show(request.protocol, request.protocols, request.clinic)


@app.command(
    "plan", cls=OnceEach, help=help_text.PLAN, short_help="Lay a protocol out as dated sessions."
)
@takes(
    Request,
    start=Option(
        "The day the course counts from: 2027-01-05, 5 jan 2027, next tuesday, tomorrow.",
        "DATE",
        "-s",
    ),
    without=Option("Leave a kind of linked visit out: integration; may be repeated.", "KIND"),
    name=Option("Whose course it is; tells two courses apart in one calendar.", "TEXT"),
    audience=Option("Whom the calendar is for: patient (the default) names no treatment."),
    title=Option("Your own words for the calendar entries.", "TEXT"),
    location=Option("The place, for the calendar entries.", "TEXT"),
    remind=Option("Reminders before each session, the most important first; or none.", "1d,2h"),
    save=Option("Keep the course as NAME.course.json, to be changed as life goes on.", "NAME"),
    authorised_until=Option(
        "With --save: the last day an insurer's approval covers; status warns before.", "DATE"
    ),
    authorised_visits=Option(
        "With --save: the sessions an approval covers; status warns before.", "N"
    ),
    ics=Option("Write a calendar file; - writes it to standard output.", "FILE"),
    force=Option("Replace the calendar file if it exists."),
    format=Option("How to print the course; a table if not given.", short="-f"),
)
def _plan(request: Request) -> None:
    from ketasched.cli.plan import run

    run(request)


@app.command(
    "suggest", cls=OnceEach, help=help_text.SUGGEST, short_help="Find the starts that go best."
)
@takes(
    SuggestRequest,
    first=Option("The first start to look at: 2027-01-01.", "DATE"),
    last=Option("The last start to look at: 2027-03-31.", "DATE"),
    format=Option("How to print; a table by default.", short="-f"),
)
def _suggest(request: SuggestRequest) -> None:
    from ketasched.cli.suggest import run

    run(request)


@app.command(
    "check", cls=OnceEach, help=help_text.CHECK, short_help="Check a protocol or clinic file."
)
def _check(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    year: Annotated[
        str,
        typer.Option(
            "--year", metavar="2027", help="Show that year of a clinic.", show_default=False
        ),
    ] = "",
) -> None:
    from ketasched.cli.protocols import check

    check(file, year)


@app.command(
    "convert",
    cls=OnceEach,
    help=help_text.CONVERT,
    short_help="Turn a visit table into a protocol file.",
)
def _convert(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    column: Annotated[
        list[str],
        typer.Option(
            "--column",
            metavar="KEY=HEADER",
            help='Which column is which, if its header does not say: day="Study Day"; '
            "KEY is name, day, minus, plus, window, version or length.",
            show_default=False,
        ),
    ] = [],  # noqa: B006
    identifier: Annotated[
        str,
        typer.Option(
            "--id",
            metavar="ID",
            help="The protocol's id, else the file's name.",
            show_default=False,
        ),
    ] = "",
    title: Annotated[
        str,
        typer.Option("--title", metavar="TEXT", help="The protocol's title.", show_default=False),
    ] = "",
    length: Annotated[
        str,
        typer.Option(
            "--length",
            metavar="90min",
            help="How long a session takes where the table has no lengths; 60 min if not given.",
            show_default=False,
        ),
    ] = "",
) -> None:
    from ketasched.cli.convert import run

    run(
        file,
        column,
        identifier,
        title,
        length,
    )


@app.command(
    "schema",
    cls=OnceEach,
    help=help_text.SCHEMA,
    short_help="Print the JSON Schema of a file format.",
)
def _schema(name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)]) -> None:
    from ketasched.cli.protocols import schema

    schema(name)
