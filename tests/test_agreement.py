"""`check NAME|FOLDER --ics … --server …`: what was sent agrees with the records, or it is told where
it does not.
"""

import json
import pickle
import re
import shutil
from pathlib import Path

import pytest
from helpers import once
from servers import PASSWORD, USER, Misbehaving, Radicale

SAVED, CHANGED, LATER = "2026-12-20", "2026-12-21", "2026-12-22"
FROM = ("--from", "Lakeside <desk@example.org>")
FIXTURES = Path(__file__).parent / "fixtures"
PLACES = ("ics", "feed", "server", "fhir", "outbox")


@pytest.fixture(scope="module")
def _calendar_in_memory():
    server = Misbehaving()
    yield server
    server.stop()


@pytest.fixture
def server(_calendar_in_memory, monkeypatch, tmp_path):
    """A calendar on a server, empty."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    _calendar_in_memory.entries.clear()
    _calendar_in_memory.fault = lambda *_: None
    return _calendar_in_memory


@pytest.fixture
def tell(at, server):
    """Send what the records say to every place."""

    def run(moment, name="alex", audience="patient"):
        who = ("--for", audience)
        at(moment, "export", name, *who, "--ics", f"{name}.{audience}.ics", "--force")
        at(moment, "feed", ".", "--to", "feeds")
        at(moment, "publish", name, "--to", server.address, *who)
        at(moment, "export", name, *who, "-o", f"{name}.json", "--format", "fhir", "--force")
        if audience == "free-busy":
            return
        to = f"{name}@example.org" if audience == "patient" else f"{name}.desk@example.org"
        at(moment, "invite", name, "--to", to, *FROM, *who, "--out", "outbox")

    return run


@pytest.fixture
def check(at, server):
    """The differences that are found, each as record, handle or UID, where and what."""
    where = {
        "ics": ("--ics", "alex.patient.ics"),
        "feed": ("--feed", "feeds"),
        "server": ("--server", server.address),
        "fhir": ("--fhir", "alex.json"),
        "outbox": ("--outbox", "outbox"),
    }

    def run(*places, name="alex", code=None, moment=LATER):
        options = [word for place in places for word in where.get(place, (place,))]
        found = at(moment, "check", name, *options, "--format", "json", code=code or 0)
        return json.loads(found.out)["differences"]

    return run


def whats(differences):
    return [(each["what"], each["ours"], each["theirs"]) for each in differences]


def uid_in(path, number):
    """The UID of a session of a calendar, by its title."""
    blocks = re.findall(r"BEGIN:VEVENT.*?END:VEVENT", Path(path).read_text("utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if f"{number} of 6" in block]
    return re.search(r"UID:(\S+)", block)[1]


def test_a_course_that_changed_agrees_once_it_is_sent_and_not_before(save_course, at, tell, check):
    save_course("alex", "iv", "09:00")
    tell(SAVED)
    assert check(*PLACES) == []
    at(CHANGED, "move", "alex", "3", "12 jan 2027 10:00")
    at(CHANGED, "move", "alex", "3", "12 jan 2027 11:00")
    at(CHANGED, "cancel", "alex", "4", "--then", "keep")
    for place in PLACES:
        found = whats(check(place, code=1))
        assert ("start", "2027-01-12T11:00:00-06:00", "2027-01-11T09:00:00-06:00") in found
        states = ("cancelled", "planned") if place == "fhir" else ("CANCELLED", "CONFIRMED")
        assert ("state", *states) in found
        assert ("sequence", 2, 0) in found
    tell(LATER)
    assert check(*PLACES) == []
    outcome = at(LATER, "check", "alex", "--ics", "alex.patient.ics", "--outbox", "outbox")
    assert outcome.out == "alex: 1 record, 10 entries; 2 places say the same of them.\n"


def test_an_address_that_is_given_up_is_told_enough(save_course, tell, check, at):
    save_course("alex", "iv", "09:00")
    tell(SAVED)
    wrong = ("--to", "typo@example.org", "--out", "outbox")
    at(CHANGED, "invite", "alex", *FROM, *wrong)
    at(CHANGED, "invite", "alex", *wrong, "--remove")
    assert check("outbox") == []
    Path(next(Path("outbox").glob("alex.3.*.cancel.typo*"))).unlink()
    assert {each["what"] for each in check("outbox", code=1)} >= {"state"}


def test_a_place_is_judged_as_its_reader_sees_it(save_course, tell, check, at):
    save_course("alex", "spravato", "09:00")
    for audience in ("staff", "free-busy", "patient"):
        tell(SAVED, audience=audience)
        assert check("server", "fhir", "outbox", "--ics", f"alex.{audience}.ics") == []
    head, first, *_ = Path("alex.staff.ics").read_bytes().decode().split("BEGIN:VEVENT")
    Path("one.ics").write_text(f"{head}BEGIN:VEVENT{first}END:VCALENDAR", "utf-8")
    assert {each["what"] for each in check("--ics", "one.ics", code=1)} == {"missing"}
    at(CHANGED, "cancel", "alex", "1", "--then", "keep")
    for audience in ("staff", "free-busy", "patient"):
        at(
            LATER,
            "export",
            "alex",
            "--for",
            audience,
            "-o",
            "alex.json",
            "--format",
            "fhir",
            "--force",
        )
        assert check("fhir") == []
    assert {each["what"] for each in check("--ics", "alex.staff.ics", code=1)} >= {
        "state",
        "sequence",
    }


def test_without_a_place_a_record_is_compared_with_what_it_knows(at, save_course, ketasched):
    save_course("alex", "iv", "09:00", "--ics", "own.ics")
    assert at(SAVED, "check", "alex").out.endswith("; 1 place says the same of them.\n")
    assert at(SAVED, "check", "alex.course.json").out.endswith("; 1 place says the same of them.\n")
    at(SAVED, "feed", ".", "--to", "feeds")
    assert at(SAVED, "check", "alex").out.endswith("; 3 places say the same of them.\n")
    save_course("bo", "iv", "11:00")
    (Path("alone")).mkdir()
    Path("bo.course.json").rename("alone/bo.course.json")
    outcome = ketasched("check", "alone/bo")
    assert outcome.code == 2
    assert "has no calendar beside it" in outcome.err


def test_a_record_of_an_earlier_version_has_the_same_uids_for_all(at, check, server):
    shutil.copy(FIXTURES / "version-1.course.json", "alex.course.json")
    at(SAVED, "cancel", "alex", "5", "--then", "keep")
    for audience in ("staff", "patient"):
        at(LATER, "export", "alex", "--for", audience, "--ics", f"{audience}.ics")
        assert check("--ics", f"{audience}.ics") == []
        at(LATER, "publish", "alex", "--to", server.address, "--for", audience)
        assert check("server") == []


# Faults planted in each place


def changed(pattern, new):
    return lambda block: [re.sub(pattern, new, block)]


EVENT_FAULTS = {
    "start": (changed(r"(DTSTART;.*T)09", r"\g<1>08"), [("start", 9, 8)]),
    "end": (changed(r"(DTEND;.*T)11", r"\g<1>12"), [("end", 11, 12)]),
    "no time": (changed(r"DTSTART;.*", "DTSTART:soon"), [("start", 9, None)]),
    "state": (changed("STATUS:CONFIRMED", "STATUS:TENTATIVE"), [("state", "CONFIRMED", "TENTATIVE")]),
    "cancelled": (changed("STATUS:CONFIRMED", "STATUS:CANCELLED"), [("state", "CONFIRMED", "CANCELLED")]),
    "behind": (changed("SEQUENCE:1", "SEQUENCE:0"), [("sequence", 1, 0)]),
    "ahead": (changed("SEQUENCE:1", "SEQUENCE:2"), [("sequence", 1, 2)]),
    "negative": (changed("SEQUENCE:1", "SEQUENCE:-5"), [("sequence", 1, -5)]),
    "no number": (changed("SEQUENCE:1", "SEQUENCE:one"), [("sequence", 1, None)]),
    "missing": (lambda _: [], [("missing", 9, None)]),
    "twice": (lambda block: [block, block], [("twice", 1, 2)]),
    "extra": (lambda block: [block, re.sub("UID:[^@]*", "UID:0-0-0", block)], [("extra", None, 9)]),
}  # fmt: skip


def in_text(text, uid, fault):
    (block,) = re.findall(rf"BEGIN:VEVENT\r?\nUID:{uid}.*?END:VEVENT\r?\n", text, re.DOTALL)
    changed = fault(block)
    assert changed != [block]
    return text.replace(block, "".join(changed))


def in_file(path, uid, fault):
    path.write_bytes(in_text(path.read_bytes().decode(), uid, fault).encode())


def in_calendar(_server, uid, fault):
    in_file(Path("alex.patient.ics"), uid, fault)


def in_feed(_server, uid, fault):
    (path,) = [path for path in Path("feeds").glob("*.ics") if not path.name.startswith("staff")]
    in_file(path, uid, fault)


def on_server(server, uid, fault):
    name = f"{uid.partition('@')[0]}.ics"
    text = server.entries.pop(name)[1].decode()
    (block,) = re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", text, re.DOTALL)
    for number, changed in enumerate(fault(block)):
        data = text.replace(block, changed).encode()
        server.put(f"{number}.ics" if number else name, data)


def in_messages(_server, uid, fault):
    """In the last of the messages of an entry."""
    texts = {path: path.read_bytes().decode() for path in Path("outbox").glob("*.eml")}
    path = max((path for path, text in texts.items() if f"UID:{uid}" in text), key=str)
    (block,) = re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r?\n", texts[path], re.DOTALL)
    blocks = fault(block)
    if not blocks:
        for other, text in texts.items():
            if f"UID:{uid}" in text:
                other.unlink()
    for number, changed in enumerate(blocks):
        copy = path.with_name(f"{number}.eml") if number else path
        copy.write_bytes(texts[path].replace(block, changed).encode())


@pytest.fixture
@once
def _sent_files(save_course, at, tell, server):
    save_course("alex", "iv", "09:00")
    at(SAVED, "move", "alex", "2", "8 jan 2027")
    tell(SAVED)
    Path("server").write_bytes(pickle.dumps(server.entries))


@pytest.fixture
def sent(_sent_files, server):
    """A course of which session 2 was moved to another day, sent to every place: its UID."""
    server.entries.update(pickle.loads(Path("server").read_bytes()))
    return uid_in("alex.patient.ics", 2)


EVENT_PLACES = {"ics": in_calendar, "feed": in_feed, "server": on_server, "outbox": in_messages}


@pytest.mark.parametrize("fault", EVENT_FAULTS)
@pytest.mark.parametrize("place", EVENT_PLACES)
def test_a_fault_in_a_place_is_found(sent, server, check, place, fault):
    change, found = EVENT_FAULTS[fault]
    EVENT_PLACES[place](server, sent, change)
    if (place, fault) == ("server", "extra"):
        assert check(place) == []  # it may be that of somebody in another folder
        assert whats(check(place, name=".", code=1)) == [
            ("extra", None, "2027-01-08T15:00:00+00:00")
        ]
        return
    if (place, fault) == ("outbox", "twice"):
        assert check(place) == []  # a message that is sent again says the same
        return
    if place == "outbox" and fault in ("behind", "negative", "no number"):
        return  # of two messages of the same entry the later counts
    differences = check(place, code=1)
    assert [
        (each["what"], *map(hour, (each["ours"], each["theirs"]))) for each in differences
    ] == found
    assert all(each["where"] for each in differences)
    if fault == "state":
        assert check(*(other for other in PLACES if other != place)) == []


def hour(value):
    """The hour of an instant in Chicago, or another value as it is."""
    if not isinstance(value, str) or "T" not in value[8:12]:
        return value
    return int(value[11:13]) - (6 if value.endswith("+00:00") else 0)


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("SEQUENCE:0", "SEQUENCE:-5", "sequence"),
        ("SEQUENCE:0", "SEQUENCE:none", "sequence"),
        ("METHOD:REQUEST", "METHOD:CANCEL", "unreadable"),
    ],
)
def test_a_message_that_was_edited_is_found(check, old, new, what):
    path = next(Path("outbox").glob("alex.1.0.request.*"))
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    assert [each["what"] for each in check("outbox", code=1)] == [what]


FHIR_FAULTS = {
    "start": (lambda own: [own | {"start": own["start"].replace("T09", "T08")}], [("start", 9, 8)]),
    "end": (lambda own: [own | {"end": own["end"].replace("T11", "T12")}], [("end", 11, 12)]),
    "state": (lambda own: [own | {"status": "noshow"}], [("state", "planned", "missed")]),
    "no state": (lambda own: [own | {"status": "unheard-of"}], [("state", "CONFIRMED", None)]),
    "no sequence": (lambda own: [own | {"extension": []}], [("sequence", 1, None)]),
    "missing": (lambda _: [], [("missing", 9, None)]),
    "twice": (lambda own: [own, own], [("twice", 1, 2)]),
    "extra": (
        lambda own: [own, own | {"identifier": [{"value": "0@appointments.invalid"}]}],
        [("extra", None, 9)],
    ),
}


@pytest.mark.parametrize("fault", FHIR_FAULTS)
def test_a_fault_in_a_bundle_is_found(sent, check, fault):
    change, found = FHIR_FAULTS[fault]
    bundle = json.loads(Path("alex.json").read_text("utf-8"))
    entries = []
    for entry in bundle["entry"]:
        own = entry["resource"]
        hit = own["resourceType"] == "Appointment" and own["identifier"][0]["value"] == sent
        entries += [{"resource": each} for each in (change(own) if hit else [own])]
    Path("alex.json").write_text(json.dumps(bundle | {"entry": entries}), "utf-8")
    differences = check("fhir", code=1)
    assert [
        (each["what"], *map(hour, (each["ours"], each["theirs"]))) for each in differences
    ] == found


# Places as a whole


def cut(path):
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: len(data) // 2])


WHOLE = [
    ("ics", lambda: cut("alex.patient.ics"), "it is damaged: it does not end as a calendar does"),
    ("ics", lambda: Path("alex.patient.ics").write_text("Dear Alex"), "it is no calendar"),
    ("ics", lambda: Path("alex.patient.ics").unlink(), "it is missing"),
    ("feed", lambda: [path.unlink() for path in Path("feeds").iterdir()], "it is missing"),
    ("feed", lambda: Path("feeds").rename("elsewhere"), "it is missing"),
    ("fhir", lambda: cut("alex.json"), "is no JSON, and so no FHIR bundle"),
    ("fhir", lambda: Path("alex.json").unlink(), "no such file or directory"),
    ("outbox", lambda: Path("outbox/x.eml").write_text("Dear Alex"), "x.eml is no message with an appointment"),
    ("outbox", lambda: Path("outbox").rename("elsewhere"), "is not a folder"),
]  # fmt: skip


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("place", "harm", "why"), WHOLE)
def test_a_place_that_cannot_be_read_says_so(check, at, place, harm, why):
    harm()
    differences = check(place, code=1)
    assert {each["what"] for each in differences} == {"unreadable"}
    assert why in differences[0]["theirs"]
    page = at(LATER, "check", "alex", "--ics", "alex.patient.ics", "--feed", "feeds",
              "--fhir", "alex.json", "--outbox", "outbox", code=1)  # fmt: skip
    assert f"It cannot be compared: {differences[0]['theirs']}.\n" in page.out


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("folder", "why"), [("nofeed", "it is missing"), ("alex.json", "it is not a folder")]
)
def test_what_is_no_folder_of_feeds_is_called_so(check, folder, why):
    assert [each["theirs"] for each in check("--feed", folder, code=1)] == [why]


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("seconds", "shown"), [("00.000", ""), ("07", ":07"), ("00.250", ":00.25")]
)
def test_seconds_are_shown_where_they_are_the_difference(at, seconds, shown):
    text = Path("alex.json").read_text("utf-8")
    text = re.sub(r'("start": "[^"]+T\d\d:\d\d):00', rf"\1:{seconds}", text)
    Path("alex.json").write_text(text, "utf-8")
    page = at(LATER, "check", "alex", "--fhir", "alex.json", code=1 if shown else 0).out
    assert bool(shown) == ("starts" in page)
    assert f":00{shown}\n" in page or not shown


def test_the_places_of_another_course_are_told(save_course, tell, check, server, at):
    for name, hour_ in (("bo", "13:00"), ("alex", "09:00")):
        save_course(name, "iv", hour_)
    tell(SAVED, "bo")
    own = {"ics": "bo.patient.ics", "server": server.address, "fhir": "bo.json"}
    for place, where in own.items():
        found = check(f"--{place}", where, code=1)
        assert [(each["record"], each["what"]) for each in found] == [("alex", "entries")]
        assert (found[0]["ours"], found[0]["theirs"]) == (10, 0)
        page = at(LATER, "check", "alex", f"--{place}", where, code=1).out
        assert (
            page
            == f"{where}\nIt has none of alex, and should have 10 entries: is it of another course?\n"
        )
        assert check(f"--{place}", where, name=".") == []
    assert [each["what"] for each in check("outbox", code=1)] == ["entries"]
    tell(SAVED, "alex")
    for name in ("alex", "bo", "."):
        assert (
            check(
                "server", "--fhir", f"{name.replace('.', 'bo')}.json", "feed", "outbox", name=name
            )
            == []
        )


def test_a_server_that_cannot_be_reached_is_told_beside_the_others(sent, server, check, at):
    in_calendar(server, sent, EVENT_FAULTS["state"][0])
    server.fault = lambda *_: 503
    differences = check("ics", "server", code=4)
    assert [each["what"] for each in differences] == ["state", "unreadable"]
    outcome = at(LATER, "check", "alex", "--server", server.address, code=4)
    assert "error: 127.0.0.1" in outcome.err
    assert "help: check again later\n" in outcome.err


def test_what_need_not_be_there_is_not_missed(save_course, at, tell, check, server):
    save_course("alex", "iv", "09:00")
    at(SAVED, "cancel", "alex", "2", "--then", "keep")
    tell(SAVED)  # what is off is not mailed anew
    at(SAVED, "export", "alex", "--drop-cancelled", "--ics", "alex.patient.ics", "--force")
    assert check(*PLACES) == []
    name = next(iter(server.entries))
    del server.entries[name]
    (missing,) = check("server", code=1)
    assert missing["what"] == "missing"
    at(CHANGED, "publish", "alex", "--to", server.address, "--accept")
    tell("2026-12-21T10:00")
    assert check(*PLACES) == []


def test_a_table_for_people(sent, server, at, monkeypatch):
    in_calendar(server, sent, EVENT_FAULTS["start"][0])
    outcome = at(LATER, "check", "alex", "--ics", "alex.patient.ics", code=1)
    assert outcome.out == (
        "alex.patient.ics\n"
        "Record  #  What    Ours                  Theirs\n"
        "alex    2  starts  Fri 8 Jan 2027 09:00  Fri 8 Jan 2027 08:00\n"
    )
    assert outcome.err == (
        "error: 1 difference in 1 record, 10 entries, 1 place\n"
        "help: what brings it in step: `export`\n"
    )
    monkeypatch.setenv("COLUMNS", "40")
    assert at(LATER, "check", "alex", "--ics", "alex.patient.ics", code=1).out == (
        "alex.patient.ics\n2 alex starts: Fri 8 Jan 2027 09:00 →\n  Fri 8 Jan 2027 08:00\n"
    )


REFUSED = [
    (("check", "alex", "--login", "x"), "--login is for --server"),
    (("check", "alex", "--ics", "a.ics", "--year", "2027"), "--year is of a clinic's file"),
    (("check", "nobody", "--ics", "a.ics"), "there is no record nobody.course.json"),
    (("check", "empty", "--ics", "a.ics"), "there is no record in empty"),
    (("check", "alex", "--server", "nowhere"), "nowhere"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_cannot_be_compared_is_refused(save_course, ketasched, arguments, said):
    save_course("alex", "iv", "09:00")
    Path("empty").mkdir()
    outcome = ketasched(*arguments)
    assert outcome.code in {1, 2}
    assert said in outcome.err
    assert outcome.out == ""


@pytest.fixture
def radicale(tmp_path, monkeypatch):
    """An empty calendar on a real server, with the login that `publish` finds."""
    (tmp_path / "radicale").mkdir()
    server = Radicale(tmp_path / "radicale")
    calendar = server.calendar("clinic")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    Path("login").write_text(f"{USER}\n{PASSWORD}\n")
    Path("login").chmod(0o600)
    yield calendar
    server.stop()


def test_a_real_server_agrees_until_somebody_changes_it(save_course, at, radicale):
    save_course("alex", "iv", "09:00")
    to = ("--login", "login")
    at(SAVED, "publish", "alex", "--to", radicale.address, *to)
    check = ("check", "alex", "--server", radicale.address, *to, "--format", "json")
    assert json.loads(at(LATER, *check).out)["differences"] == []
    day = "DTSTART;TZID=America/Chicago:2027"
    moved, gone, *_ = (name for name, text in radicale.texts().items() if day in text)
    radicale.edit(moved, (day, "DTSTART;TZID=America/Chicago:2028"))
    radicale.delete(gone)
    found = json.loads(at(LATER, *check, code=1).out)["differences"]
    assert {(each["uid"].partition("@")[0], each["what"]) for each in found} == {
        (moved.removesuffix(".ics"), "start"),
        (gone.removesuffix(".ics"), "missing"),
    }
    assert at(LATER, "check", "alex", "--server", radicale.address, code=4).err.startswith(
        "error: "
    )
