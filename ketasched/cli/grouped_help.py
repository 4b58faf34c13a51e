"""The help in groups: commands by when one needs them, many options by what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperGroup, TyperOption

from ketasched.cli.commands import COMMAND_GROUPS, COMMANDS

OPTION_GROUPS = {
    "The course": (
        "arm start first last at flex days sessions cycles until cadence window already without "
        "protocols"
    ),
    "The clinic": "clinic tz closed weekends holidays beside",
    "The patient": "can away pause reason busy travel name",
    "The calendar entries": "audience title location remind lang clock",
    "What is kept and printed": (
        "robust save authorised_until authorised_visits ics html feed_url output force top format"
    ),
}
_FEW = 15


class ProgramInGroups(TyperGroup):
    """The program whose help lists its commands by the moment one needs them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the groups of commands, each under its heading."""
        del ctx
        widest = max(map(len, COMMANDS))
        for heading, commands in COMMAND_GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:<{widest}}", line) for name, line in commands.items()])


def write_options(parameters: Iterable[Any], ctx: Any, formatter: Any) -> None:
    """Write arguments and options: under one heading each, or the options in groups where they are
    more than one takes in at a glance.
    """
    sections: dict[str, list[tuple[str, str]]] = {}
    options = [known for known in parameters if isinstance(known, TyperOption)]
    for parameter in parameters:
        words = parameter.get_help_record(ctx)
        if words is not None:
            sections.setdefault(_heading(parameter, options), []).append(words)
    for heading in ("Arguments", *OPTION_GROUPS, "Options"):
        if heading in sections:
            with formatter.section(heading):
                formatter.write_dl(sections[heading])


def _heading(parameter: Any, options: list[TyperOption]) -> str:
    if not isinstance(parameter, TyperOption):
        return "Arguments"
    if len(options) <= _FEW:
        return "Options"
    groups = (
        heading for heading, names in OPTION_GROUPS.items() if parameter.name in names.split()
    )
    return next(groups, "Options")
