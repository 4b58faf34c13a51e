"""Options that may be given once."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperOption

from ketasched.cli.grouped_help import write_options
from ketasched.errors import UsageProblem


class OnceEach(TyperCommand):
    """A command that refuses an option without a value or with another option in its place, and
    one of a single value when it is given twice: the parser would let the last one win.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line.

        Raises:
            UsageProblem: see above.
        """
        typed, unexpected, order = self.make_parser(ctx).parse_args(args=list(args))
        seen = set()
        for parameter in order:
            if not isinstance(parameter, TyperOption) or parameter.is_flag:
                continue
            option = next(name for name in parameter.opts if name.startswith("--"))
            texts = typed[_name(parameter)]
            if not parameter.multiple:
                if option in seen:
                    raise UsageProblem(f"{option} is given twice", "keep one of them")
                texts = [texts]
            seen.add(option)
            for text in texts:
                _check_value(option, text)
        values = {_name(parameter): typed[_name(parameter)] for parameter in order}
        values = {name: value for name, value in values.items() if value}
        missing = [known for known in self.params if known.required and _name(known) not in values]
        asks = ctx.resilient_parsing or any(parameter.is_eager for parameter in order)
        if asks or unexpected or missing:
            return super().parse_args(ctx, args)
        # What was typed is what a request takes; to convert it Typer would load pydantic.
        ctx.params.update({_name(known): known.default for known in self.params} | values)
        return []

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options of the help."""
        write_options(self.get_params(ctx), ctx, formatter)


def _name(parameter: Any) -> str:
    return str(parameter.name)


def _check_value(option: str, value: str) -> None:
    if not value.strip():
        raise UsageProblem(f"{option} is empty", f"give it a value, or leave {option} out")
    if value.startswith("--"):
        raise UsageProblem(f"{option} has no value: `{value}` follows it", "put its value there")
