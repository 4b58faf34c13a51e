"""The days and times in a workbook that `ketasched export` wrote, as Excel has them."""

import sys

import openpyxl

for sheet in openpyxl.load_workbook(sys.argv[1]):
    for day, start, end, title, status, *_ in sheet.iter_rows(min_row=2, values_only=True):
        print(f"{day:%a %d %b %Y} {start:%H:%M}-{end:%H:%M}  {status:9}  {title}")
