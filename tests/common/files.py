"""Builds honest and hostile files in code, so that no binary is kept with the tests."""

import io
import random
import zipfile

import openpyxl
import pikepdf
from PIL import Image


def picture(size=(40, 30), mode="RGB", kind="JPEG", **saving):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **saving)
    return out.getvalue()


def noisy_picture(size, kind, **saving):
    out = io.BytesIO()
    raw = random.Random(7).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, raw).save(out, kind, **saving)
    return out.getvalue()


def picture_with_place():
    """A photo turned by 90 degrees that knows where it was taken and by whom."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "摄影者canary"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (39.0, 54.0, 27.0), "E", (116.0, 23.0, 50.0)
    return picture(exif=exif)


def pdf(change=None, pages=1, **saving):
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        if change:
            change(document)
        document.save(out, **saving)
    return out.getvalue()


def workbook(fill):
    out = io.BytesIO()
    book = openpyxl.Workbook()
    fill(book.active)
    book.save(out)
    return out.getvalue()


def archive(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def with_part(workbook_bytes, name, change):
    """The same workbook with one of its parts rewritten (or added, when it is not there)."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes)) as book:
        parts = {entry: book.read(entry) for entry in book.namelist()}
    parts[name] = change(parts.get(name, b""))
    return archive(parts)
