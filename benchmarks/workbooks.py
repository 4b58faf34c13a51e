"""Workbooks of 1,000 courses, beside openpyxl writing as many cells by itself.

python benchmarks/workbooks.py [RUNS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from folder_of_records import TOOL, fill, versions

SIZE = 1000
FLOOR = """
import datetime, sys
import openpyxl
from openpyxl.cell import WriteOnlyCell
book = openpyxl.Workbook(write_only=True)
when = {datetime.date: "ddd d mmm yyyy", datetime.time: "hh:mm"}
row = [datetime.date(2027, 1, 4), datetime.time(9), datetime.time(11), "Ana · Appointment 1 of 6",
       "confirmed", None, "Please allow 2 h.\\nArrange a ride home", "UTC-06:00"]
for number in range(int(sys.argv[1])):
    sheet = book.create_sheet(f"p{number:04}")
    sheet.freeze_panes = "A2"
    for _ in range(int(sys.argv[2])):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell, value in zip(cells, row):
            cell.number_format = when.get(type(value), "General")
        sheet.append(cells)
book.save(sys.argv[3])
"""


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as temporary:
        (environment,) = versions().values()
        folder, floor = Path(temporary, "records"), Path(temporary, "floor.py")
        fill(folder, SIZE, environment)
        floor.write_text(FLOOR, "utf-8")
        book = str(Path(temporary, "book.xlsx"))
        rows = _rows(folder) // SIZE
        commands = {
            "openpyxl by itself": [sys.executable, str(floor), str(SIZE), str(rows), book],
            "status, JSON": [*TOOL, "status", str(folder), "--format", "json"],
        }
        for command in ("export", "status"):
            arguments = [command, str(folder), "--output", book, "--force"]
            commands[f"{command}, workbook"] = [*TOOL, *arguments]
        print(f"{SIZE} courses of {rows} entries on average, processor seconds (reach 10 s)")
        times: dict[str, float] = {}
        for name, command in commands.items():
            times[name] = min(_processor_seconds(command, environment) for _ in range(runs))
            ratio = times[name] / times["openpyxl by itself"]
            print(f"  {name:<24}{times[name]:6.2f} s   / openpyxl = {ratio:.2f}")


def _processor_seconds(command: list[str], environment: dict[str, str]) -> float:
    """What a command takes where nobody else is at the machine; others make the clock run on."""
    before = os.times()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def _rows(folder: Path) -> int:
    """How many entries the records of a folder have."""
    return sum(path.read_text("utf-8").count('"start": "') for path in folder.iterdir())


if __name__ == "__main__":
    main()
