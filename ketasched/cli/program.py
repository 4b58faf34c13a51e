"""The program as Typer knows it: only the command that was asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from keyword import iskeyword
from typing import Annotated

import typer
from typer.main import get_command

from ketasched.cli import output
from ketasched.cli.color import OPTION, WORDS
from ketasched.cli.commands import COMMANDS
from ketasched.cli.grouped_help import ProgramInGroups
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


CONTEXT = {"help_option_names": ["--help", "-h"], "max_content_width": 80}


def run_program(arguments: Sequence[str]) -> object:
    """Run the command that is asked for, by itself; where none is, the program that lists them.

    Typer would make every option of all commands it knows, each time, and load what converts the
    options of a program with commands in it.
    """
    name, *words = arguments or ["--help"]
    if name in COMMANDS and "_KETASCHED_COMPLETE" not in os.environ:
        return _alone(name)(args=words, prog_name=f"ketasched {name}", standalone_mode=False)
    program = _typer(add_completion=True)
    program.callback(cls=ProgramInGroups, help=HELP)(_main)
    for command, line in COMMANDS.items():
        if "_KETASCHED_COMPLETE" in os.environ:  # the shell asks for any command's options
            _add(program, command)
        else:
            program.command(command, short_help=line)(_nothing)
    return program(args=[name, *words], prog_name="ketasched", standalone_mode=False)


@cache
def _alone(name: str) -> Callable[..., object]:
    program = _typer(add_completion=False)
    _add(program, name)
    return get_command(program)


def _typer(*, add_completion: bool) -> typer.Typer:
    return typer.Typer(
        name="ketasched",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        suggest_commands=False,
        add_completion=add_completion,
        context_settings=CONTEXT,
    )


def _add(program: typer.Typer, name: str) -> None:
    module = import_module(f"ketasched.cli.commands.{module_name(name)}")
    register = program.command(
        name, cls=OnceEach, help=module.HELP, short_help=COMMANDS[name], context_settings=CONTEXT
    )
    register(module.run)


def module_name(command: str) -> str:
    """What the module of a command is called."""
    return command.replace("-", "_") + "_" * iskeyword(command)


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
    color: Annotated[
        str,
        typer.Option(
            OPTION,
            metavar="|".join(WORDS),
            show_default=False,
            help="Color; auto asks NO_COLOR, FORCE_COLOR and the terminal. Works anywhere.",
        ),
    ] = "",
) -> None:
    del version, color  # `take_color` has it already
