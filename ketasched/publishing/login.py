"""The login for a server: from a file, the keyring or netrc; never from the command line."""

from __future__ import annotations

import contextlib
import netrc
import os
import stat
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import FileTrouble, os_reason
from ketasched.shell import paste

SERVICE = "ketasched"
"""What a login is filed under in the keyring, before a colon and the host."""
_MOST = 4096


class LoginTrouble(FileTrouble):
    """A login file that cannot be used, or that others can read: no record is to blame for it."""


class Login(NamedTuple):
    """A user's name and password, and where they are from; it never shows the password."""

    user: str
    password: str
    source: str

    def __repr__(self) -> str:
        return f"Login({self.user!r}, from {self.source})"


def find(host: str, file: str = "") -> Login | None:
    """The login for a host: from the file if one is named, else from the keyring, else from netrc;
    None where there is none.

    Raises:
        LoginTrouble: the file or netrc can be read by others, or cannot be read.
    """
    if file:
        return _from_file(Path(file))
    return _from_keyring(host) or _from_netrc(host)


def _from_file(path: Path) -> Login:
    lines = _private_text(path).splitlines()
    if len(lines) < 2 or not lines[0].strip() or not lines[1]:
        raise LoginTrouble(
            f"{path} holds no login",
            "write the user's name on its first line and the password on its second",
            str(path),
        )
    return Login(lines[0].strip(), lines[1], str(path))


def _from_keyring(host: str) -> Login | None:
    with contextlib.suppress(Exception):  # no keyring here, or one that is locked
        import keyring

        credential = keyring.get_credential(f"{SERVICE}:{host}", None)
        if credential and credential.password:
            return Login(credential.username or "", credential.password, "the keyring")
    return None


def _from_netrc(host: str) -> Login | None:
    named = os.environ.get("NETRC", "")
    path = Path(named) if named else Path("~/.netrc").expanduser()
    if not path.exists():
        return None
    _private_text(path)
    try:
        entry = netrc.netrc(str(path)).authenticators(host)
    except (netrc.NetrcParseError, OSError):
        raise LoginTrouble(f"{path} cannot be understood", "correct it", str(path)) from None
    return Login(entry[0], entry[2], str(path)) if entry and entry[2] else None


def _private_text(path: Path) -> str:
    """A file that nobody else may read."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST)
    except OSError as error:
        why = os_reason(error)
        raise LoginTrouble(f"cannot read {path}: {why}", file=str(path)) from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise LoginTrouble(
            f"{path} can be read by others", f"run: chmod 600 {paste([str(path)])}", str(path)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LoginTrouble(f"{path} is not UTF-8 text", file=str(path)) from None
