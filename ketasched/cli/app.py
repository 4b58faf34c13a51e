"""The commands, their help, and what happens when one fails."""

from __future__ import annotations

import copy
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from ketasched.cli import help_text, output
from ketasched.cli.once_each import OnceEach
from ketasched.cli.request import (
    ClinicFile,
    ProtocolName,
    ProtocolsFile,
    Request,
    SuggestRequest,
    takes,
)
from ketasched.errors import KetaschedError, UsageProblem, did_you_mean

if TYPE_CHECKING:
    from typer.models import CommandInfo

app = typer.Typer(
    name="ketasched",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    suggest_commands=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
)

INTERRUPTED = 130


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        from importlib.metadata import version

        output.print_text(f"ketasched {version('ketasched')}\n")
        raise typer.Exit


@app.callback(help=help_text.MAIN)
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


Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Number = Annotated[str, typer.Argument(metavar="N", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")]
Because = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for the history.", show_default=False)
]
Override = Annotated[
    str,
    typer.Option(
        "--override",
        metavar="RULES",
        help="Break these rules on purpose: window, gap, closed, busy and so on.",
        show_default=False,
    ),
]
As = Annotated[
    str,
    typer.Option("--format", "-f", metavar="table|json", help="How to print.", show_default=False),
]


@app.command("status", cls=OnceEach, help=help_text.STATUS, short_help="Show a saved course today.")
def _status(
    name: Name,
    *,
    history: Annotated[bool, typer.Option("--history", help="What happened to it.")] = False,
    form: As = "",
) -> None:
    from ketasched.cli.status import show

    show(name, form, history=history)


@app.command("move", cls=OnceEach, help=help_text.MOVE, short_help="Put a session elsewhere.")
def _move(
    name: Name,
    number: Number,
    when: Annotated[str, typer.Argument(metavar="WHEN", show_default=False)],
    *,
    rest: Annotated[
        str,
        typer.Option(
            "--rest", metavar="keep|shift|replan", help="What happens to the rest; keep.",
            show_default=False,
        ),
    ] = "",
    dry_run: DryRun = False,
    reason: Because = "",
    override: Override = "",
    form: As = "",
) -> None:  # fmt: skip
    from ketasched.cli import living

    living.move(name, number, when, rest, living.How(dry_run, reason, override, form))


Then = Annotated[
    str,
    typer.Option(
        "--then", metavar="append|squeeze|shift|keep|replan",
        help="What happens then; keep.", show_default=False,
    ),
]  # fmt: skip


@app.command("miss", cls=OnceEach, help=help_text.MISS, short_help="A session was missed.")
def _miss(
    name: Name,
    number: Number,
    *,
    then: Then = "",
    dry_run: DryRun = False,
    reason: Because = "",
    override: Override = "",
    form: As = "",
) -> None:
    from ketasched.cli import living

    living.drop(name, number, "missed", then, living.How(dry_run, reason, override, form))


@app.command("cancel", cls=OnceEach, help=help_text.CANCEL, short_help="Call a session off.")
def _cancel(
    name: Name,
    number: Number,
    *,
    then: Then = "",
    dry_run: DryRun = False,
    reason: Because = "",
    override: Override = "",
    form: As = "",
) -> None:
    from ketasched.cli import living

    living.drop(name, number, "cancelled", then, living.How(dry_run, reason, override, form))


@app.command("done", cls=OnceEach, help=help_text.DONE, short_help="A session took place.")
def _done(
    name: Name,
    number: Number,
    *,
    at: Annotated[str, typer.Option("--at", metavar="TIME", show_default=False)] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", show_default=False)] = "",
    dry_run: DryRun = False,
    reason: Because = "",
    form: As = "",
) -> None:
    from ketasched.cli import living

    living.done(name, number, at, on, living.How(dry_run, reason, "", form))


@app.command("extend", cls=OnceEach, help=help_text.EXTEND, short_help="Add sessions.")
def _extend(
    name: Name,
    *,
    sessions: Annotated[str, typer.Option("--sessions", metavar="N", show_default=False)] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", show_default=False)] = "",
    on: Annotated[str, typer.Option("--on", metavar="DATE", show_default=False)] = "",
    cadence: Annotated[str, typer.Option("--cadence", metavar="TEXT", show_default=False)] = "",
    step_back: Annotated[
        bool, typer.Option("--step-back", help="At the cadence of the phase before.")
    ] = False,
    dry_run: DryRun = False,
    reason: Because = "",
    override: Override = "",
    form: As = "",
) -> None:
    from ketasched.cli import living

    ways = {"--sessions": sessions, "--until": until, "--on": on, "--cadence": cadence}
    living.extend(name, ways, living.How(dry_run, reason, override, form), step_back=step_back)


@app.command("review", cls=OnceEach, help=help_text.REVIEW, short_help="Decide at a review.")
def _review(
    name: Name,
    which: Annotated[str, typer.Argument(metavar="REVIEW", show_default=False)],
    *,
    go_on: Annotated[bool, typer.Option("--continue", help="Later sessions are certain.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Later sessions are cancelled.")] = False,
    dry_run: DryRun = False,
    reason: Because = "",
    form: As = "",
) -> None:
    from ketasched.cli import living

    if go_on == stop:
        raise UsageProblem("say either --continue or --stop", "such as --continue")
    living.review(name, which, living.How(dry_run, reason, "", form), go_on=go_on)


@app.command(
    "close-day",
    cls=OnceEach,
    help=help_text.CLOSE_DAY,
    short_help="The clinic must close: move its courses.",
)
def _close_day(
    day: Annotated[str, typer.Argument(metavar="DATE", show_default=False)],
    folder: Annotated[str, typer.Argument(metavar="FOLDER", show_default=False)],
    *,
    dry_run: DryRun = False,
    reason: Because = "",
    form: As = "",
) -> None:
    from ketasched.cli.close_day import run

    run(day, folder, dry_run=dry_run, reason=reason, form=form)


@app.command("undo", cls=OnceEach, help=help_text.UNDO, short_help="Go back one change.")
def _undo(name: Name, *, dry_run: DryRun = False, reason: Because = "", form: As = "") -> None:
    from ketasched.cli import living

    living.undo(name, living.How(dry_run, reason, "", form))


@app.command("export", cls=OnceEach, help=help_text.EXPORT, short_help="Write its calendar.")
def _export(
    name: Name,
    *,
    audience: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="patient|staff|free-busy",
            help="Whom it is for; the patient.",
            show_default=False,
        ),
    ] = "",
    ics: Annotated[
        str,
        typer.Option("--ics", metavar="FILE", help="The file; else printed.", show_default=False),
    ] = "",
    changes: Annotated[
        bool, typer.Option("--changes", help="Only what changed since the last export.")
    ] = False,
    drop_cancelled: Annotated[
        bool, typer.Option("--drop-cancelled", help="Leave cancelled entries out.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    from ketasched.cli.status import Wanted, export

    export(name, Wanted(audience, ics, changes, drop_cancelled, force))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; every failure is told, none is raised."""
    try:
        result = _knowing(arguments)(
            args=arguments or ["--help"], prog_name="ketasched", standalone_mode=False
        )
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


def _knowing(arguments: list[str]) -> typer.Typer:
    """The program, knowing only the command asked for, or of each just what the list of commands
    says: it would make every option of all it knows, each time.
    """
    if "_KETASCHED_COMPLETE" in os.environ:  # the shell asks for any command's options
        return app
    program = copy.copy(app)
    program.registered_commands = [
        one for one in app.registered_commands if arguments[:1] == [one.name]
    ] or [_by_name(one) for one in app.registered_commands]
    return program


def _by_name(command: CommandInfo) -> CommandInfo:
    bare = copy.copy(command)
    bare.callback = _nothing
    return bare


def _nothing() -> None:
    """What a command does that is only listed."""


def _own_up(error: Exception) -> int:
    """A failure nobody foresaw is ours."""
    if os.environ.get("KETASCHED_DEBUG"):
        raise error
    output.tell(f"error: this is a mistake in ketasched ({type(error).__name__})")
    output.tell("help: run it again with KETASCHED_DEBUG=1 and report what it prints")
    return 1


def _fail(error: KetaschedError, arguments: list[str]) -> int:
    if os.environ.get("KETASCHED_DEBUG"):
        raise error
    speechless = getattr(error, "file", "") == output.STANDARD_OUTPUT
    if _wants_json(arguments) and not speechless:
        from ketasched.formats import course_report

        try:
            report = course_report.to_json(course_report.error_report(error))
            output.print_data(report.encode(errors="replace"))
        except output.ClosedPipe:
            return output.CLOSED_PIPE
        except KetaschedError as trouble:
            error = trouble
        else:
            return error.exit_code
    output.tell(output.error_text(error, color=output.wants_color(sys.stderr)))
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
        known = [name for one in context.command.params for name in one.opts]
        begun = [f"did you mean `{name}`?" for name in known if name.startswith(option)]
        near = begun[0] if begun else did_you_mean(option, known)
        return UsageProblem(f"unknown option `{option}`", near or hint)
    message = error.format_message().rstrip(".")
    if message.startswith("No such command"):
        typed = message.partition("'")[2].rpartition("'")[0]
        commands = [command.name or "" for command in app.registered_commands]
        return UsageProblem(f"unknown command `{typed}`", did_you_mean(typed, commands) or hint)
    return UsageProblem(message[:1].lower() + message[1:], hint)
