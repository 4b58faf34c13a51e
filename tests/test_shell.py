"""Commands to paste are what the shell in use takes apart into the same words."""

import re
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketasched.shell import quoted, shell_in_use

PLAIN = ["ketasched", "plan", "iv", "--start", "2027-01-04", "C:\\dev\\alex.ics", "a/b.ics", "-o"]
LIST = "mon=09:00,thu=13:30"
NBSP, OVERRIDE = "\u00a0", "\u202e"


@pytest.mark.parametrize(
    ("word", "posix", "cmd", "powershell"),
    [
        *((word, word, word, word) for word in PLAIN if "\\" not in word),
        ("C:\\dev\\a.ics", "'C:\\dev\\a.ics'", "C:\\dev\\a.ics", "C:\\dev\\a.ics"),
        ("2027-02-08..2027-02-12", *(["2027-02-08..2027-02-12"] * 3)),
        ("A B", "'A B'", '"A B"', "'A B'"),
        ("", "''", '""', "''"),
        (LIST, LIST, f'"{LIST}"', f"'{LIST}'"),
        ("O'Neil", "'O'\"'\"'Neil'", '"O\'Neil"', "'O''Neil'"),
        ("O\u2019Neil", "'O\u2019Neil'", '"O\u2019Neil"', "'O\u2019\u2019Neil'"),
        ("$HOME", "'$HOME'", '"$HOME"', "'$HOME'"),
        ("`a`", "'`a`'", '"`a`"', "'`a`'"),
        ("a&b|c", "'a&b|c'", '"a&b|c"', "'a&b|c'"),
        ("a^b", "'a^b'", '"a^b"', "'a^b'"),
        ("50%", "50%", '^"50^%^"', "'50%'"),
        ("%PATH%", "%PATH%", '^"^%PATH^%^"', "'%PATH%'"),
        ('say "x"', "'say \"x\"'", '^"say \\^"x\\^"^"', "'say \\\"x\\\"'"),
        ("a b\\", "'a b\\'", '"a b\\\\"', "'a b\\'"),
        ("two\nlines", "'two\nlines'", '"two lines"', "'two\nlines'"),
        (f"a{NBSP}b", "$'a\\U000000a0b'", f'"a{NBSP}b"', '"a$([char]::ConvertFromUtf32(0xa0))b"'),
        (f"{OVERRIDE}$", "$'\\U0000202e$'", f'"{OVERRIDE}$"',
         '"$([char]::ConvertFromUtf32(0x202e))`$"'),
    ],
)  # fmt: skip
def test_a_word(word, posix, cmd, powershell):
    assert quoted([word], "posix") == posix
    assert quoted([word], "cmd") == cmd
    assert quoted([word], "powershell") == powershell


@pytest.mark.parametrize("shell", ["posix", "cmd", "powershell"])
def test_a_command_is_its_words_with_blanks_between(shell):
    words = ["ketasched", "move", "alex", "5", "thu 14:00", "--reason", "O'Neil"]
    assert quoted(words, shell) == " ".join(quoted([word], shell) for word in words)
    assert "&&" not in quoted(words, shell)


WORDS = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12), min_size=1)


@given(WORDS)
@example(["a\\\\", 'b"c\\"d', "%x%", "^", "a b%"])
@example(['"'])
def test_cmd_and_a_program_of_windows_read_the_same_words(words):
    assert taken_apart(unescaped(quoted(words, "cmd"))) == words


def unescaped(line):
    """What cmd hands on: a caret outside of quotes makes the next sign plain."""
    out, quotes, signs = "", False, iter(line)
    for sign in signs:
        if sign == "^" and not quotes:
            out += next(signs)
            continue
        quotes ^= sign == '"'
        assert quotes or sign not in "&|<>()", line
        assert sign != "%", line
        out += sign
    return out


def taken_apart(line):
    """As CommandLineToArgvW does."""
    words, word, quotes, place = [], None, False, 0
    while place < len(line):
        slashes = len(line) - place - len(line[place:].lstrip("\\"))
        place += slashes
        following = line[place : place + 1]
        if slashes:
            word = (word or "") + "\\" * (slashes // 2 if following == '"' else slashes)
        if following == '"' and slashes % 2:
            word += '"'
        elif following == '"':
            quotes, word = not quotes, word or ""
        elif following == " " and not quotes:
            words, word = words + [word] * (word is not None), None
        elif following:
            word = (word or "") + following
        place += 1
    return words + [word] * (word is not None)


@given(WORDS)
@example(["a'b", "\u2019", "$x", "`", "$(1)", '"', "a,b", "@x", "-a.b"])
def test_powershell_reads_the_same_words(words):
    assert read_by_powershell(quoted(words, "powershell")) == words


PART = re.compile(
    r"'((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)'"
    r'|"((?:[^"`$]|`.|\$\([^)]*\))*)"|([A-Za-z0-9_.:/\\=-]+)'
)


def read_by_powershell(line):
    """Words in single quotes, in double quotes, or of signs that mean nothing else there."""
    words, place = [], 0
    while place < len(line):
        part = PART.match(line, place)
        assert part, line[place:]
        single, double, bare = part.groups()
        if single is not None:
            words.append(re.sub(r"(['\u2018-\u201b])\1", r"\1", single))
        elif double is not None:
            text = re.sub(
                r"\$\(\[char\]::ConvertFromUtf32\(0x(\w+)\)\)",
                lambda match: chr(int(match[1], 16)),
                double,
            )
            words.append(re.sub("`(.)", r"\1", text))
        else:
            words.append(bare)
        words[-1] = re.sub(r'(\\*)\1\\"', r'\1"', words[-1])  # as a program's start does
        place = part.end() + 1
    return words


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_bash_reads_the_same_words(words):
    script = f"printf '%s\\0' {quoted(words, 'posix')}"
    out = subprocess.run(["bash", "-c", script], check=True, capture_output=True).stdout
    assert out.decode().split("\0")[:-1] == (words or [""])


test_bash_reads_the_same_words = pytest.mark.slow(test_bash_reads_the_same_words)

WINDOWS = r"C:\Program Files\WindowsPowerShell\Modules;C:\WINDOWS\system32\WindowsPowerShell\v1.0"
HOME = {"USERPROFILE": r"C:\Users\mia"}


@pytest.mark.parametrize(
    ("environment", "windows", "shell"),
    [
        ({}, False, "posix"),
        ({"SHELL": "/bin/zsh"}, False, "posix"),
        ({"PSModulePath": "/opt/microsoft/powershell/7/Modules"}, False, "powershell"),
        ({}, True, "cmd"),
        ({"PSModulePath": WINDOWS, "PROMPT": "$P$G", **HOME}, True, "cmd"),
        ({"PSModulePath": rf"c:\users\Mia\Documents\PowerShell\Modules;{WINDOWS}", **HOME}, True,
         "powershell"),
        ({"PSModulePath": rf"D:\Home\Documents\PowerShell\Modules;{WINDOWS}"}, True, "powershell"),
        ({"PSModulePath": WINDOWS, "MSYSTEM": "MINGW64", **HOME}, True, "posix"),
        ({"SHELL": "/usr/bin/bash"}, True, "posix"),
    ],
)  # fmt: skip
def test_the_shell_in_use(environment, windows, shell):
    assert shell_in_use(environment, windows=windows) == shell


def test_advice_is_quoted_for_the_shell_in_use(ketasched, monkeypatch):
    refused = ["plan", "iv", "--start", "2027-01-03", "--name", "O'Neil", "--ics", "a b.ics"]
    assert "--name 'O'\"'\"'Neil' --ics 'a b.ics'" in ketasched(*refused).err
    monkeypatch.setenv("PSModulePath", "/opt/microsoft/powershell/7/Modules")
    assert "--name 'O''Neil' --ics 'a b.ics'" in ketasched(*refused).err
