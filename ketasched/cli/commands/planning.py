"""Commands about protocols, and that plan a course."""

from __future__ import annotations

from typing import Annotated

import typer

from ketasched.asking.request import (
    ClinicFile,
    ProtocolName,
    ProtocolsFile,
    Request,
    SuggestRequest,
    takes,
)
from ketasched.cli import help_text
from ketasched.cli.once_each import OnceEach
from ketasched.cli.program import app


@app.command("list", cls=OnceEach, help=help_text.LIST)
def _list(
    protocols: ProtocolsFile = "",
    clinic: ClinicFile = "",
) -> None:
    from ketasched.cli.protocols import list_all

    list_all(protocols, clinic)


@app.command("show", cls=OnceEach, help=help_text.SHOW)
def _show(
    protocol: ProtocolName,
    protocols: ProtocolsFile = "",
    clinic: ClinicFile = "",
) -> None:
    from ketasched.cli.protocols import show

    show(protocol, protocols, clinic)


@app.command(
    "plan", cls=OnceEach, help=help_text.PLAN, short_help="Lay a protocol out as dated sessions."
)
@takes(Request)
def _plan(request: Request) -> None:
    from ketasched.cli.plan import run

    run(request)


@app.command(
    "suggest", cls=OnceEach, help=help_text.SUGGEST, short_help="Find the starts that go best."
)
@takes(SuggestRequest)
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
