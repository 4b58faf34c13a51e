"""The newest zone rules on the machine, and what a zone does every year."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import tzdata

from ketasched import zone
from ketasched.errors import UsageProblem

PACKAGE = Path(tzdata.__file__).parent / "zoneinfo"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A system with zone files of its own: Vancouver as it was before 2026, still changing clocks."""

    def make(version, marker="tzdata.zi"):
        folder = tmp_path / version
        (folder / "America").mkdir(parents=True)
        text = f"# version {version}\n" if marker == "tzdata.zi" else f"{version}\n"
        (folder / marker).write_text(text)
        shutil.copy(PACKAGE / "America" / "Los_Angeles", folder / "America" / "Vancouver")
        monkeypatch.setattr(zone.zoneinfo, "TZPATH", (str(folder),))

    return make


DECEMBER = datetime(2026, 12, 15, 9, 0)


def hours(name, moment=DECEMBER):
    return moment.replace(tzinfo=zone.load(name).tzinfo).utcoffset() / timedelta(hours=1)


@pytest.mark.parametrize("marker", ["tzdata.zi", "+VERSION"])
def test_stale_system_files_do_not_win(system, marker):
    system("2025b", marker)
    assert hours("America/Vancouver") == -7


def test_newer_system_files_win(system):
    system("2199a")
    assert hours("America/Vancouver") == -8
    assert zone.load("America/Vancouver").version == "2199a"


def test_a_system_that_calls_its_release_unknown_does_not_win(system):
    system("unknown")
    assert hours("America/Vancouver") == -7


def test_a_name_that_newer_files_gave_up_is_still_found(system):
    system("2199a")
    assert zone.load("US/Central").version == tzdata.IANA_VERSION


def test_system_files_of_unknown_age_do_not_win(system, tmp_path):
    system("2199a")
    (tmp_path / "2199a" / "tzdata.zi").unlink()
    assert hours("America/Vancouver") == -7


@pytest.mark.parametrize(
    ("name", "moment", "offset"),
    [
        ("America/Vancouver", DECEMBER, -7),
        ("America/Edmonton", DECEMBER, -6),
        ("America/Mexico_City", datetime(2027, 7, 1, 9), -6),
        ("Europe/Kyiv", datetime(2027, 7, 1, 9), 3),
        ("Australia/Lord_Howe", datetime(2027, 7, 1, 9), 10.5),
        ("America/Chicago", DECEMBER, -6),
    ],
)
def test_offsets_that_old_files_have_wrong(name, moment, offset):
    assert hours(name, moment) == offset


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Chicago", "did you mean `America/Chicago`?"),
        ("new york", "did you mean `America/New_York`?"),
        ("america/chicago", "did you mean `America/Chicago`?"),
        ("Amercia/Chicago", "did you mean `America/Chicago`?"),
        ("CST", "write the name of a city's zone, such as America/Chicago"),
        ("../zones", "write the name"),
        ("America/../America/Chicago", "did you mean `America/Chicago`?"),
        ("/etc/passwd", ""),
        ("America", ""),
        ("", "write the name"),
        ("America/Chicago\0", ""),
    ],
)
def test_unknown_zones(name, hint):
    with pytest.raises(UsageProblem, match="unknown time zone") as caught:
        zone.load(name)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "rule",
    [
        "EET-2EEST,M4.5.5/0,M10.5.4/24",  # Cairo: at 24:00
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",  # Nuuk: the evening before
        "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",  # Chatham: not at a full hour
        "IST-2IDT,M3.4.4/26,M10.5.0",  # Jerusalem: the Friday before a Sunday
        "XXX3YYY,J60,J300",
        "nonsense",
        "",
    ],
)
def test_rules_that_cannot_be_written(rule):
    assert zone.read_posix(rule) is None


def test_daylight_is_what_is_further_east():
    dublin = zone.read_posix("IST-1GMT0,M10.5.0,M3.5.0/1")
    assert (dublin.standard.name, dublin.daylight.name) == ("GMT", "IST")
    assert dublin.offset_at(datetime(2027, 7, 1)) == timedelta(hours=1)
    assert dublin.offset_at(datetime(2027, 1, 1)) == timedelta(0)


def test_the_yearly_rule_says_what_the_zone_does():
    wrong = []
    for name in zone.names():
        found = zone.load(name)
        if found.yearly is None:
            continue
        for day in range(0, 730, 5):
            moment = datetime(2037, 1, 1, 9) + timedelta(days=day)
            if found.yearly.offset_at(moment) != moment.replace(tzinfo=found.tzinfo).utcoffset():
                wrong.append(name)
                break
    # Far ahead every zone follows its rule, but for those whose files list years one by one.
    assert set(wrong) <= {"Africa/Casablanca", "Africa/El_Aaiun"}


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A system whose folder of zone files holds what Debian's does."""
    names = ["Europe/Berlin", "right/Europe/Berlin", "posix/Europe/Berlin", "posix/right/UTC"]
    for name in (*names, "localtime", "posixrules", "Factory", "UTC"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / "Europe" / "Berlin", path)
    (tmp_path / "tzdata.zi").write_text("# version 2199a\n")
    monkeypatch.setattr(zone.zoneinfo, "TZPATH", (str(tmp_path),))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("right/Europe/Berlin", "did you mean `Europe/Berlin`?"),
        ("right/UTC", "did you mean `UTC`?"),
        ("posix/right/UTC", "did you mean `UTC`?"),
        ("localtime", "such as America/Chicago"),
        ("posixrules", "such as America/Chicago"),
        ("Factory", "such as America/Chicago"),
        ("right", "such as America/Chicago"),
        ("posix", "such as America/Chicago"),
        ("tzdata.zi", "such as America/Chicago"),
        ("leapseconds", "such as America/Chicago"),
        ("zone.tab", "such as America/Chicago"),
        ("../Europe/Berlin", ""),
        ("/usr/share/zoneinfo/Europe/Berlin", ""),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("EUROPE/BERLIN", "did you mean `Europe/Berlin`?"),
        ("posix/europe/berlin", "did you mean `Europe/Berlin`?"),
        ("america/new_york", "did you mean `America/New_York`?"),
        ("America/new york", "did you mean `America/New_York`?"),
        ("us/central", "did you mean `US/Central`?"),
        ("utc", "did you mean `UTC`?"),
        ("gmt", "did you mean `GMT`?"),
    ],
)
@pytest.mark.usefixtures("debian")
def test_names_in_the_zone_folder_that_are_no_zones(name, hint):
    with pytest.raises(UsageProblem, match=re.escape(f"unknown time zone `{name}`".replace("`posix/", "`"))) as caught:  # fmt: skip
        zone.load(name)
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["posix/Europe/Berlin", "Europe/Berlin"])
@pytest.mark.usefixtures("debian")
def test_a_copy_of_a_zone_has_its_real_name(name):
    found = zone.load(name)
    assert (found.name, found.tzinfo.key, found.version) == (
        "Europe/Berlin",
        "Europe/Berlin",
        "2199a",
    )


def test_no_name_that_is_offered_is_no_zone():
    offered = zone.names()
    assert "Factory" not in offered
    assert not {"localtime", "posixrules"} & {*offered}
    assert "Europe/Berlin" in offered
