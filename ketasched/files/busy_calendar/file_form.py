"""What kind of file a calendar comes in: its bytes as text, or the name of what it is instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from ketasched.errors import FileTrouble
from ketasched.reading.file_text import name_of, read_bytes

MAX_BYTES = 64 * 1024 * 1024

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARK = _UTF8_MARK.decode("latin-1")
_RETURNS = re.compile(r"(\r+)(\n?)")
_CALENDAR = re.compile(r"^[ \t]*BEGIN[ \t]*:[ \t]*VCALENDAR", re.IGNORECASE | re.MULTILINE)


class _Form(NamedTuple):
    """Something people give for a calendar: how it begins, what it is, what to do."""

    begins: re.Pattern[bytes]
    noun: str
    hint: str


_UNPACK = "unpack it, and give the .ics file that is inside"
_EXPORT = "export the calendar as iCalendar (.ics)"
_DOWNLOAD = "sign in and download the .ics file itself, not the page that shows it"
_ARCHIVES = [
    _Form(re.compile(rb"\x1f\x8b"), "a file packed with gzip", _UNPACK),
    _Form(re.compile(rb"PK(\x03\x04|\x05\x06|\x07\x08)"), "a .zip archive", _UNPACK),
    _Form(re.compile(rb"BZh|\xfd7zXZ|7z\xbc\xaf|Rar!"), "an archive", _UNPACK),
]
_DOCUMENTS = [
    _Form(re.compile(rb"(?i)<(\?xml(?!.*<html)|icalendar)"), "an XML file", _EXPORT),
    _Form(re.compile(rb"<"), "a web page", _DOWNLOAD),
    _Form(re.compile(rb"[\[{]"), "a JSON file", _EXPORT),
    _Form(re.compile(rb"%PDF"), "a PDF file", _EXPORT),
    _Form(re.compile(rb"(?i)BEGIN:VCARD"), "an address book", _EXPORT),
    _Form(
        re.compile(rb"(?i)(received|return-path|mime-version|content-type|from|subject):"),
        "a mail",
        "save the .ics file that is attached to it",
    ),
]


def read_file(path: str) -> str:
    """Read a file as one character a byte: lines may be folded inside a UTF-8 character.

    UTF-16 is read where its mark says so, and lines that end as on old Macintoshes, in a part of
    the file too; a byte order mark may begin any line, as where files were put together.

    Raises:
        FileTrouble: it cannot be read, is empty, too large, or no calendar.
    """
    name = name_of(path)
    data = read_bytes(path, MAX_BYTES, "give the path of an .ics file")
    if len(data) > MAX_BYTES:
        raise FileTrouble(
            f"{name} is larger than {MAX_BYTES // 1024**2} MiB", "export fewer years", name
        )
    if not data.strip(b" \t\r\n\0"):
        raise FileTrouble(f"{name} is empty", "export the calendar again", name)
    _refuse(name, data, _ARCHIVES)
    text = _as_lines(_as_utf8(name, data).decode("latin-1"))
    _refuse(name, text[:1000].lstrip().encode("latin-1"), _DOCUMENTS[:-1])
    if not _CALENDAR.search(text):
        _refuse(name, text[:1000].lstrip().encode("latin-1"), _DOCUMENTS)
        raise FileTrouble(f"{name} is not a calendar", "give an .ics file", name)
    return text


def _as_utf8(name: str, data: bytes) -> bytes:
    if data.startswith(_UTF32_MARKS):
        raise _not_text(name, "UTF-32")
    if data.startswith(_UTF16_MARKS):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:
            raise _not_text(name, "damaged UTF-16") from None
    if b"B\0E\0G\0I\0N" in data[:200]:
        raise _not_text(name, "UTF-16 without a mark at its beginning")
    return data.removeprefix(_UTF8_MARK)


def _as_lines(text: str) -> str:
    """A text of which every line ends with a line feed, and begins with no mark."""
    if text.count("\r") != text.count("\r\n"):
        text = _RETURNS.sub(lambda match: "\n" if match[2] else "\n" * len(match[1]), text)
    return text.replace(f"\n{_MARK}", "\n")


def _not_text(name: str, coding: str) -> FileTrouble:
    return FileTrouble(f"{name} is written in {coding}", "save it as UTF-8", name)


def _refuse(name: str, data: bytes, forms: list[_Form]) -> None:
    for form in forms:
        if form.begins.match(data):
            raise FileTrouble(f"{name} is not a calendar but {form.noun}", form.hint, name)
