"""The world outside: files in the way, full disks, closed pipes, Ctrl-C. Nothing on disk changes."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import run_process
from helpers import ended, in_child


def folder():
    return sorted(path.name for path in Path().iterdir())


IV = ("plan", "iv", "--start", "2027-01-04")


def refused(outcome, *words):
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.count("error:") == 1
    for word in words:
        assert word in outcome.err


def test_an_existing_file_is_kept(ketasched):
    Path("one.ics").write_text("mine")
    refused(ketasched(*IV, "--ics", "one.ics"), "one.ics exists already", "--force")
    assert Path("one.ics").read_text() == "mine"
    assert folder() == ["one.ics"]


def test_force_replaces_a_file_and_keeps_its_permissions(ketasched):
    Path("one.ics").write_text("mine")
    Path("one.ics").chmod(0o640)
    assert ketasched(*IV, "--ics", "one.ics", "--force").code == 0
    assert Path("one.ics").read_text().startswith("BEGIN:VCALENDAR")
    assert Path("one.ics").stat().st_mode & 0o777 == 0o640
    assert folder() == ["one.ics"]


def test_force_follows_a_link(ketasched):
    Path("real").mkdir()
    Path("real/one.ics").write_text("mine")
    Path("one.ics").symlink_to("real/one.ics")
    assert ketasched(*IV, "--ics", "one.ics", "--force").code == 0
    assert Path("one.ics").is_symlink()
    assert Path("real/one.ics").read_text().startswith("BEGIN:VCALENDAR")


def test_a_new_file_has_the_usual_permissions(ketasched):
    mask = os.umask(0o027)
    try:
        assert ketasched(*IV, "--ics", "one.ics").code == 0
    finally:
        os.umask(mask)
    assert Path("one.ics").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".", ("is a folder", "add the name of a file")),
        (
            "no/such/folder/one.ics",
            ("cannot write", "no such file or directory", "make the folder no/such/folder first"),
        ),
        ("/proc/one.ics", ("/proc/one.ics is not a plain file", "use - for standard output")),
        ("a" * 300 + ".ics", ("cannot write",)),
        ("nul\0byte.ics", ("is no name for a file",)),
    ],
)
def test_places_that_take_no_file(ketasched, path, words):
    refused(ketasched(*IV, "--name", "x", "--ics", path), *words)
    assert folder() == []


@pytest.mark.parametrize("device", ["/dev/null", "/dev/stdout"])
def test_a_device_is_not_replaced(ketasched, device):
    before = os.lstat(device)
    assert ketasched(*IV, "--name", "x", "--ics", device, "--force").code == 1
    assert os.lstat(device).st_mode == before.st_mode


def test_a_read_only_place(ketasched, monkeypatch):
    before = os.open

    def read_only(path, flags, *more, **named):
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return before(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", read_only)
    refused(ketasched(*IV, "--ics", "one.ics"), "cannot write one.ics: read-only file system")


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_full_disk(ketasched, monkeypatch, force):
    if force:
        Path("one.ics").write_text("mine")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    refused(
        ketasched(*IV, "--ics", "one.ics", *force), "no space left on device", "nothing was changed"
    )
    assert folder() == (["one.ics"] if force else [])
    if force:
        assert Path("one.ics").read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_kept(ketasched, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: Path("one.ics").write_text("theirs"))
    outcome = ketasched(*IV, "--ics", "one.ics")
    assert outcome.code == 1
    assert "one.ics exists already" in outcome.err
    assert Path("one.ics").read_text() == "theirs"
    assert folder() == ["one.ics"]


def run_into(descriptor, *arguments):
    """Run with a standard output of ours, `list` and the help as programs of their own, the others in a forked
    process, which is faster; the exit code and what stands on standard error.
    """
    if arguments in (("list",), ("--help",)):
        outcome = run_process(*arguments, stdout=descriptor, stderr=subprocess.PIPE)
        return outcome.returncode, outcome.stderr.decode()
    pid, said = in_child(list(arguments), lambda: os.dup2(descriptor, 1))
    code = ended(pid)
    text = said.read_text()
    said.unlink()
    return code, text


def run_into_a_closed_pipe(*arguments):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run_into(writer, *arguments)
    finally:
        os.close(writer)


def test_no_file_comes_about_when_the_table_cannot_be_printed():
    assert run_into_a_closed_pipe(*IV, "--ics", "one.ics") == (1, "")
    assert folder() == []


@pytest.mark.parametrize("arguments", [("list",), IV, ("--help",)])
def test_no_standard_output_at_all(arguments):
    command = [sys.executable, "-m", "ketasched", *arguments]
    outcome = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=False
    )
    assert outcome.returncode in (0, 1)
    assert b"mistake" not in outcome.stderr
    assert b"Traceback" not in outcome.stderr


def test_a_file_name_that_cannot_be_decoded_needs_a_name(ketasched):
    name = os.fsdecode(b"caf\xe9.ics")
    outcome = ketasched(*IV, "--ics", name)
    assert outcome.code == 2
    assert "not valid" in outcome.err
    assert ketasched(*IV, "--ics", name, "--name", "x").code == 0
    assert len(folder()) == 1


def test_a_file_system_without_hard_links(ketasched, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert ketasched(*IV, "--ics", "one.ics").code == 0
    assert Path("one.ics").read_text().startswith("BEGIN:VCALENDAR")
    assert folder() == ["one.ics"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments", [("list",), (*IV, "--ics", "-", "--name", "x"), (*IV, "-f", "json")]
)
def test_standard_output_on_a_full_disk(arguments):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        code, said = run_into(full.fileno(), *arguments)
    assert code == 1
    assert said == "error: cannot write to standard output: no space left on device\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        (*IV, "--ics", "-", "--name", "x"),
        ("plan", "zzz", "-s", "x", "-f", "json"),
        ("--help",),
    ],
)
def test_a_closed_pipe(arguments):
    assert run_into_a_closed_pipe(*arguments) == (1, "")


def test_a_closed_standard_error_does_not_hide_the_exit_code():
    outcome = run_process(
        "plan", "zzz", "-s", "x", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert outcome.returncode == 2


def started(*arguments):
    """The command line as a program of its own that Ctrl-C reaches, whoever started the tests."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen([sys.executable, "-m", "ketasched", *arguments], **pipes)
    finally:
        signal.signal(signal.SIGINT, inherited)


def test_ctrl_c_leaves_nothing_behind():
    process = started(*IV, "--busy", "-", "--ics", "one.ics")
    # More than a pipe holds has gone down it: the program is reading, and waits for the rest.
    process.stdin.write(b"\r\n" * 500_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == (b"", b"interrupted\n")
    assert folder() == []
