"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from glob import escape as glob_escape
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import FileTrouble, os_reason


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
        raise FileTrouble(
            f"cannot write {path_text}: {os_reason(error)}", hint, path_text
        ) from None


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
