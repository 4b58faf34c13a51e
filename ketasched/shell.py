"""Commands to paste, quoted for the shell that is in use."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from typing import Literal

Shell = Literal["posix", "cmd", "powershell"]
_BARE = re.compile(r"--?[A-Za-z][A-Za-z-]*|[A-Za-z0-9_][A-Za-z0-9_./:\\=-]*")
"""What neither cmd nor PowerShell takes for more than it says; a comma makes a list there."""
_SINGLE = re.compile("['\u2018-\u201b]")
"""What PowerShell takes for a single quote."""
_OF_CMD = re.compile(r'[()%!^"<>&|]')


def paste(words: Iterable[str]) -> str:
    """A command to paste into the shell in use."""
    return quoted(words, shell_in_use(os.environ, windows=sys.platform == "win32"))


def quoted(words: Iterable[str], shell: Shell) -> str:
    """Words as one command of a shell."""
    quote = {"posix": _for_posix, "cmd": _for_cmd, "powershell": _for_powershell}[shell]
    return " ".join(map(quote, words))


def shell_in_use(environment: Mapping[str, str], *, windows: bool) -> Shell:
    """The shell that started the program, as far as its environment tells.

    On Windows Git Bash and its like set SHELL or MSYSTEM, and PowerShell puts a folder of the
    user's before those in PSModulePath that every program has.
    """
    modules = environment.get("PSModulePath", "")
    if not windows:
        return "powershell" if modules else "posix"
    if environment.get("MSYSTEM") or environment.get("SHELL"):
        return "posix"
    home = environment.get("USERPROFILE", "").casefold()
    own = [
        folder
        for folder in modules.casefold().split(";")
        if (home and folder.startswith(home)) or "\\documents\\" in folder
    ]
    return "powershell" if own else "cmd"


def _for_posix(word: str) -> str:
    """A word as any shell takes it; one that cannot be printed in the form bash and zsh have."""
    if word.replace("\n", "").isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(sign: str) -> str:
    if sign in "\\'":
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def _for_cmd(word: str) -> str:
    """A word as a program of Windows takes it apart, in which cmd replaces nothing.

    Between quotes only a percent sign and a quote mean something to cmd: with one of these every
    sign it knows gets a caret, the quotes too, so that cmd sees none. It has no line ends in words.
    """
    word = word.replace("\n", " ")
    if _BARE.fullmatch(word):
        return word
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    text = '"' + re.sub(r"(\\+)$", r"\1\1", inner) + '"'
    return _OF_CMD.sub(r"^\g<0>", text) if re.search(r'[%"]', word) else text


def _for_powershell(word: str) -> str:
    """A word as PowerShell takes it; 5.1, which comes with Windows, hands quotes on only behind a
    backslash.
    """
    if _BARE.fullmatch(word):
        return word
    word = re.sub(r'(\\*)"', r'\1\1\\"', word)
    if word.replace("\n", "").isprintable():
        return "'" + _SINGLE.sub(r"\g<0>\g<0>", word) + "'"
    return '"' + "".join(map(_of_powershell, word)) + '"'


def _of_powershell(sign: str) -> str:
    if sign in '`$"\u201c\u201d\u201e':
        return f"`{sign}"
    if sign.isprintable():
        return sign
    return f"$([char]::ConvertFromUtf32(0x{ord(sign):x}))"
