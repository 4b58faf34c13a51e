"""What a patient is handed: what is on it, what never is, what changed, and what a record keeps."""

import html
import json
import os
import re
import sys
from pathlib import Path

import pytest
from conftest import BUILT_IN
from helpers import be_at, files_in, record_of

from ketasched.calendar.paper import Paper, Told, changes, handed, last_that_differs

IV = ("plan", "iv", "--start", "2027-01-04", "--at", "09:30", "--tz", "America/Chicago")
CLINIC = """\
version: 1
name: {name}
address: 12 Shore Road
phone: "{phone}"
timezone: America/Chicago
"""
INTERNAL = (
    "ketasched", "infusion", "injection", "nasal", "induction", "maintenance", "no place",
    "an example", "window", "earliest", "target", "protocol", "--", "moved by hand",
)  # fmt: skip
"""What no patient is handed, whatever the protocol."""


def words(page):
    """What a reader sees of a page, in one line."""
    body = page.partition("</style>")[2]
    text = html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(text.split()).replace(" ,", ",")


def section(page, name):
    """What a reader sees of the part of a page that an id heads; empty if it has none."""
    part = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    return words(f"</style>{part[0]}") if part else ""


@pytest.fixture
def at(ketasched, monkeypatch):
    def run(moment, *arguments):
        be_at(monkeypatch, moment, "America/Chicago")
        outcome = ketasched(*arguments)
        assert outcome.code == 0, outcome.err
        return outcome

    return run


@pytest.fixture
def page(at):
    """The page that is printed at a moment, which notes nothing."""
    return lambda moment, *options: at(moment, "status", "alex", "--format", "html", *options).out


# What is on it


def test_a_handout_answers_when_and_what_to_do(ketasched):
    Path("clinic.yaml").write_text(CLINIC.format(name="Lakeside Clinic", phone="312 555"), "utf-8")
    out = ketasched(*IV, "--clinic", "clinic.yaml", "--name", "Ana", "--format", "html").out
    said = words(out)
    assert "<title>Your appointments · Ana</title>" in out
    assert "Lakeside Clinic · 12 Shore Road · 312 555" in said
    assert section(out, "next").startswith(
        "Your next appointment Monday, December 28, 9:30–10:15 AM"
    )
    assert (
        "Monday, January 4, 2027 9:30–11:30 AM Appointment 1 of 6 No food after 3:30 AM Clear "
        "drinks are allowed until 7:30 AM Arrange a ride home No driving until Tue, Jan 5, "
        "after a restful sleep Thursday, January 7 9:30–11:30 AM Appointment 2 of 6"
    ) in said
    assert "Early assessment" in said
    assert "Please call 312 555." in said
    assert out.count('class="tick"') == 10
    assert said.count("December 2026 Sun Mon Tue Wed Thu Fri Sat 1 2 3 4 5 6") == 1
    assert 'lang="en-US"' in out or 'lang="en"' in out


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", sorted(BUILT_IN))
@pytest.mark.parametrize("form", ["html", "month"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_nothing_internal_is_on_it(ketasched, name, form, lang):
    Path("clinic.yaml").write_text(CLINIC.format(name="Ketamine House", phone="1"), "utf-8")
    options = ("--clinic", "clinic.yaml", "--away", "2027-01-12", "--until", "2027-06-01")
    outcome = ketasched("plan", name, "-s", "2027-01-04", *options, "--lang", lang, "-f", form)
    if outcome.code == 2:  # nothing of it is open-ended
        outcome = ketasched(
            "plan", name, "-s", "2027-01-04", *options[:4], "--lang", lang, "-f", form
        )
    assert outcome.code == 0, outcome.err
    out = outcome.out.partition("</style>")[2] or outcome.out
    protocol = BUILT_IN[name]
    for word in (*INTERNAL, protocol.drug, protocol.label, protocol.title, "Ketamine House"):
        assert not word or word.casefold() not in out.casefold(), word


def test_it_makes_sense_of_what_is_past_missed_off_and_not_fixed(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--until", "2027-04-30")
    at("2027-01-05T09:00", "done", "alex", "1")
    at("2027-01-08T09:00", "miss", "alex", "2")
    at("2027-01-08T09:00", "cancel", "alex", "4")
    out = page("2027-01-08T09:00")
    assert section(out, "next").startswith("Your next appointment Monday, January 11, 9:30")
    said = section(out, "list")
    assert (
        "✓ took place Monday, January 4, 2027 9:30–11:30 AM Appointment 1 of 6 Thursday, January 7"
    ) in said
    assert said.count("✓") == 1
    assert "Appointment 2 of 6 did not take place" in said
    assert "Appointment 4 of 6 called off" in said
    assert "Appointment 7 not fixed yet No food after" in said
    assert "December 2026" not in section(out, "months")
    assert words(page("2028-01-01T09:00")).count("No appointment is to come.") == 1


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Appointment 7 in place of appointment 3"),
        ("es", "Cita 7 en lugar de la cita 3"),
        ("de", "Termin 7 anstelle von Termin 3"),
        ("fr", "Rendez-vous 7 à la place du rendez-vous 3"),
    ],
)
def test_a_make_up_whose_number_is_past_the_total_says_what_it_is_for(at, page, lang, said):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--ics", "a.ics", "--lang", lang)
    at("2026-12-02T09:00", "cancel", "alex", "3", "--then", "squeeze")
    assert said in section(page("2026-12-02T09:00"), "list")
    assert said.partition("7 ")[2] not in Path("a.ics").read_text("utf-8")
    at("2026-12-02T09:00", "undo", "alex")
    assert said not in words(page("2026-12-02T09:00"))


def test_each_way_a_day_looks_in_the_months_is_another_and_is_explained(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--until", "2027-04-30")

    def legend():
        out = page("2027-01-12T20:00")
        looks = re.findall(r'<span class="day ([a-z ]+)">', out.partition('"legend"')[0])
        (text,) = re.findall(r'<ul class="legend".*?</ul>', out, re.DOTALL)
        explained = re.findall(r'<span class="day ([a-z ]+)">8?</span> ([^<]*)', text)
        return set(looks), explained

    fresh = [("session", "Appointment"), ("visit", "Other appointment")]
    open_ = ("session tentative", "not fixed yet")
    assert legend()[1] == [*fresh, open_]  # what nobody marked is not taken to have been kept
    for step in ("done 1", "miss 2", "cancel 5"):
        command, number = step.split()
        at("2027-01-12T20:00", command, "alex", number)
    looks, explained = legend()
    took = ("session past done", "took place")
    assert explained == [*fresh, open_, took, ("closed", "did not take place, called off")]
    assert {look for look, _ in explained} | {"session past", "visit tentative"} == looks


def test_a_month_grid_is_right_after_a_change(at):
    at("2026-12-01T09:00", *IV, "--save", "alex")
    at("2026-12-01T09:00", "move", "alex", "2", "2027-01-08 10:00")
    out = at("2026-12-01T09:00", "status", "alex", "--format", "month").out
    assert "Appointment 2 of 6: Friday, January 8, 10:00\N{NO-BREAK SPACE}AM–12:00" in out
    assert "January 7" not in out


def test_a_french_month_has_its_no_break_spaces_and_capitals(at):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--lang", "fr", "--clock", "24")
    at("2027-01-05T09:00", "done", "alex", "1")
    out = at("2027-01-05T09:00", "status", "alex", "--format", "month").out
    assert "Rendez-vous 5 sur 6\N{NO-BREAK SPACE}: lundi 18 janvier, 09:30" in out
    assert re.search("^ *Janvier 2027$", out, re.MULTILINE)


# What changed

CHANGES = [
    (("move", "2", "2027-01-08"), "Appointment 2 of 6: Fri, Jan 8, 9:30–11:30 AM (was Thu, Jan 7)"),
    (
        ("move", "2", "2027-01-07 13:00"),
        "Appointment 2 of 6: Thu, Jan 7, 1:00–3:00 PM (was 9:30–11:30 AM)",
    ),
    (
        ("move", "2", "2027-01-08 10:00"),
        "Appointment 2 of 6: Fri, Jan 8, 10:00 AM–12:00 PM (was Thu, Jan 7, 9:30–11:30 AM)",
    ),
    (("cancel", "5"), "Called off: Appointment 5 of 6, Mon, Jan 18, 9:30–11:30 AM"),
    (("cancel", "a4"), "Called off: Early assessment, Fri, Jan 15, 11:30 AM–12:00 PM"),
    (("cancel", "6", "--then", "append"), "Appointment 7: Mon, Jan 25, 9:30–11:30 AM (new)"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_changed_since_paper_is_said_in_plain_words(at, page, change, said):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--html", "alex.html")
    assert section(Path("alex.html").read_text("utf-8"), "changed") == ""
    at("2026-12-02T09:00", change[0], "alex", *change[1:])
    for out in (page("2026-12-02T09:00"), Path("alex.html").read_text("utf-8")):
        assert section(out, "changed").startswith("What changed since Tue, Dec 1, 2026 ")
        assert said in section(out, "changed")
    at("2026-12-03T09:00", "undo", "alex")
    undone = section(page("2026-12-03T09:00"), "changed")
    assert undone == ""


def test_the_same_printed_again_says_the_same_and_the_next_change_alone_is_new(at):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--format", "html", "-o", "0.html")
    at("2026-12-02T09:00", "move", "alex", "2", "2027-01-08")
    for file in ("1.html", "2.html"):
        at("2026-12-02T09:00", "status", "alex", "--format", "html", "-o", file)
    assert Path("1.html").read_bytes() == Path("2.html").read_bytes()
    assert "Appointment 2" in section(Path("2.html").read_text("utf-8"), "changed")
    at("2026-12-03T09:00", "cancel", "alex", "5")
    at("2026-12-04T09:00", "status", "alex", "--format", "html", "-o", "3.html")
    changed = section(Path("3.html").read_text("utf-8"), "changed")
    assert "Appointment 5" in changed
    assert "Appointment 2" not in changed
    assert "Wed, Dec 2, 2026" in changed
    assert len(record_of()["handed_out"]) == 2


def test_undo_takes_back_nothing_that_paper_says(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex")
    at("2026-12-02T09:00", "cancel", "alex", "6", "--then", "append")
    at("2026-12-02T09:00", "status", "alex", "--format", "html", "-o", "a.html")
    papers = record_of()["handed_out"]
    at("2026-12-03T09:00", "undo", "alex")
    assert record_of()["handed_out"] == papers
    out = page("2026-12-03T09:00")
    changed = section(out, "changed")
    assert "Appointment 7 called off" in section(out, "list")
    assert "Called off: Appointment 7, Mon, Jan 25" in changed
    assert "Appointment 6 of 6: Thu, Jan 21, 9:30–11:30 AM (takes place after all)" in changed


def test_what_is_past_on_paper_and_now_is_no_news(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--html", "alex.html")
    at("2027-01-05T09:00", "done", "alex", "1")
    at("2027-01-08T09:00", "miss", "alex", "2")
    assert section(page("2027-01-08T09:00"), "changed") == ""


def told(uid, day, status="planned"):
    from datetime import datetime

    return Told(uid, 1, "", datetime(2027, 1, day, 9, 30), 60, status)


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (None, told("a", 4), "new"),
        (None, told("a", 4, "cancelled"), None),
        (told("a", 4), told("a", 4), None),
        (told("a", 4), told("a", 5), "moved"),
        (told("a", 4), told("a", 4)._replace(minutes=90), "moved"),
        (told("a", 4), told("a", 4, "cancelled"), "off"),
        (told("a", 4), told("a", 4, "missed"), "off"),
        (told("a", 4), None, "off"),
        (told("a", 4, "cancelled"), None, None),
        (told("a", 4, "cancelled"), told("a", 5, "missed"), None),
        (told("a", 4, "cancelled"), told("a", 5), "on"),
        (told("a", 4, "tentative"), told("a", 4), "fixed"),
        (told("a", 4), told("a", 4, "tentative"), "open"),
    ],
)
def test_how_an_appointment_differs_from_paper(before, now, kind):
    found = changes([now] if now else [], [before] if before else [])
    assert [change.kind for change in found.values()] == ([kind] if kind else [])


def test_two_papers_that_differ_are_known():
    from datetime import UTC, datetime

    papers = ()
    days = [4, 4, 5, 5, 6, 5]
    seen = []
    for day in days:
        now = (told("a", day),)
        last = last_that_differs(now, papers)
        seen.append(last.told[0].start.day if last else None)
        papers = handed(papers, now, datetime(2027, 1, 1, tzinfo=UTC))
        assert last_that_differs(now, papers) == last
        assert len(papers) <= 2
    assert seen == [None, None, 4, 4, 5, 6]
    assert all(isinstance(paper, Paper) for paper in papers)


# What the record keeps, and the page that follows it


def test_a_page_that_is_printed_notes_nothing(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex")
    before = files_in()
    page("2026-12-01T09:00")
    at("2026-12-01T09:00", "status", "alex", "--format", "html", "-o", "-")
    at("2026-12-01T09:00", "status", "alex", "--format", "month", "-o", "month.txt")
    at("2026-12-01T09:00", "status", "alex", "--format", "html", "--for", "staff", "-o", "s.html")
    assert {name: data for name, data in files_in().items() if name in before} == before


def test_a_page_follows_every_kind_of_change(at):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--html", "alex.html", "--ics", "alex.ics")
    now = Path("alex.html").read_text("utf-8")
    acts = [
        ("2026-12-01T09:00", "move", "alex", "2", "2027-01-08"),
        ("2026-12-01T09:00", "cancel", "alex", "5"),
        ("2026-12-01T09:00", "undo", "alex"),
        ("2026-12-01T09:00", "adjust", "alex", "--at", "13:00"),
        ("2026-12-01T09:00", "close-day", "2027-01-14", "."),
        ("2027-01-05T09:00", "done", "alex", "1"),
        ("2027-01-09T09:00", "miss", "alex", "2"),
        ("2027-01-26T09:00", "extend", "alex", "--sessions", "2"),
    ]
    for act in acts:
        at(*act)
        before, now = now, Path("alex.html").read_text("utf-8")
        assert now == at(act[0], "status", "alex", "--format", "html").out, act
        assert section(now, "list") != section(before, "list"), act
    (page,) = [file for file in record_of()["calendars"] if file.get("page")]
    assert page["path"] == "alex.html"
    assert "page" not in record_of()["calendars"][0]
    assert at("2027-01-26T09:00", "check", ".").code == 0


def test_a_page_that_somebody_altered_stops_a_change_and_one_that_is_gone_does_not(at, ketasched):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--html", "alex.html")
    Path("alex.html").unlink()
    at("2026-12-01T09:00", "move", "alex", "2", "2027-01-08")
    Path("alex.html").write_text("mine", "utf-8")
    before = files_in()
    outcome = ketasched("move", "alex", "3", "2027-01-12")
    assert outcome.code == 1
    anew = "ketasched status alex --format html -o alex.html --force"
    assert anew in outcome.err
    assert files_in() == before
    looked = at("2026-12-01T09:00", "status", "alex").out
    assert anew in " ".join(looked.split())
    assert "alex.html is not what was written" in ketasched("check", ".").out
    at("2026-12-01T09:00", *anew.split()[1:])
    at("2026-12-01T09:00", "move", "alex", "3", "2027-01-12")
    assert "January 12" in words(Path("alex.html").read_text("utf-8"))


def test_all_files_are_written_or_none(ketasched):
    Path("alex.html").mkdir()
    for html_file, code in (("alex.html", 1), ("nowhere/a.html", 1), ("a.txt", 2), ("a.ics", 2)):
        outcome = ketasched(*IV, "--save", "alex", "--ics", "b.ics", "--html", html_file)
        assert outcome.code == code, html_file
        assert files_in() == {}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder nobody may write")
def test_in_a_read_only_folder_the_page_is_written_and_the_record_says_nothing(at):
    Path("records").mkdir()
    at("2026-12-01T09:00", *IV, "--save", "records/alex")
    Path("records").chmod(0o500)
    try:
        outcome = at(
            "2026-12-01T09:00", "status", "records/alex", "--format", "html", "-o", "a.html"
        )
    finally:
        Path("records").chmod(0o700)
    assert "the record does not know" in outcome.err
    assert Path("a.html").exists()


def test_a_record_that_cannot_be_written_is_told_and_the_page_is_there(at, monkeypatch):
    from ketasched.records import write

    at("2026-12-01T09:00", *IV, "--save", "alex")
    before = Path("alex.course.json").read_bytes()
    real = write.place_files

    def full(_files):
        monkeypatch.setattr(write, "place_files", real)
        raise write.FileTrouble("cannot write alex.course.json: no space left on device")

    monkeypatch.setattr(write, "place_files", full)
    outcome = at("2026-12-01T09:00", "status", "alex", "--format", "html", "-o", "a.html")
    assert "the record does not know that this was handed out: cannot write" in outcome.err
    assert Path("alex.course.json").read_bytes() == before
    assert "Your appointments" in Path("a.html").read_text("utf-8")


@pytest.mark.parametrize("handed_before", [False, True])
@pytest.mark.parametrize(("changes", "code"), [(1, 0), (3, 0), (9, 1)])
def test_a_page_whose_record_is_changed_meanwhile_is_made_anew(
    at, ketasched, monkeypatch, handed_before, changes, code
):
    """Each time the page is made, somebody moves session 2 between an hour and another."""
    from ketasched.cli.pages import handout as pages

    at("2026-12-01T09:00", *IV, "--save", "alex")
    if handed_before:
        at("2026-12-01T09:00", "status", "alex", "-o", "0.html")
    make, made = pages.handout_page, []

    def page(shown):
        made.append(make(shown))
        if len(made) <= changes:
            at("2026-12-02T09:00", "move", "alex", "2", f"2027-01-08 {10 + len(made) % 2}:00")
        return made[-1]

    monkeypatch.setattr(pages, "handout_page", page)
    be_at(monkeypatch, "2026-12-02T09:00", "America/Chicago")
    outcome = ketasched("status", "alex", "--format", "html", "-o", "a.html")
    assert outcome.code == code
    if code:
        assert "was changed by somebody else meanwhile: moved session 2 to " in outcome.err
        assert not Path("a.html").exists()
        assert len(record_of().get("handed_out", ())) == handed_before
        return
    assert outcome.err == "wrote a.html\n"
    shown = Path("a.html").read_text("utf-8")
    assert f"Friday, January 8 {'11:00 AM' if changes % 2 else '10:00 AM'}" in words(shown)
    handed = record_of()["handed_out"][-1]["appointments"]
    stands = [session["start"] for session in record_of()["sessions"]]
    assert [told["start"] for told in handed if told["number"]] == stands


def test_a_record_without_papers_says_nothing_of_them(at):
    at("2026-12-01T09:00", *IV, "--save", "alex")
    assert "handed_out" not in record_of()


# The feed


def test_a_feed_is_a_picture_and_text(ketasched):
    address = "https://calendars.example.org/feeds/a1.ics?x=1&y=2"
    out = ketasched(*IV, "--format", "html", "--feed-url", address).out
    assert section(out, "feed").endswith(address)
    assert re.search(r'<svg [^>]*width="\d+"', out)
    assert "&y=2" not in out.replace("&amp;y=2", "")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://me:secret@host/a.ics", "could read the login"),
        ("https://me@host/a.ics", "could read the login"),
        ("javascript:alert(1)", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("alex.ics", "is no web address"),
        ("https:///a.ics", "is no web address"),
        ("https://host:x/a.ics", "is no address"),
        ("https://[::1/a.ics", "is no address"),
        ("https://host/a b.ics", "write %20"),
        (f"https://host/{'a' * 600}", "longer than 500"),
        ("https://host/\u202egro", "control character"),
        (" ", "is empty"),
    ],
)
def test_an_address_that_is_none_is_refused(ketasched, address, said):
    outcome = ketasched(*IV, "--format", "html", "--feed-url", address)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""


def test_an_address_that_gives_the_treatment_away_is_left_out_and_staff_are_told(ketasched, at):
    address = ("--feed-url", "https://ketaminehouse.example.org/a.ics")
    at("2026-12-01T09:00", *IV, "--save", "alex")
    for command in (IV, ("status", "alex")):
        outcome = ketasched(*command, "--format", "html", *address)
        assert "ketaminehouse" not in outcome.out
        assert section(outcome.out, "feed") == ""
        assert f"the page leaves out {address[1]}: it gives the treatment away" in outcome.err


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Ketamine {{ 7*7 }}", False),
        ("Sesión de ketamina", False),
        ("Your infusion", False),
        ("Treatment with Dr Lee", True),
    ],
)
def test_a_title_that_gives_the_treatment_away_is_left_off_and_staff_are_told(
    at, page, title, shown
):
    saved = at(
        "2026-12-01T09:00", *IV, "--title", title, "--save", "alex",
        "--html", "a.html", "--ics", "a.ics", "--format", "html", "-o", "b.html",
    )  # fmt: skip
    at("2026-12-02T09:00", "move", "alex", "2", "2027-01-08")
    at("2026-12-02T09:00", "cancel", "alex", "5")
    status = at("2026-12-02T09:00", "status", "alex", "--format", "month")
    told = f"the page leaves out {title}: it gives the treatment away"
    for outcome in (saved, status):
        assert (told in outcome.err) is not shown
    files = [Path(name).read_text("utf-8") for name in ("a.html", "b.html")]
    for out in (*files, status.out, page("2026-12-02T09:00")):
        assert (title in out) is shown
        assert ("Appointment 3 of 6" in (words(out) or out)) is not shown
    assert title in Path("a.ics").read_text("utf-8").replace("\r\n ", "")


def test_a_course_keeps_its_address(at, page):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--feed-url", "webcal://host/a.ics")
    assert "webcal://host/a.ics" in page("2026-12-01T09:00")
    other = page("2026-12-01T09:00", "--feed-url", "https://host/b.ics")
    assert "webcal://" not in other
    assert "https://host/b.ics" in other


# Bad input

NAMES = [
    "<script>alert(1)</script>",
    'A & B "quoted" \'s',
    "</title><h1>x</h1>",
    "{{ language }} {% include 'x' %}",
    "💉 Ana 🌻",
    "علي بن محمد",
    "x" * 500,
]


@pytest.mark.parametrize("name", NAMES)
def test_words_of_users_never_become_markup(ketasched, name):
    clinic = json.dumps(name, ensure_ascii=False)
    Path("clinic.yaml").write_text(
        CLINIC.format(name="x", phone="1").replace("name: x", f"name: {clinic}"), "utf-8"
    )
    plain = ketasched(*IV, "--format", "html").out
    options = ("--clinic", "clinic.yaml", "--name", name, "--title", name, "--location", name)
    out = ketasched(*IV, *options, "--format", "html").out
    assert name in words(out)
    tags = re.compile(r"</?(script|title|h1)\b")
    assert sorted(tags.findall(out)) == sorted(tags.findall(plain))
    assert html.escape(name) in out.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def test_what_steers_is_refused_and_from_a_file_it_is_harmless(ketasched, at):
    for name in ("a\x1b[2Jb", "a\u202eb"):
        assert ketasched(*IV, "--name", name, "--format", "html").code == 2
    at("2026-12-01T09:00", *IV, "--name", "Ana", "--save", "alex")
    path = Path("alex.course.json")
    path.write_text(
        path.read_text("utf-8").replace('"name": "Ana"', '"name": "A\\u202ena"'), "utf-8"
    )
    for form in ("html", "month"):
        out = ketasched("status", "alex", "--format", form).out
        assert "\u202e" not in out
        assert "\x1b" not in out


def test_a_page_of_a_thousand_sessions(ketasched):
    Path("p.yaml").write_text(
        """\
version: 1
protocols:
  - id: long
    title: A long course
    label: Course
    version: 1
    drug: x
    route: y
    use: z
    steps: [{name: visit, length: 30 min}]
    phases:
      - name: all
        cadence: 5 per week
        sessions: 1000
        window: {early: 0 days, late: 1 day}
        gap: {min: 1 day, max: 7 days}
        pause: 0 weeks
    sources: [{fact: all, source: ours, grade: convention}]
""",
        "utf-8",
    )
    outcome = ketasched("plan", "long", "--protocols", "p.yaml", "-s", "2027-01-04", "-f", "html")
    assert outcome.code == 0, outcome.err
    assert outcome.out.count('class="tick"') == 1000
    assert "Appointment 1000 of 1000" in words(outcome.out)
    assert len(outcome.out) < 2 * 1024 * 1024


# Pages for staff, and what cannot go together


def test_staff_see_windows_reasons_and_what_to_look_at(at):
    at("2026-12-01T09:00", *IV, "--save", "alex", "--closed", "2027-01-18")
    out = at("2027-01-06T09:00", "status", "alex", "--format", "html", "--for", "staff").out
    said = words(out)
    assert "IV ketamine, six infusions in three weeks" in said
    assert "Mon 18 Jan 2027 Sun 17 Jan 2027 to Thu 21 Jan 2027 1 day" in said
    assert "To look at" in said
    history = words(
        at("2027-01-06T09:00", "status", "alex", "--history", "-o", "-", "-f", "html").out
    )
    assert "planned" in history
    deviations = words(at("2027-01-06T09:00", "status", ".", "--deviations", "-f", "html").out)
    assert "Totals: 6 sessions" in deviations
    calls = words(at("2027-01-06T09:00", "status", ".", "--calls", "-f", "html").out)
    assert "to ring up" in calls
    assert "0 of 6" in words(at("2027-01-06T09:00", "status", ".", "-f", "html").out)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--for", "staff"), "speaks of a page"),
        (("--feed-url", "https://h/a.ics"), "speaks of a page"),
        (("--format", "month", "--for", "staff"), "patient of one course"),
        (("--format", "month", "--history"), "patient of one course"),
        (("--format", "html", "--calls", "--for", "patient"), "this one is for staff"),
        (("--format", "html", "--for", "staff", "--lang", "es"), "this one is for staff"),
        (("--format", "htlm"), "did you mean `html`"),
    ],
)
def test_what_cannot_go_together_is_refused(at, ketasched, options, said):
    at("2026-12-01T09:00", *IV, "--save", "alex")
    outcome = ketasched("status", "alex", *options)
    assert outcome.code == 2
    assert said in outcome.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--feed-url", "https://h/a.ics"), "add --format html"),
        (("--html", "a.pdf"), "ends in .html"),
        (("--html", "a.html", "--ics", "./a.html"), "name the same file"),
        (("--html", "a.html", "-o", "a.html"), "named for something else"),
    ],
)
def test_plan_refuses_what_would_be_lost(ketasched, options, said):
    outcome = ketasched(*IV, *options)
    assert outcome.code == 2
    assert said in outcome.err
    assert files_in() == {}


def test_a_page_without_a_record_is_written_and_not_replaced(ketasched):
    assert ketasched(*IV, "--html", "a.html", "--ics", "a.ics").code == 0
    assert {*files_in()} == {"a.html", "a.ics"}
    outcome = ketasched(*IV, "--html", "a.html")
    assert outcome.code == 1
    assert "--force" in outcome.err
    assert ketasched(*IV, "--html", "a.html", "--force").code == 0


def test_a_patients_page_needs_no_table_library():
    from test_startup import modules

    loaded = modules((*IV, "--format", "html"))
    assert "jinja2" in loaded
    assert not loaded & {"rich", "babel", "ics", "segno"}
    assert sys.modules
