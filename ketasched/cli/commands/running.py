"""Commands about a saved course."""

from __future__ import annotations

from typing import Annotated

import typer

from ketasched.cli import help_text
from ketasched.cli.once_each import OnceEach
from ketasched.cli.program import app
from ketasched.errors import UsageProblem

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
        help="What happens then; as the protocol says, else keep.", show_default=False,
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
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIME", help="It began then; as planned.", show_default=False),
    ] = "",
    on: Annotated[
        str,
        typer.Option("--on", metavar="DATE", help="On that day; as planned.", show_default=False),
    ] = "",
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
    sessions: Annotated[
        str, typer.Option("--sessions", metavar="N", help="So many more.", show_default=False)
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Up to that day.", show_default=False)
    ] = "",
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="One, on that day.", show_default=False)
    ] = "",
    cadence: Annotated[
        str,
        typer.Option(
            "--cadence",
            metavar="TEXT",
            help="At another cadence that the phase offers.",
            show_default=False,
        ),
    ] = "",
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
