"""Every failure a user can meet, each with its exit code, its sentence and its hint.

Exit codes: 1 a file has problems, 2 usage, 3 no placement satisfies the rules, 4 network,
130 interrupted.
"""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class KetaschedError(Exception):
    """A failure with a sentence (what happened, where) and a hint (what to do).

    Args:
        message: one sentence without a full stop.
        hint: what the user can do about it; empty when the message says it all.
        shown: what was printed before says it too, so that it need not be said there again.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "", *, shown: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.shown = shown


class UsageProblem(KetaschedError):
    """An unknown command, option, protocol or zone, or a value that cannot be read."""

    code = "usage"
    exit_code = 2


class BeyondKnowledge(UsageProblem):
    """A date for which something needed is not known to anybody, such as holidays after 2100."""


class FileTrouble(KetaschedError):
    """A file that cannot be read or written."""

    code = "file"
    exit_code = 1

    def __init__(
        self, message: str, hint: str = "", file: str = "", *, shown: bool = False
    ) -> None:
        super().__init__(message, hint, shown=shown)
        self.file = file


class ChangedMeanwhile(FileTrouble):
    """A file that somebody else has written since it was read: what was made of it is old."""


class NetworkTrouble(KetaschedError):
    """A server that cannot be reached, or that refuses."""

    code = "network"
    exit_code = 4


class Problem(NamedTuple):
    """One mistake in a file, at a line and column counted from 1 (0: the file as a whole); in a
    workbook these are row and column, and ``cell`` is what Excel calls them.
    """

    message: str
    line: int = 0
    column: int = 0
    width: int = 1
    source_line: str = ""
    hint: str = ""
    cell: str = ""


class FileProblems(KetaschedError):
    """Everything that is wrong with one file, in the order of its lines."""

    code = "invalid-file"
    exit_code = 1

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(f"{file} has {count} problem{'s' if count != 1 else ''}")
        self.file = file
        self.problems = tuple(problems)


def os_reason(error: Exception) -> str:
    """Why the system refused, in lower case."""
    return (getattr(error, "strerror", None) or str(error)).lower()


LEAST_BEGINNING = 3
"""The fewest letters that lead to the word that they begin."""


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """A hint that names the known word that ``word`` begins, else the nearest to it, at least as
    alike as ``cutoff`` (from 0 to 1), or an empty string.
    """
    names = {name.casefold(): name for name in known}
    folded = word.casefold()
    if folded in names:
        return f"did you mean `{names[folded]}`?"
    begun = begun_by(word, names.values())
    if len(begun) == 1 and len(word) >= LEAST_BEGINNING:
        return f"did you mean `{begun[0]}`?"
    near = get_close_matches(folded, names, n=1, cutoff=cutoff)
    return f"did you mean `{names[near[0]]}`?" if near else ""


def begun_by(word: str, known: Iterable[str]) -> list[str]:
    """The known names that begin with ``word``, and those with a later word that does; capitals and
    marks on letters do not count.
    """
    start = f" {_plain(word)}"
    return [name for name in known if word.strip() and start in f" {_plain(name)}"]


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))
