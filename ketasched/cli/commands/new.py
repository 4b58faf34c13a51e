"""``ketasched new``: a protocol to start from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking import completion
from ketasched.cli.options import Argument, Option, takes
from ketasched.cli.result import Result, file_result
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.shell import paste

HELP = """Write a protocol to start from, ID.yaml, with comments.

`plan ID`, `show ID` and `suggest ID` find a file of that name by themselves, in this folder and
beside the clinic's file. Add it to a file of several protocols when you like: --protocols FILE.

\b
Examples:
  ketasched new our-course
  ketasched new our-iv --like iv
  ketasched new our-chemo --like chemotherapy
  ketasched new our-course -o protocols/our-course.yaml
"""

_A_WHILE = timedelta(weeks=12)
"""How far the command that is proposed lays out a protocol without an end."""


class NewRequest(NamedTuple):
    """The protocol's id, what it is like, and the file if not ``ID.yaml`` in this folder."""

    identifier: str
    like: str = ""
    output: str = ""
    force: bool = False


@takes(
    NewRequest,
    identifier=Argument("ID"),
    like=Option(
        "Begin with a built-in protocol or an example: such as tms, ect, chemotherapy.",
        "NAME",
        complete=completion.models,
    ),
    output=Option("The file to write; ID.yaml if not given, printed if -.", "FILE", "-o"),
)
def run(request: NewRequest) -> Result:
    """The file with the protocol.

    Raises:
        UsageProblem: it cannot have that id.
        FileTrouble: the file is there, or cannot be written.
    """
    name = _identifier(request.identifier)
    path = request.output or f"{name}.yaml"
    text = _text(name, request.like)
    result = file_result(text.encode(), path, force=request.force)
    if path == "-":
        return result
    plan = ["ketasched", "plan", name, "--start", "next mon"]
    if _is_endless(text):
        plan += ["--until", f"{clock.now() + _A_WHILE:%Y-%m-%d}"]
    by_name = Path(path) == Path(f"{name}.yaml")
    plan += [] if by_name else ["--protocols", path]
    then = f"change it, then: {paste(['ketasched', 'check', path])}\nand: {paste(plan)}"
    return result._replace(notes=[*result.notes, then])


def _is_endless(text: str) -> bool:
    """Whether no plan of the protocol in a file's text ends by itself."""
    from ketasched.files.protocols import protocol_file
    from ketasched.reading.file_text import FileText

    (protocol,) = protocol_file.read(FileText("", text))
    return all(phase.sessions is None for phase in protocol.phases)


def _text(name: str, like: str) -> str:
    """The protocol that is written.

    Raises:
        UsageProblem: it is to be like one that there is not.
    """
    from ketasched.files.protocols.examples import copied, example_names
    from ketasched.files.protocols.first_file import first_file

    if not like:
        return first_file(name)
    text = copied(like.strip(), name)
    if text is None:
        from ketasched.asking import library

        names = [*example_names(), *library.load("")]
        hint = did_you_mean(like, names) or f"there are {', '.join(names)}"
        raise UsageProblem(f"--like: there is no protocol `{like}`", hint)
    return text


def _identifier(text: str) -> str:
    """An id that a protocol of one's own may have.

    Raises:
        UsageProblem: it may not.
    """
    from ketasched.asking.surroundings import USUAL_FILE
    from ketasched.files.protocols import protocol_file
    from ketasched.reading.texts import identifier

    try:
        name = identifier(text.strip())
    except ValueError as error:
        raise UsageProblem(*error.args) from None
    if protocol_file.load_built_in(only=name):
        raise UsageProblem(f"`{name}` is built in", f"choose another id, such as our-{name}")
    if f"{name}.yaml" == USUAL_FILE:
        raise UsageProblem(f"{USUAL_FILE} is the clinic's file", "choose another id")
    return name
