"""Where a file may be written, on whatever system it is to be held: rules of paths and names."""

from __future__ import annotations

import ntpath
import os
import re
import unicodedata
from pathlib import Path, PurePath
from types import ModuleType

from ketasched.asking.request import RECORD_ENDING
from ketasched.errors import FileTrouble

CLOSED_DAYS = "closed-days.json"
FEED_NAMES = "feeds.json"
FEEDS_MADE = ".feeds-made.json"
"""What stands beside the records of a folder."""
_OURS = (RECORD_ENDING, f"{RECORD_ENDING}.bak", ".lock", ".part")
_RECORD = b'"schema": "ketasched-record/'
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_LONGEST = 240
"""Bytes of a name: systems take 255, and what stands beside a record has a longer one."""
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def check_place(path_text: str, *, replace: bool) -> None:
    """Refuse a place for a file that cannot be one, or where something is that may not be replaced.

    Raises:
        FileTrouble: it cannot be one.
        FileExistsError: something is there.
        OSError, ValueError: the system cannot tell.
    """
    path = Path(path_text)
    if path.is_dir():
        raise FileTrouble(f"{path_text} is a folder", "add the name of a file", path_text)
    if is_device(path) or (path.exists() and not path.is_file()):
        message = f"{path_text} is not a plain file"
        raise FileTrouble(message, "use - for standard output", path_text)
    why = why_no_name(path.name)
    if why and not path.exists():
        raise FileTrouble(
            f"{path_text} is no name for a file: {why}", "choose another name", path_text
        )
    if path.exists() and not replace:
        raise FileExistsError(path_text)


def is_ours(path: Path) -> bool:
    """Whether a file has the name of a record or of what stands beside records, or is a record."""
    name = path.name.casefold()
    if name in (CLOSED_DAYS, FEED_NAMES, FEEDS_MADE) or name.endswith(_OURS):
        return True
    if not path.is_file() or is_device(path):
        return False
    with path.open("rb") as stream:
        return _RECORD in stream.read(200)


def is_device(path: PurePath) -> bool:
    """Whether it is in a folder that holds devices, and no drive's own folder of that name."""
    devices = (("dev",), ("proc",))
    return path.is_absolute() and not path.drive and path.parts[1:2] in devices


def why_no_name(name: str) -> str:
    """What keeps some system from holding a file of that name; empty if all can."""
    if bad := _FORBIDDEN.search(name):
        return f"Windows has no file with `{bad[0]}` in its name"
    if _RESERVED.fullmatch(name):
        return "Windows has a device of that name"
    if len(name.encode(errors="replace")) > _LONGEST:
        return f"it is longer than {_LONGEST} bytes"
    stem = name.removesuffix(RECORD_ENDING)
    if name != name.rstrip(". ") or stem != stem.rstrip(". "):
        return "it ends with a dot or a blank"
    if stem != name and stem.endswith(".json"):
        return "it ends with .json, which no record's own name does"
    return ""


def beside(file: str, folder: str, system: ModuleType = os.path) -> str:
    """The path of a file from a folder; on another drive the whole path. Its parts are divided by
    slashes, which every system reads.
    """
    try:
        path: str = system.relpath(file, folder or ".")
    except ValueError:  # there is no way from one drive to another
        path = system.abspath(file)
    return path.replace("\\", "/") if system is ntpath else path


def as_it_is_there(path: Path) -> Path:
    """The path of the file that is meant: names that differ in capitals or in how letters with
    marks are composed are one name, as on systems that make no difference.
    """
    if path.exists():
        return path
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return path
    alike = [name for name in names if folded(name) == folded(path.name)]
    return path.with_name(alike[0]) if len(alike) == 1 else path


def folded(name: str) -> str:
    """A name as it is compared: capitals, and how letters with marks are composed, do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
