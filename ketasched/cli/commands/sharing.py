"""Commands for a clinic's day: who comes, and how others see it."""

from __future__ import annotations

from typing import Annotated

import typer

from ketasched.cli import help_text
from ketasched.cli.once_each import OnceEach
from ketasched.cli.program import app
from ketasched.cli.request import ClinicFile

Folder = Annotated[str, typer.Argument(metavar="FOLDER", show_default=False)]


@app.command("agenda", cls=OnceEach, help=help_text.AGENDA, short_help="Who comes today.")
def _agenda(
    folder: Folder = ".",
    *,
    day: Annotated[
        str, typer.Option("--day", metavar="DATE", help="That day; today.", show_default=False)
    ] = "",
    week: Annotated[bool, typer.Option("--week", help="The week of that day.")] = False,
    audience: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="staff|free-busy",
            help="free-busy says when, and not who; staff.",
            show_default=False,
        ),
    ] = "",
    clinic: ClinicFile = "",
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="table|json|csv", help="How to print.", show_default=False
        ),
    ] = "",
) -> None:
    from ketasched.cli.agenda import Wanted, run

    run(folder, Wanted(day, week, audience, clinic, form))


@app.command(
    "feed", cls=OnceEach, help=help_text.FEED, short_help="Write calendars to subscribe to."
)
def _feed(
    folder: Folder,
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="DIR", help="The folder to serve.", show_default=False)
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="table|json", help="How to print.", show_default=False
        ),
    ] = "",
) -> None:
    from ketasched.cli.feed import run

    run(folder, to, form)
