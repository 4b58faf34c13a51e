"""The `holidays` package, of which only the countries that are asked for are loaded."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_COUNTRIES = "holidays.countries"


def package() -> Any:
    """The package. Its folder of countries imports all 250 of them, a tenth of a second's work, and
    each can do without the others: so that folder is a bare one here.
    """
    spec = None if "holidays" in sys.modules else importlib.util.find_spec("holidays")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        countries = Path(folder, "countries")
        if countries.is_dir():
            bare = ModuleType(_COUNTRIES)
            bare.__path__ = [str(countries)]
            sys.modules[_COUNTRIES] = bare
    import holidays

    return holidays
