"""The edge: what leaves the program, and how its errors look."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from glob import escape as glob_escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from ketasched.errors import FileProblems, FileTrouble, KetaschedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSED_PIPE = 1
STANDARD_OUTPUT = "standard output"


class ClosedPipe(Exception):
    """Whoever read our output has stopped reading."""


def print_text(text: str) -> None:
    """Write text to standard output; signs its encoding lacks are replaced by plain ones."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.translate(_PLAIN).encode(encoding, errors="replace")
    print_data(data)


_PLAIN = str.maketrans("–·┌┬┐├┼┤└┴┘─│", "-.+++++++++-|")


def print_data(data: bytes) -> None:
    """Write bytes to standard output as they are.

    Raises:
        ClosedPipe: nobody reads them.
        FileTrouble: they cannot be written.
    """
    if sys.stdout is None:
        raise ClosedPipe
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence()
        raise ClosedPipe from None
    except OSError as error:
        silence()
        raise cannot_print(error) from None


def silence() -> None:
    """Python flushes standard output once more at exit: give it somewhere to go."""
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def cannot_print(error: OSError) -> FileTrouble:
    """Standard output takes nothing."""
    return FileTrouble(f"cannot write to {STANDARD_OUTPUT}: {_why(error)}", file=STANDARD_OUTPUT)


def tell(text: str) -> None:
    """Say something on standard error."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError):
        sys.stderr.write(text.encode(encoding, errors="replace").decode(encoding) + "\n")
        sys.stderr.flush()


def tell_on_terminal(text: str) -> None:
    """Say something to a person; nobody else needs it."""
    if sys.stderr is not None and sys.stderr.isatty():
        tell(text)


@contextlib.contextmanager
def new_file(path_text: str, data: bytes, *, replace: bool) -> Iterator[None]:
    """Write a file whole or not at all, in two steps: the data before the body, the name after it.

    So what the body prints and the file come about together: if one fails, there is neither. An
    existing file is replaced only if ``replace``.

    Raises:
        FileTrouble: it exists, or it cannot be written; nothing on disk has changed then.
    """
    path = Path(path_text)
    temporary = None
    try:
        with _file_trouble(path_text):
            _check_place(path, path_text, replace=replace)
            path = path.resolve()
            unused = path.with_name(f".{path.name[:50]}.{os.urandom(8).hex()}.tmp")
            with unused.open("xb") as file:
                temporary = unused
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        yield
        with _file_trouble(path_text):
            if temporary and replace:
                if path.exists():
                    temporary.chmod(stat.S_IMODE(path.stat().st_mode))
                temporary.replace(path)
            elif temporary:
                _move_new(temporary, path)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def check_place(path_text: str, *, replace: bool) -> None:
    """Refuse a place for a file that cannot be one, or where something is that may not be replaced.

    Raises:
        FileTrouble: so it is.
    """
    with _file_trouble(path_text):
        _check_place(Path(path_text), path_text, replace=replace)


class NewFile(NamedTuple):
    """A file that is to have some bytes; what it was stays as ``backup``, if that is given. A
    ``private`` one nobody else may read, at no time.
    """

    path: Path
    data: bytes
    backup: Path | None = None
    private: bool = False


def place_files(files: Sequence[NewFile]) -> None:
    """Write files in the place of those that may be there, each whole or not at all: first all of
    their bytes, then all of their names. Whoever looks finds an old file or a new one.

    Raises:
        FileTrouble: one of them cannot be written; nothing on disk has changed then, unless the
            message says so.
    """
    waiting: list[tuple[Path, NewFile]] = []
    try:
        for file in files:
            with _file_trouble(str(file.path)):
                resolved = file._replace(path=file.path.resolve())
                temporary = _spare_name(resolved.path)
                waiting.append((temporary, resolved))
                mode = 0o600 if file.private else 0o666
                handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
                with open(handle, "wb") as stream:  # noqa: PTH123 - it is open already
                    stream.write(file.data)
                    stream.flush()
                    os.fsync(stream.fileno())
        done: list[str] = []
        for temporary, file in waiting:
            with _file_trouble(str(file.path), done):
                if file.path.exists():
                    temporary.chmod(stat.S_IMODE(file.path.stat().st_mode))
                    if file.backup:
                        _copy_name(file.path, file.backup)
                temporary.replace(file.path)
                done.append(str(file.path))
                _sync_folder(file.path.parent)
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Take away what a killed program left of a file it had not finished."""
    for left in path.parent.glob(f".{glob_escape(path.name[:50])}.{'?' * 16}.part"):
        with contextlib.suppress(OSError):
            left.unlink()


def _spare_name(path: Path) -> Path:
    return path.with_name(f".{path.name[:50]}.{os.urandom(8).hex()}.part")


def _copy_name(path: Path, backup: Path) -> None:
    """Give a file a second name, in the place of what had it."""
    spare = _spare_name(backup)
    try:
        try:
            os.link(path, spare)
        except OSError:  # a file system without hard links
            spare.write_bytes(path.read_bytes())
        spare.replace(backup)
    finally:
        spare.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def file_trouble(path_text: str) -> Iterator[None]:
    """Say in our words what keeps the body from writing a file."""
    with _file_trouble(path_text):
        yield


@contextlib.contextmanager
def _file_trouble(path_text: str, done: Sequence[str] = ()) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        hint = "add --force to replace it, or choose another name"
        raise FileTrouble(f"{path_text} exists already", hint, path_text) from None
    except (OSError, ValueError, RuntimeError) as error:
        hint = "nothing was changed; choose another place"
        if done:
            hint = f"{' and '.join(done)} was written before that; run it again when there is room"
        raise FileTrouble(f"cannot write {path_text}: {_why(error)}", hint, path_text) from None


def _check_place(path: Path, path_text: str, *, replace: bool) -> None:
    if path.is_dir():
        raise FileTrouble(f"{path_text} is a folder", "add the name of a file", path_text)
    device = path.is_absolute() and path.parts[1] in ("dev", "proc")
    if device or (path.exists() and not path.is_file()):
        message = f"{path_text} is not a plain file"
        raise FileTrouble(message, "use - for standard output", path_text)
    if path.exists() and not replace:
        raise FileExistsError


def _move_new(temporary: Path, path: Path) -> None:
    """Give the file its name only if nobody took it meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: take the name, then fill it at once
        path.open("xb").close()
        temporary.replace(path)


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


# Errors


def error_text(error: KetaschedError, *, color: bool) -> str:
    """An error for people: what happened, where, what to do."""
    if isinstance(error, FileProblems):
        blocks = [_problem_text(error.file, problem, color=color) for problem in error.problems]
        return "\n\n".join(blocks)
    lines = [f"{_paint('error', color=color)}: {printable(error.message)}"]
    failure = getattr(error, "failure", None)
    if failure is not None and getattr(failure, "code", "") == "no-placement":
        lines += _refused_lines(failure.refused)
    if error.hint:
        lines.append(f"help: {printable(error.hint)}")
    advice = getattr(error, "advice", ())
    if advice:
        lines.append("each of these was run and works:")
    for text, command in advice:
        lines += [f"  {printable(text)}", f"    {printable(command)}"]
    return "\n".join(lines)


def printable(text: str) -> str:
    """Text without signs that would steer the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def _refused_lines(refused: Sequence[object]) -> list[str]:
    from ketasched.core.placement import Refused
    from ketasched.core.units import day_text

    days = [one for one in refused if isinstance(one, Refused)]
    width = max(len(day_text(one.day)) for one in days)
    return [
        f"  {day_text(one.day):>{width}}  {'; '.join(reason.text for reason in one.reasons)}"
        for one in days
    ]


def _problem_text(file: str, problem: Problem, *, color: bool) -> str:
    head = f"{_paint('error', color=color)}: {printable(problem.message)}"
    if not problem.line:
        where = f"  --> {printable(file)}"
        return "\n".join([head, where, *([f"help: {problem.hint}"] if problem.hint else [])])
    margin = " " * len(str(problem.line))
    # A tab before the mark would put it in the wrong place.
    shown = "".join(sign if sign.isprintable() else " " for sign in problem.source_line)
    start = max(0, problem.column - 60)
    shown = shown[start : start + 100]
    place = f"{printable(file)}:{problem.line}" + (f":{problem.column}" if problem.column else "")
    lines = [head, f"{margin} --> {place}"]
    if shown.strip():
        mark = " " * (problem.column - 1 - start) + "^" * min(problem.width, 100)
        hint = f" {problem.hint}" if problem.hint else ""
        lines += [f"{margin} |", f"{problem.line} | {shown}", f"{margin} | {mark}{hint}"]
    elif problem.hint:
        lines.append(f"help: {problem.hint}")
    return "\n".join(lines)


def wants_color(stream: TextIO | None) -> bool:
    """Whether to color what goes to a stream: NO_COLOR, FORCE_COLOR, TERM=dumb, a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _paint(word: str, *, color: bool) -> str:
    return f"\x1b[1;31m{word}\x1b[0m" if color else word
