"""What a phone's camera sees on a certificate: its square of dark and light modules."""

from io import BytesIO

import pikepdf
import segno

QUIET = 4


def modules(pdf: bytes) -> set[tuple[int, int]]:
    """The dark modules of the drawn code, from the longest path of horizontal strokes on the first page."""
    longest: list[tuple[float, ...]] = []
    with pikepdf.open(BytesIO(pdf)) as document:
        strokes, at = [], (0.0, 0.0)
        for operands, operator in pikepdf.parse_content_stream(document.pages[0]):
            match str(operator):
                case "m":
                    at = tuple(map(float, operands))
                case "l":
                    strokes.append((*at, *map(float, operands)))
                case "S" | "B":
                    longest, strokes = max(longest, strokes, key=len), []
                case "n" | "f" | "f*":
                    strokes = []
    return {
        (round(x) - QUIET, round(y - 0.5) - QUIET)
        for x1, y, x2, _y in longest
        for x in range(round(x1), round(x2))
    }


def modules_of(text: str) -> set[tuple[int, int]]:
    """The dark modules of the code that holds exactly this text."""
    rows = segno.make_qr(text, error="m").matrix
    return {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}
