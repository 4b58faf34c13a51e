"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import FileTrouble, os_reason
from ketasched.records import places

PATIENCE = 1.0
"""Seconds to wait for a program that holds open a file which is to be replaced."""
AGAIN = 0.1
_UNFINISHED = re.compile(r"\.(?P<name>.{1,50})\.[0-9a-f]{16}\.part", re.DOTALL)


@contextlib.contextmanager
def new_file(
    path_text: str, data: bytes, *, replace: bool, private: bool = False
) -> Iterator[None]:
    """Write a file whole or not at all, in two steps: the data before the body, the name after it.

    So what the body prints and the file come about together: if one fails, there is neither. An
    existing file is replaced only if ``replace``. A ``private`` one nobody else may read.

    Raises:
        FileTrouble: it exists, or it cannot be written; nothing on disk has changed then.
    """
    temporary = None
    try:
        with _file_trouble(path_text):
            places.check_place(path_text, replace=replace)
            path = Path(path_text).resolve()
            sweep([path])
            temporary = _written(path, data)
        yield
        with _file_trouble(path_text):
            temporary.chmod(_mode(path, private=private))
            if replace:
                _replace(temporary, path)
            else:
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
        places.check_place(path_text, replace=replace)


def try_place(path_text: str, *, replace: bool) -> None:
    """Refuse a place for a file as `check_place`, or where none can be made; nothing is left there.

    Raises:
        FileTrouble: so it is.
    """
    with _file_trouble(path_text):
        places.check_place(path_text, replace=replace)
        _written(Path(path_text).resolve(), b"").unlink()


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
    their bytes, then all of their names. Whoever looks finds an old file or a new one. A file that
    was there keeps its permissions.

    Raises:
        FileTrouble: one of them cannot be written; nothing on disk has changed then, unless the
            message says so.
    """
    _place(files, done=[])


def place_all(files: Sequence[NewFile]) -> None:
    """Write files as `place_files`, all of them or none: where one cannot have its name, those that
    have theirs already are put back.

    Raises:
        FileTrouble: one of them cannot be written; nothing on disk has changed then.
    """
    files = [file._replace(path=file.path.resolve()) for file in files]
    new = {file.path: file.data for file in files}
    paths = [*new, *(file.backup for file in files if file.backup)]
    before: dict[Path, Path] = {}
    try:
        for path in (path for path in paths if path.exists()):
            with _file_trouble(str(path)):
                before[path] = _second_name(path, path)
        _place(files, done=None)
    except BaseException:
        for path in reversed(paths):
            with contextlib.suppress(OSError):
                if path in before:
                    _replace(before[path], path)
                elif path not in new or path.read_bytes() == new[path]:
                    path.unlink(missing_ok=True)
        raise
    finally:
        for spare in before.values():
            spare.unlink(missing_ok=True)


def _place(files: Sequence[NewFile], done: list[str] | None) -> None:
    """Write files; what is ``done`` is told of where one cannot be."""
    waiting: list[tuple[Path, NewFile]] = []
    try:
        for file in files:
            with _file_trouble(str(file.path)):
                resolved = file._replace(path=file.path.resolve())
                waiting.append((_written(resolved.path, file.data), resolved))
        for temporary, file in waiting:
            with _file_trouble(str(file.path), done or ()):
                temporary.chmod(_mode(file.path, private=file.private))
                if file.backup and file.path.exists():
                    _copy_name(file.path, file.backup)
                _replace(temporary, file.path)
                if done is not None:
                    done.append(str(file.path))
        for folder in dict.fromkeys(file.path.parent for _, file in waiting):
            _sync_folder(folder)  # once all have their names, which takes but a moment
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)


def sweep(paths: Iterable[Path]) -> None:
    """Take away what a killed program left of files it had not finished."""
    unfinished: dict[Path, set[str]] = {}
    for path in paths:
        unfinished.setdefault(path.parent, set()).add(path.name[:50])
    for folder, names in unfinished.items():
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                match = _UNFINISHED.fullmatch(entry.name)
                if match and match["name"] in names:
                    with contextlib.suppress(OSError):
                        Path(entry.path).unlink()


def _written(path: Path, data: bytes) -> Path:
    """A file beside a path that has the bytes, and that nobody else may read."""
    temporary = _spare_name(path)
    try:
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(handle, "wb") as stream:  # noqa: PTH123 - it is open already
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _mode(path: Path, *, private: bool) -> int:
    """The permissions of a file that is to stand at a path."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    if private:
        return 0o600
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


def _replace(temporary: Path, path: Path) -> None:
    """Give a file its name. On Windows nobody can while another program holds open what has it."""
    begun = time.monotonic()
    while True:
        try:
            temporary.replace(path)
        except PermissionError:
            if time.monotonic() - begun > PATIENCE:
                raise
            time.sleep(AGAIN)
        else:
            return


def _spare_name(path: Path) -> Path:
    return path.with_name(f".{path.name[:50]}.{os.urandom(8).hex()}.part")


def _copy_name(path: Path, backup: Path) -> None:
    """Give a file a second name, in the place of what had it."""
    spare = _second_name(path, backup)
    try:
        _replace(spare, backup)
    finally:
        spare.unlink(missing_ok=True)


def _second_name(path: Path, beside: Path) -> Path:
    """A file under a spare name, beside another."""
    spare = _spare_name(beside)
    try:
        os.link(path, spare)
    except OSError:  # a file system without hard links
        spare = _written(beside, path.read_bytes())
    return spare


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def file_trouble(path_text: str, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Say in our words what keeps the body from writing a file; what is ``passing`` goes on as it
    is.
    """
    with _file_trouble(path_text, passing=passing):
        yield


@contextlib.contextmanager
def _file_trouble(
    path_text: str, done: Sequence[str] = (), passing: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    try:
        yield
    except passing:
        raise
    except FileExistsError:
        hint = "add --force to replace it, or choose another name"
        raise FileTrouble(f"{path_text} exists already", hint, path_text) from None
    except (OSError, ValueError, RuntimeError) as error:
        held = isinstance(error, PermissionError) and Path(path_text).is_file()
        folder = Path(path_text).parent
        hint = "nothing was changed; choose another place"
        if isinstance(error, FileNotFoundError) and not folder.exists():
            hint = f"nothing was changed; make the folder {folder} first"
        if held:
            hint = "nothing was changed; close it in the program that has it open, and try again"
        if done:
            remedy = "close it in the program that has it open" if held else "make room"
            hint = f"{' and '.join(done)} was written before that; {remedy}, and run it again"
        raise FileTrouble(
            f"cannot write {path_text}: {os_reason(error)}", hint, path_text
        ) from None


def _move_new(temporary: Path, path: Path) -> None:
    """Give the file its name only if nobody took it meanwhile."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: take the name, then fill it at once
        path.open("xb").close()
        temporary.replace(path)
