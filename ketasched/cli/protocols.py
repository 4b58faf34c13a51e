"""``ketasched list``, ``show``, ``check`` and ``schema``: the protocols themselves."""

from __future__ import annotations

import json

from ketasched.errors import UsageProblem, did_you_mean

SCHEMAS = ("protocols", "clinic")
_LAST_YEAR = 2100


def list_all(protocols: str, clinic: str) -> None:
    """Print every protocol: the built-in ones, and those of a file or of a clinic."""
    from ketasched.asking import library
    from ketasched.cli import output
    from ketasched.cli.terminal.protocol import protocol_list

    output.print_text(protocol_list(library.load(_extra(protocols, clinic)).values()))
    output.tell_on_terminal("To read one in full: ketasched show PROTOCOL")


def show(name: str, protocols: str, clinic: str) -> None:
    """Print one protocol as a clinician would read it."""
    from ketasched.asking import library
    from ketasched.cli import output
    from ketasched.cli.terminal.protocol import protocol_page

    output.print_text(protocol_page(library.find(name, _extra(protocols, clinic))))
    output.tell_on_terminal(f"To plan a course: ketasched plan {name} --start DATE")


def _extra(protocols: str, clinic: str) -> str:
    from ketasched.asking.surroundings import clinic_file, protocols_file

    return protocols_file(protocols, clinic_file(clinic))


def check(file: str, year: str) -> None:
    """Read a protocol or clinic file and say that it is sound; show a year of a clinic.

    Raises:
        FileTrouble, FileProblems: it is not.
        UsageProblem: a year of a protocol file, or one that cannot be read.
    """
    from ketasched.cli import output
    from ketasched.domain.wording import count_text
    from ketasched.files.clinic import clinic_file
    from ketasched.files.protocols import protocol_file
    from ketasched.reading.file_kind import CLINIC, kind_of
    from ketasched.reading.file_text import compose, read_file

    number = _year(year)
    source = read_file(file, "protocol or clinic file")
    if kind_of(compose(source)) is CLINIC:
        clinic = clinic_file.read(source)
        if clinic.defaults.protocols:
            from ketasched.asking.surroundings import protocols_beside

            protocol_file.load(protocols_beside(clinic))
        if not number:
            name = f"{output.printable(clinic.file)}: clinic, no problems: {clinic.name}\n"
            output.print_text(name)
            output.tell_on_terminal(
                f"To see what was understood: ketasched check {file} --year 2027"
            )
            return
        from ketasched.asking.surroundings import clinic_of
        from ketasched.cli.terminal.year import clinic_year

        output.print_text(clinic_year(clinic, clinic_of(clinic), number))
        return
    if number:
        raise UsageProblem(f"--year: {file} is a protocol file", "give a clinic file")
    protocols = protocol_file.read(source)
    names = ", ".join(one.id for one in protocols)
    count = count_text(len(protocols), "protocol")
    output.print_text(f"{output.printable(source.file)}: {count}, no problems: {names}\n")


def _year(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= _LAST_YEAR):
        raise UsageProblem(
            f"--year: `{text}` is not a year from 2000 to {_LAST_YEAR}", "write, say, 2027"
        )
    return int(text)


def schema(name: str) -> None:
    """Print the JSON Schema of a file format."""
    if name not in SCHEMAS:
        hint = did_you_mean(name, SCHEMAS) or f"there are: {', '.join(SCHEMAS)}"
        raise UsageProblem(f"unknown schema `{name}`", hint)
    from ketasched.cli import output
    from ketasched.files.clinic import clinic_file
    from ketasched.files.protocols import protocol_file

    found = protocol_file.schema() if name == "protocols" else clinic_file.schema()
    output.print_text(json.dumps(found, indent=2) + "\n")
