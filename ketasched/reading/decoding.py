"""From the bytes of a table to its text: UTF-8, UTF-16 or Windows-1252."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.errors import FileTrouble

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OLD_WORKBOOK_MARK = b"\xd0\xcf\x11\xe0"


class Decoded(NamedTuple):
    """The text of a file, and the encoding it was read in where that is not UTF-8."""

    text: str
    encoding: str = ""


def decoded(name: str, data: bytes) -> Decoded:
    """The text of the file called ``name``.

    UTF-16 is known by its mark, or by its every second byte; what is not UTF-8 is taken as
    Windows-1252, which Excel writes in Western Europe and America.

    Raises:
        FileTrouble: it is not text.
    """
    if data.startswith(_OLD_WORKBOOK_MARK):
        message = f"{name} is a workbook of an old Excel (.xls), or one with a password"
        raise FileTrouble(message, "save it as .xlsx without a password, or as CSV", name)
    if codec := _utf_16(data):
        return Decoded(_text(name, data, codec, "UTF-16"), "UTF-16")
    try:
        return Decoded(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Decoded(_text(name, data, "cp1252", "UTF-8 text, nor Windows-1252"), "Windows-1252")


def _utf_16(data: bytes) -> str:
    """The codec of data that are UTF-16, else nothing."""
    if data.startswith(_UTF16_MARKS):
        return "utf-16"
    first = data[:64]
    if first[1::2].count(0) > len(first) // 4 and 0 not in first[::2]:
        return "utf-16-le"
    if first[::2].count(0) > len(first) // 4 and 0 not in first[1::2]:
        return "utf-16-be"
    return ""


def _text(name: str, data: bytes, codec: str, noun: str) -> str:
    hint = "save the table as CSV in UTF-8, or as .xlsx"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not {noun}: line {line} has a byte that cannot be read"
        raise FileTrouble(message, hint, name) from None
    if "\0" in text:
        raise FileTrouble(f"{name} is not a text: it has bytes that no text has", hint, name)
    return text
