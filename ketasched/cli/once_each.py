"""Options that may be given once."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperOption

from ketasched.errors import UsageProblem


class OnceEach(TyperCommand):
    """A command that refuses an option of one value when it is given twice, empty, or with another
    option in the place of its value; the parser would let the last one win.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line.

        Raises:
            UsageProblem: see above.
        """
        given, _, order = self.make_parser(ctx).parse_args(args=list(args))
        seen = set()
        for parameter in order:
            if isinstance(parameter, TyperOption) and not (parameter.multiple or parameter.is_flag):
                option = next(name for name in parameter.opts if name.startswith("--"))
                if option in seen:
                    raise UsageProblem(f"{option} is given twice", "keep one of them")
                seen.add(option)
                _check_value(option, given[parameter.name or ""])
        return super().parse_args(ctx, args)


def _check_value(option: str, value: str) -> None:
    if not value.strip():
        raise UsageProblem(f"{option} is empty", f"give it a value, or leave {option} out")
    if value.startswith("--"):
        raise UsageProblem(f"{option} has no value: `{value}` follows it", "put its value there")
