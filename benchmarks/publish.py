"""Publishing a course of 24 sessions beside raw `caldav` puts, and a folder of a hundred courses.

All in one process and one run, on a Radicale of this machine; the two alternate, and the medians
are compared. Whether a folder is linear is told by how many entries changed.

    python benchmarks/publish.py [ROUNDS]
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import caldav

from ketasched import clock
from ketasched.cli import app
from ketasched.publishing.our_entries import file_name
from ketasched.records.open import open_record
from ketasched.records.told_calendars import calendar_of, view_for

USER, WORD = "bench", "bench-word"
COURSE = ["spravato", "--start", "2027-01-04", "--until", "2027-08-15", "--tz", "America/Chicago"]
WITHOUT = ["consultation", "assessment", "check-in"]
COURSES = 100
CHANGED = (10, 20, 40)


def main() -> None:
    """Measure and print the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ["SOURCE_DATE_EPOCH"] = "1797786000"  # 20 December 2026
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        Path("login").write_text(f"{USER}\n{WORD}\n")
        Path("login").chmod(0o600)
        port = _free_port()
        server = _radicale(port)
        try:
            _one_course(port, rounds)
            _many_courses(port)
        finally:
            server.terminate()
            server.wait()


def ketasched(*words: str) -> bytes:
    """Run the command line in this process; what it printed."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = app.run(list(words))
    if code:
        raise SystemExit(f"ketasched {' '.join(words)}: exit {code}")
    return out.buffer.getvalue()


def _one_course(port: int, rounds: int) -> None:
    leave = [word for kind in WITHOUT for word in ("--without", kind)]
    ketasched("plan", *COURSE, *leave, "--save", "alex")
    opened = open_record("alex", clock.now())
    view = view_for(opened.task, "patient")
    calendar = calendar_of(opened.task, opened.record.course, opened.record.told, view)
    resources = {file_name(uid): calendar.resource(uid) for uid in calendar.entries}
    times: dict[str, list[float]] = {"raw": [], "publish": [], "unchanged": []}
    for number in range(rounds):
        raw = _calendar(port, f"raw{number}")
        begun = time.perf_counter()
        client = caldav.DAVClient(raw, username=USER, password=WORD, enable_rfc6764=False,
                                  require_tls=False)  # fmt: skip
        for name, data in resources.items():
            client.put(f"{raw}{name}", data, {"Content-Type": "text/calendar; charset=utf-8"})
        times["raw"].append(time.perf_counter() - begun)
        ours = _calendar(port, f"ours{number}")
        for kind in ("publish", "unchanged"):
            begun = time.perf_counter()
            ketasched("publish", "alex", "--to", ours, "--login", "login")
            times[kind].append(time.perf_counter() - begun)
    medians = {kind: median(seconds) for kind, seconds in times.items()}
    print(f"a course of {len(resources)} sessions, medians of {rounds} rounds")
    for kind, seconds in medians.items():
        print(f"  {kind:<10}{seconds * 1000:7.0f} ms{seconds / medians['raw']:7.2f} x raw puts")


def _many_courses(port: int) -> None:
    Path("records").mkdir()
    for number in range(COURSES):
        ketasched("plan", "iv", "--start", "2027-01-04", "--tz", "America/Chicago",
                  "--save", f"records/p{number:03}")  # fmt: skip
    address = _calendar(port, "many")
    run = ["publish", "records", "--to", address, "--login", "login"]
    spent = {}
    begun = time.perf_counter()
    ketasched(*run)
    spent["all, for the first time"] = time.perf_counter() - begun
    begun = time.perf_counter()
    ketasched(*run)
    idle = time.perf_counter() - begun
    spent["nothing"] = idle
    for changed in CHANGED:
        for number in range(changed):
            ketasched("move", f"records/p{number:03}", "2", "2027-01-08")
        begun = time.perf_counter()
        ketasched(*run)
        spent[f"{changed} courses"] = time.perf_counter() - begun
        for number in range(changed):
            ketasched("undo", f"records/p{number:03}")
        ketasched(*run)
    print(f"a folder of {COURSES} courses, by what changed")
    for what, seconds in spent.items():
        print(f"  {what:<26}{seconds:6.2f} s")
    for changed in CHANGED:
        each = (spent[f"{changed} courses"] - idle) / changed
        print(f"  beyond nothing, for each of {changed}: {each * 1000:.0f} ms")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _radicale(port: int) -> subprocess.Popen[bytes]:
    Path("users").write_text(f"{USER}:{WORD}\n")
    Path("config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = users\n"
        "htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = store\n"
        "[logging]\nlevel = error\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "radicale", "--config", "config"], stderr=subprocess.DEVNULL
    )
    for _ in range(400):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        time.sleep(0.05)
    raise SystemExit("radicale did not start")


def _calendar(port: int, name: str) -> str:
    """The address of a new calendar."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    token = base64.b64encode(f"{USER}:{WORD}".encode()).decode()
    connection.request("MKCALENDAR", f"/{USER}/{name}/", "", {"Authorization": f"Basic {token}"})
    answer = connection.getresponse()
    if answer.status != 201:
        raise SystemExit(f"no calendar: {answer.status}")
    answer.read()
    connection.close()
    return f"http://127.0.0.1:{port}/{USER}/{name}/"


if __name__ == "__main__":
    main()
