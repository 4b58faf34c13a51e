"""The program as Typer knows it: only the command that was asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from ketasched.cli import output
from ketasched.cli.commands import COMMANDS
from ketasched.cli.once_each import OnceEach

HELP = """Lay a treatment protocol out as dated sessions, and write them as a calendar.

\b
Examples:
  ketasched list
  ketasched show spravato
  ketasched plan iv --start 2027-01-04 --at 09:30
  ketasched plan spravato --start 2027-01-05 --ics spravato.ics
  ketasched suggest spravato --from 2027-01-01 --to 2027-03-31 --holidays US

Exit codes: 0 all is well, 1 a file has problems, 2 the command cannot be read,
3 no placement satisfies the rules, 4 a server cannot be reached or refuses,
130 interrupted.
"""


def program_for(arguments: Sequence[str]) -> typer.Typer:
    """The program with the command that is asked for, or with all by name to list them: Typer
    would make every option of all it knows, each time.
    """
    program = typer.Typer(
        name="ketasched",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        suggest_commands=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
    )
    program.callback(help=HELP)(_main)
    completing = "_KETASCHED_COMPLETE" in os.environ  # the shell asks for any command's options
    wanted = [name for name in COMMANDS if completing or arguments[:1] == [name]]
    for name in wanted:
        module = import_module(f"ketasched.cli.commands.{name.replace('-', '_')}")
        program.command(name, cls=OnceEach, help=module.HELP, short_help=COMMANDS[name])(module.run)
    for name in COMMANDS if not wanted else ():
        program.command(name, short_help=COMMANDS[name])(_nothing)
    return program


def _nothing() -> None:
    """What a command does that is only listed."""


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        from importlib.metadata import version

        output.print_text(f"ketasched {version('ketasched')}\n")
        raise typer.Exit


def _main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    del version
