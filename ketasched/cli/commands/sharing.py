"""Commands for a clinic's day: who comes, and how others see it."""

from __future__ import annotations

from typing import Annotated

import typer

from ketasched.cli import help_text
from ketasched.cli.once_each import OnceEach
from ketasched.cli.program import app

ClinicFile = Annotated[
    str,
    typer.Option(
        "--clinic",
        metavar="FILE",
        help="Your clinic's file: hours, holidays, closures, zone; else KETASCHED_CLINIC.",
        show_default=False,
    ),
]
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


@app.command(
    "publish",
    cls=OnceEach,
    help=help_text.PUBLISH,
    short_help="Keep a calendar on a server in step.",
)
def _publish(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", show_default=False)],
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ADDRESS", help="The calendar; else the clinic file's.",
            show_default=False,
        ),
    ] = "",
    audience: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="patient|staff|free-busy",
            help="Whom it is for; the patient.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether the calendar is in step.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take what somebody changed there into the record.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Put ours back where somebody changed it.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take all of it out again.")] = False,
    login: Annotated[
        str,
        typer.Option(
            "--login",
            metavar="FILE",
            help="A file with the user's name and, on the next line, the password; "
            "else the keyring, else netrc.",
            show_default=False,
        ),
    ] = "",
    clinic: ClinicFile = "",
    form: Annotated[
        str,
        typer.Option("--format", "-f", metavar="table|json", help="How to print.",
                     show_default=False),
    ] = "",
) -> None:  # fmt: skip
    from ketasched.cli.publish import PublishRequest, run

    request = PublishRequest(
        to, audience, login, clinic, dry_run, check, accept, overwrite, remove, form
    )
    run(name, request)
