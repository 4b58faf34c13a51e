"""What happens when the program runs, and when a command fails."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import typer
from typer.exceptions import TyperException

from ketasched import progress
from ketasched.cli import output
from ketasched.cli.color import OPTION, take_color
from ketasched.cli.commands import COMMANDS
from ketasched.cli.program import run_program
from ketasched.cli.result import json_bytes
from ketasched.errors import KetaschedError, UsageProblem, did_you_mean
from ketasched.records import page_maker

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.records.record import CourseRecord

INTERRUPTED = 130


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; every failure is told, none is raised."""
    progress.shown_by(_bar)
    progress.said_by(_line)
    page_maker.pages_made_by(_page)
    try:
        arguments = take_color(arguments)
        result = run_program(arguments)
        code = result if isinstance(result, int) else 0
    except (output.ClosedPipe, BrokenPipeError):
        output.silence()
        code = output.CLOSED_PIPE
    except TyperException as error:
        code = _fail(_usage_problem(error), arguments)
    except KetaschedError as error:
        code = _fail(error, arguments)
    except OSError as error:  # the help is printed by the library; all else has its own words
        if error.filename is not None:
            code = _own_up(error)
        else:
            output.silence()
            code = _fail(output.cannot_print(error), arguments)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        code = _own_up(error)
    if code == INTERRUPTED:
        output.tell("interrupted")
    return code


def _bar(verb: str, what: str) -> AbstractContextManager[progress.Tell]:
    from ketasched.cli.terminal.progress import counting

    return counting(verb, what)


def _line(verb: str) -> AbstractContextManager[progress.Say]:
    from ketasched.cli.terminal.progress import searching

    return searching(verb)


def _page(task: Task, record: CourseRecord) -> bytes:
    from ketasched.cli.handout import following_page

    return following_page(task, record)


def _own_up(error: Exception) -> int:
    """A failure nobody foresaw is ours."""
    if os.environ.get("KETASCHED_DEBUG"):
        raise error
    output.tell(f"error: this is a mistake in ketasched ({type(error).__name__})")
    output.tell("help: run it again with KETASCHED_DEBUG=1 and report what it prints")
    return 1


def _fail(error: KetaschedError, arguments: list[str]) -> int:
    from ketasched.asking.refusals import worded

    error = worded(error)
    if os.environ.get("KETASCHED_DEBUG"):
        raise error
    speechless = getattr(error, "file", "") == output.STANDARD_OUTPUT
    if _wants_json(arguments) and not speechless and not error.shown:
        from ketasched.reports.error_report import error_report

        try:
            output.print_data(json_bytes(error_report(error)))
        except output.ClosedPipe:
            return output.CLOSED_PIPE
        except KetaschedError as trouble:
            error = trouble
        else:
            return error.exit_code
    output.tell_error(error)
    return error.exit_code


def _wants_json(arguments: list[str]) -> bool:
    """Whether JSON was asked for, even where the command line as a whole cannot be read."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(
        argument in ("--format=json", "-fjson")
        or (argument in ("--format", "-f") and value == "json")
        for argument, value in pairs
    )


def _usage_problem(error: TyperException) -> KetaschedError:
    """The command line's own complaint in our words."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "ketasched"
    hint = f"see: {path} --help"
    option = getattr(error, "option_name", "")
    if context and type(error).__name__ == "NoSuchOption":
        known = [name for parameter in context.command.params for name in parameter.opts]
        known.append(OPTION)
        begun = [f"did you mean `{name}`?" for name in known if name.startswith(option)]
        near = begun[0] if begun else did_you_mean(option, known)
        return UsageProblem(f"unknown option `{option}`", near or hint)
    message = error.format_message().rstrip(".")
    if message.startswith("No such command"):
        typed = message.partition("'")[2].rpartition("'")[0]
        return UsageProblem(f"unknown command `{typed}`", did_you_mean(typed, COMMANDS) or hint)
    return UsageProblem(message[:1].lower() + message[1:], hint)
