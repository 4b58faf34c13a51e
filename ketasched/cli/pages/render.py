"""Makes a page of a template: escaped, complete, and free of signs that steer anything."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from ketasched.domain.signs import printable

if TYPE_CHECKING:
    from jinja2 import Environment


class PageLanguage(Protocol):
    """What a page has to know of the language it is in."""

    @property
    def code(self) -> str:
        """As HTML names it: ``en``, ``pt-BR`` (BCP 47)."""

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way it runs."""


class English(NamedTuple):
    """The language of the pages for staff."""

    code: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"


def page(template: str, values: dict[str, Any], language: PageLanguage | None = None) -> str:
    """The page that a template makes of values, in English unless another language is given.

    Raises:
        jinja2.UndefinedError: the template shows what is not among the values.
    """
    chosen = language or English()
    return printable(templates().get_template(template).render(values, language=chosen))


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
