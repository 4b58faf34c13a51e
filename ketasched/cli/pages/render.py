"""Makes a page of a template: escaped, complete, and free of signs that steer anything."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ketasched.domain.signs import printable
from ketasched.languages.language import ENGLISH, Language

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, values: dict[str, Any], language: Language = ENGLISH) -> str:
    """The page that a template makes of values, in English unless another language is given.

    Raises:
        jinja2.UndefinedError: the template shows what is not among the values.
    """
    return printable(templates().get_template(template).render(values, language=language))


@cache
def templates() -> Environment:
    """The templates of the package: every value is escaped, and none may be missing."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
