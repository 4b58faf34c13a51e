"""A YAML file as a tree of texts that know their line and column.

Every scalar stays text (``10:30`` is not 630, ``no`` is not false). Size, depth and the number of
values are limited before anything is built, so that a hostile file costs as little as a typing
mistake.
"""

from __future__ import annotations

import errno
import stat
import sys
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import yaml

from ketasched.errors import FileProblems, FileTrouble, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_VALUES = 20_000

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ARCHIVE_MARK = b"PK\x03\x04"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


class FileText:
    """The text of one file, and the place of everything in it."""

    def __init__(self, file: str, text: str, most_values: int = MAX_VALUES) -> None:
        self.file = file
        self.most_values = most_values
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text; few files have a mistake to be shown."""
        return self.text.splitlines()

    def problem(
        self, mark: yaml.Mark | None, message: str, hint: str = "", width: int = 1
    ) -> Problem:
        """A mistake at a mark, with the line it stands on."""
        if mark is None:
            return Problem(message, hint=hint)
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        width = max(1, min(width, len(line) - mark.column))
        return Problem(message, mark.line + 1, mark.column + 1, width, line, hint)

    def at(self, node: yaml.Node, message: str, hint: str = "") -> Problem:
        """A mistake in a value; one that was not read from YAML does not know where it stands."""
        if node.start_mark is None:
            return Problem(message, hint=hint)
        one_line = node.start_mark.line == node.end_mark.line
        width = node.end_mark.column - node.start_mark.column if one_line else 1
        return self.problem(node.start_mark, message, hint, width)


def name_of(path: str) -> str:
    """What messages call a file."""
    return "standard input" if path == "-" else path


def read_bytes(path: str, most: int, hint: str, *, plain: bool = False) -> bytes:
    """The bytes of a file, at most one more than ``most``; ``-`` is standard input. ``plain``: it
    must be a plain file, and no device or pipe that never ends.

    Raises:
        FileTrouble: it cannot be read; the hint is for a file that is not there.
    """
    name = name_of(path)
    try:
        if path == "-" and not plain:
            return sys.stdin.buffer.read(most + 1) if sys.stdin else b""
        if plain:
            return read_plain(Path(path), most)
        with Path(path).open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        elsewhere = isinstance(error, (FileNotFoundError, IsADirectoryError))
        raise FileTrouble(f"cannot read {name}: {why}", hint if elsewhere else "", name) from None


class FileBytes(NamedTuple):
    """A file by its path (``-`` is standard input), and all that is in it."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """What messages call it."""
        return name_of(self.path)

    @property
    def last_name(self) -> str:
        """Its name without folders, so that it can be printed on one line."""
        if self.path == "-":
            return self.name
        signs = Path(self.path).name[:200]
        return "".join(sign if sign.isprintable() else "?" for sign in signs)

    @property
    def argument(self) -> str:
        """How it is named on a command line in its own folder."""
        import shlex

        return "-" if self.path == "-" else shlex.quote(self.last_name)


def file_bytes(path: str, most: int, hint: str) -> FileBytes:
    """A file and all that is in it, at most one byte more than ``most``.

    Raises:
        FileTrouble: it cannot be read; the hint is for a file that is not there.
    """
    return FileBytes(path, read_bytes(path, most, hint))


def read_plain(path: Path, most: int) -> bytes:
    """The bytes of a plain file, at most one more than ``most``.

    Raises:
        OSError: it cannot be read, or is a device, or a pipe that may never end.
    """
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
        raise OSError(errno.EINVAL, "it is not a plain file")
    with path.open("rb") as file:
        return file.read(most + 1)


def read_file(
    path: str, noun: str = "protocol file", most: int = MAX_BYTES, *, plain: bool = False
) -> FileText:
    """Read a text file in UTF-8, called ``noun`` in messages; ``-`` is standard input, unless it
    must be a ``plain`` file.

    UTF-16 is read too where its mark says so. A file of more than ``most`` bytes is refused.

    Raises:
        FileTrouble: it cannot be read, is too large, or is not UTF-8 text.
    """
    name = name_of(path)
    data = read_bytes(path, most, f"give the path of a {noun}", plain=plain)
    if len(data) > most:
        raise FileTrouble(
            f"{name} is larger than {most // 1024} KiB",
            f"a {noun} is a few pages of text; is this the right file?",
            name,
        )
    if data.startswith(_ARCHIVE_MARK):
        raise FileTrouble(
            f"{name} is not text but an archive, such as an Excel workbook (.xlsx)",
            f"give a {noun}",
            name,
        )
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileTrouble(
            f"{name} is not UTF-8 text: line {line} has a byte that cannot be read",
            "save the file as UTF-8 in your editor",
            name,
        ) from None
    return FileText(name, text, MAX_VALUES * (most // MAX_BYTES))


def compose(source: FileText, *, ours: bool = False) -> yaml.MappingNode:
    """The tree of a file whose outermost value is a mapping of keys.

    ``ours``: the file came with the program, so nothing need be counted, and the C parser may read
    it. That one is ten times as fast, but deep nesting can make it crash the interpreter.

    Raises:
        FileProblems: not YAML, empty, too deep, tagged, or with aliases that turn in a circle or
            explode.
    """
    if source.text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        hint = "a calendar whose entries leave no time is given with --busy"
        raise FileProblems(source.file, [Problem("this is a calendar, not YAML", hint=hint)])
    c_loader = getattr(yaml, "CBaseLoader", None) if ours else None
    loader = None
    try:
        loader = c_loader(source.text) if c_loader else _Composer(source)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and error.context_mark and mark.line >= len(source.lines):
            mark = error.context_mark  # something left open is noticed at the end of the file
        message = ", ".join(part for part in (error.context, error.problem) if part)
        raise FileProblems(source.file, [source.problem(mark, f"not YAML: {message}")]) from None
    except yaml.reader.ReaderError as error:
        line = source.text.count("\n", 0, error.position) + 1
        column = error.position - source.text.rfind("\n", 0, error.position)
        message = f"not text: the character U+{error.character:04X} is not allowed"
        problem = Problem(message, line, column)
        raise FileProblems(source.file, [problem]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        raise FileProblems(source.file, [Problem("the file is empty")])
    if not ours:
        _count_values(source, root)
    if not isinstance(root, yaml.MappingNode):
        raise FileProblems(
            source.file, [source.at(root, "expected keys with values, such as `version: 1`")]
        )
    return root


class _Composer(yaml.BaseLoader):
    """PyYAML's composer, stopped before its recursion gets deep."""

    def __init__(self, source: FileText) -> None:
        super().__init__(source.text)
        self.source = source
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise FileProblems(
                self.source.file,
                [self.source.problem(mark, f"values are nested more than {MAX_DEPTH} deep")],
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _count_values(source: FileText, root: yaml.Node) -> None:
    """Walk the tree as its reader will, aliases followed, within limits."""
    count = 0
    waiting: list[tuple[yaml.Node, int]] = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > source.most_values:
            message = f"with its aliases the file has more than {source.most_values} values"
            raise FileProblems(source.file, [source.at(node, message)])
        if depth > MAX_DEPTH:
            raise FileProblems(source.file, [source.at(node, "an alias contains itself")])
        if node.tag not in _PLAIN_TAGS:
            raise FileProblems(
                source.file, [source.at(node, f"tags such as `{node.tag}` are not used here")]
            )
        if isinstance(node, yaml.SequenceNode):
            waiting += [(item, depth + 1) for item in node.value]
        elif isinstance(node, yaml.MappingNode):
            waiting += [(part, depth + 1) for pair in node.value for part in pair]
