"""The objects of a JSON file by their keys; what is damaged is noted with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched.errors import FileProblems
from ketasched.reading.json_shape import Place, node_at
from ketasched.reading.json_source import marked

if TYPE_CHECKING:
    from ketasched.reading.file_text import FileText


class Fault(NamedTuple):
    """Something wrong at a place."""

    place: Place
    message: str
    hint: str


class Faults:
    """All that is wrong with a file."""

    def __init__(self, source: FileText) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def note(self, place: Place, message: str, hint: str = "") -> None:
        """Note something wrong."""
        self.faults.append(Fault(place, message, hint))

    def finish(self) -> None:
        """Tell all that is wrong, in the order of the file.

        Raises:
            FileProblems: there is anything.
        """
        if not self.faults:
            return
        root = marked(self.source)
        problems = {
            self.source.at(node_at(root, fault.place), fault.message, fault.hint)
            for fault in self.faults
        }
        in_order = sorted(problems, key=lambda problem: (problem.line, problem.column))
        raise FileProblems(self.source.file, in_order)


class Part(NamedTuple):
    """An object of the file, and where it stands."""

    values: dict[str, Any]
    place: Place
    faults: Faults

    @property
    def id(self) -> str:
        """Its id within the study."""
        return self.text("id")

    @property
    def name(self) -> str:
        """What people call it: its label, else its name, else its id."""
        return self.text("label") or self.text("name") or self.id

    def fault(self, key: str, message: str, hint: str = "") -> None:
        """Note something wrong with the value of a key."""
        place = (*self.place, key) if key else self.place
        self.faults.note(place, message, hint)

    def text(self, key: str) -> str:
        """A text on one line; empty if there is none."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(key, f"`{key}` is no text")
            return ""
        return one_line(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        texts = self._list(key)
        if not all(isinstance(text, str) for text in texts):
            self.fault(key, f"`{key}` is no list of texts")
            return ()
        return tuple(map(one_line, texts))

    def parts(self, key: str) -> list[Part]:
        """A list of objects."""
        parts = []
        for number, value in enumerate(self._list(key)):
            place = (*self.place, key, number)
            if isinstance(value, dict):
                parts.append(Part(value, place, self.faults))
            else:
                self.faults.note(place, f"expected keys with values in `{key}`")
        return parts

    def part(self, key: str) -> Part | None:
        """An object."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Part(value, (*self.place, key), self.faults)
        self.fault(key, f"expected keys with values in `{key}`")
        return None

    def _list(self, key: str) -> list[Any]:
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.fault(key, f"`{key}` is no list")
        return []


def one_line(text: str) -> str:
    """A text on one line, with nothing in it that cannot be printed."""
    printable = (sign if sign.isprintable() or sign.isspace() else "" for sign in text)
    return " ".join("".join(printable).split())
