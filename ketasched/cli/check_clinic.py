"""``ketasched check CLINIC``: that a clinic's file is sound, or a year of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.cli.result import Result
from ketasched.domain.signs import printable
from ketasched.shell import paste

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ketasched.domain.clinic import Clinic
    from ketasched.domain.house import House
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.files.protocols.protocol_file import WrittenProtocol


def checked_clinic(clinic: ClinicFile, path: str, year: int) -> Result:
    """That a clinic's file is sound, or a year of it; 0 is none.

    Raises:
        FileTrouble, FileProblems: the protocols it names are not.
    """
    from ketasched.asking.surroundings import clinic_of, protocols_beside

    own: list[WrittenProtocol] = []
    if clinic.defaults.protocols:
        from ketasched.files.protocols import protocol_file

        own = protocol_file.load_written(protocols_beside(clinic))
    if clinic.house:
        _check_house(clinic, clinic.house, own)
    open_hours = clinic_of(clinic)
    notes = list(_without_nine(clinic, open_hours))
    if not year:
        command = paste(["ketasched", "check", path, "--year", "2027"])
        return Result(
            lambda: f"{printable(clinic.file)}: clinic, no problems: {clinic.name}\n",
            hint=f"To see what was understood: {command}",
            notes=[*notes, *holidays_left_out(clinic)],
        )

    def table() -> str:
        from ketasched.cli.terminal.year import clinic_year

        return clinic_year(clinic, open_hours, year)

    def html() -> str:
        from ketasched.cli.pages.year_page import year_page

        return year_page(clinic, open_hours, year)

    return Result(table, html=html, notes=notes)


def _check_house(clinic: ClinicFile, house: House, own: Sequence[WrittenProtocol]) -> None:
    from ketasched.asking import house_faults, library

    house_faults.refuse_impossible_steps(house, own)
    if clinic.takes:
        known = library.load("") | {written.protocol.id: written.protocol for written in own}
        others = {takes.subject for takes in clinic.takes} - known.keys()
        known |= house_faults.of_their_own_files(others, clinic)
        house_faults.refuse_unknown_takes(clinic, known)


def _without_nine(file: ClinicFile, clinic: Clinic) -> Iterator[str]:
    """That sessions never start at the usual time, where the file names no other."""
    from ketasched.domain.wording import clock_text
    from ketasched.planning.start_times import NINE

    fits = any(clinic.fits(weekday, NINE, 1) for weekday in range(7))
    if file.defaults.start_time is None and not fits:
        nine = clock_text(NINE)
        yield (
            f"note: nothing can start at {nine} on any weekday: a session without --at starts at "
            f"the first later time at which it fits, else at the last before {nine}; "
            "`start_time` under `defaults` names one for all"
        )


def holidays_left_out(clinic: ClinicFile) -> Iterator[str]:
    """That a nationwide list of holidays is not all that parts of the country have."""
    from datetime import date

    from ketasched import clock, public_holidays

    year = clock.now().year
    if clinic.holidays and public_holidays.left_out(
        clinic.holidays, date(year, 1, 1), date(year, 12, 31)
    ):
        yield (
            f"note: the holidays of {clinic.holidays} leave out those that only parts of it have: "
            "--year shows which; `subdivision` names a part"
        )
