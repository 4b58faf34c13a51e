"""Which record may be meant by a name that none has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ketasched.asking.request import RECORD_ENDING
from ketasched.errors import begun_by, did_you_mean
from ketasched.records.places import folded

MOST_NAMED = 8
MOST_READ = 200
"""Records that are looked into for the one of a person."""


def which_is_meant(
    path: Path, person_of: Callable[[Path], str], name_of: Callable[[Path], str]
) -> str:
    """A hint at the record that may be meant by one that is not there, else at those that are. What
    is typed may be the name of a person, or begin it; so it may have slashes in it.
    """
    folder = next(parent for parent in path.parents if parent.is_dir())
    saved = sorted(folder.glob(f"*{RECORD_ENDING}"))
    if not saved:
        return "plan … --save writes one"
    names = [other.name.removesuffix(RECORD_ENDING) for other in saved]
    typed = str(path.relative_to(folder)).removesuffix(RECORD_ENDING)
    persons = {person: other for other in saved[:MOST_READ] if (person := person_of(other))}
    theirs = [person for person in persons if folded(person) == folded(typed)]
    begun = begun_by(typed, names)
    if not begun:
        theirs = theirs or begun_by(typed, persons)
    if len(theirs) == 1:
        return f"the record of {theirs[0]} is {name_of(persons[theirs[0]])}"
    if len(theirs or begun) > 1:
        return f"which do you mean? {_some(theirs or begun)}"
    return did_you_mean(typed, names) or f"records there are: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
