"""``ketasched list``, ``show``, ``check`` and ``schema``: the protocols themselves."""

from __future__ import annotations

import json

from ketasched.errors import UsageProblem, did_you_mean

SCHEMAS = ("protocols",)


def list_all(protocols_file: str) -> None:
    """Print every protocol."""
    from ketasched.cli import library, output
    from ketasched.cli.terminal.protocol import protocol_list

    output.print_text(protocol_list(library.load(protocols_file).values()))
    output.tell_on_terminal("To read one in full: ketasched show PROTOCOL")


def show(name: str, protocols_file: str) -> None:
    """Print one protocol as a clinician would read it."""
    from ketasched.cli import library, output
    from ketasched.cli.terminal.protocol import protocol_page

    output.print_text(protocol_page(library.find(name, protocols_file)))
    output.tell_on_terminal(f"To plan a course: ketasched plan {name} --start DATE")


def check(file: str) -> None:
    """Read a protocol file and say that it is sound.

    Raises:
        FileTrouble, FileProblems: it is not.
    """
    from ketasched.cli import output
    from ketasched.core.units import count_text
    from ketasched.formats import protocol_yaml

    protocols = protocol_yaml.load(file)
    names = ", ".join(one.id for one in protocols)
    count = count_text(len(protocols), "protocol")
    output.print_text(f"{output.printable(protocols[0].file)}: {count}, no problems: {names}\n")


def schema(name: str) -> None:
    """Print the JSON Schema of a file format."""
    if name not in SCHEMAS:
        hint = did_you_mean(name, SCHEMAS) or f"there are: {', '.join(SCHEMAS)}"
        raise UsageProblem(f"unknown schema `{name}`", hint)
    from ketasched.cli import output
    from ketasched.formats import protocol_yaml

    output.print_text(json.dumps(protocol_yaml.schema(), indent=2) + "\n")
