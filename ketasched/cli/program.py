"""The program that all commands belong to."""

from __future__ import annotations

from typing import Annotated

import typer

from ketasched.cli import help_text, output

app = typer.Typer(
    name="ketasched",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    suggest_commands=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 80},
)


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
