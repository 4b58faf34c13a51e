"""The package for Excel workbooks, loaded where one is read or written."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ketasched.errors import UsageProblem


def load_openpyxl() -> Any:
    """The package.

    Raises:
        UsageProblem: it is not there.
    """
    refuse_without_openpyxl()
    import openpyxl

    return openpyxl


def refuse_without_openpyxl() -> None:
    """See that the package is there, and do not load it.

    Raises:
        UsageProblem: it is not.
    """
    if not _is_there():
        message = "a workbook (.xlsx) needs the package openpyxl"
        raise UsageProblem(message, 'run: pip install "ketasched[excel]"')


def _is_there() -> bool:
    try:
        return find_spec("openpyxl") is not None
    except ValueError:  # somebody loaded nothing under its name
        return False
