"""A PDF written anew: nothing of who made it, when and where."""

import io
from collections.abc import Iterator
from typing import Final

import pikepdf

from common.inside.marks import jpeg2000_without_marks, jpeg_without_marks

PICTURES: Final = {"/DCTDecode": jpeg_without_marks, "/JPXDecode": jpeg2000_without_marks}
TRACES: Final = ("/Metadata", "/PieceInfo", "/LastModified")
TRACES_OF_A_NOTE: Final = ("/T", "/M", "/CreationDate", "/NM")


def objects_of(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary of the file: top level ones, their streams' and those written inside others."""
    waiting: list[pikepdf.Object] = [pdf.trailer, *pdf.objects]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Stream):
            found = found.stream_dict
        if isinstance(found, pikepdf.Dictionary):
            yield found
            waiting.extend(part for part in found.as_dict().values() if _is_inside(part))
        elif isinstance(found, pikepdf.Array):
            waiting.extend(part for part in found if _is_inside(part))


def _is_inside(part: object) -> bool:
    """Objects with a number of their own are in the list already."""
    return isinstance(part, pikepdf.Dictionary | pikepdf.Array) and not part.is_indirect


def written_anew(pdf: pikepdf.Pdf) -> bytes:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for found in list(objects_of(pdf)):
        _without_traces(found)
    for found in list(pdf.objects):
        if isinstance(found, pikepdf.Stream):
            _clean_picture(pdf, found)
    out = io.BytesIO()
    pdf.save(out, linearize=False, deterministic_id=True)
    return out.getvalue()


def _without_traces(found: pikepdf.Object) -> None:
    """No metadata of pages, pictures and fonts; no name and time of whoever wrote a note (a form's field keeps its)."""
    is_note = "/Rect" in found and "/Subtype" in found and found["/Subtype"] != pikepdf.Name.Widget
    for key in (*TRACES, *(TRACES_OF_A_NOTE if is_note else ())):
        if key in found:
            del found[key]


def _clean_picture(pdf: pikepdf.Pdf, found: pikepdf.Stream) -> None:
    """A JPEG or JPEG 2000 may be packed once more around; it is written back without that packing."""
    filters, parms = (_as_list(found.get(key)) for key in ("/Filter", "/DecodeParms"))
    without_marks = PICTURES.get(str(filters[-1])) if filters else None
    if without_marks is None:
        return
    data = found.read_raw_bytes()
    if filters[1:]:
        packed = pikepdf.Stream(pdf, data, Filter=pikepdf.Array(filters[:-1]))
        if parms:
            packed.DecodeParms = pikepdf.Array(parms[:-1])
        data = packed.read_bytes(pikepdf.StreamDecodeLevel.generalized)
    found.write(without_marks(data), filter=pikepdf.Name(str(filters[-1])))
    if len(parms) == len(filters):
        found.DecodeParms = parms[-1]


def _as_list(value: pikepdf.Object | None) -> list[pikepdf.Object]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]
