"""What a picture inside a PDF says about itself besides the picture: place, device, author.

The picture is not compressed again: a scanned seal or signature has to stay as sharp as it came.
"""

from collections.abc import Iterator

# JPEG (ITU-T T.81, annex B). What a reader needs to draw it stays: JFIF, the colour profile, Adobe's colour transform.
START, MARK, SCAN = b"\xff\xd8", 0xFF, 0xDA
NEEDED = frozenset({0xE0, 0xE2, 0xEE})
APPLICATION, COMMENT = range(0xE0, 0xF0), 0xFE
# JPEG 2000 (ISO/IEC 15444-1, annex I): boxes with text or with what a maker adds.
SIGNATURE = b"\x00\x00\x00\x0cjP  "
TELLING_BOXES = frozenset({b"xml ", b"uuid", b"uinf", b"asoc"})
BOX_HEAD = 8


def jpeg_without_marks(data: bytes) -> bytes:
    """The same picture without EXIF, XMP, IPTC and comments; what is no JPEG comes back as it is."""
    if not data.startswith(START):
        return data
    return START + b"".join(_segments(data))


def _segments(data: bytes) -> Iterator[bytes]:
    at = len(START)
    while at + 4 <= len(data) and data[at] == MARK and data[at + 1] != SCAN:
        kind = data[at + 1]
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if kind != COMMENT and (kind not in APPLICATION or kind in NEEDED):
            yield data[at:end]
        at = end
    yield data[at:]


def jpeg2000_without_marks(data: bytes) -> bytes:
    """The same picture without its boxes of text; a bare code stream has none."""
    if not data.startswith(SIGNATURE):
        return data
    return b"".join(_boxes(data))


def _boxes(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + BOX_HEAD <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + BOX_HEAD]
        # 0: to the end of the file; 1: a long length follows, which no picture of ours reaches.
        end = at + length if length >= BOX_HEAD else len(data)
        if kind not in TELLING_BOXES:
            yield data[at:end]
        at = end
