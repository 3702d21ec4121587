"""PDF: nothing that acts, nothing that hides; then written anew without author and history.

A start page (``OpenAction`` as a destination, which LibreOffice always writes) is not an action and passes.
"""

import io
from collections.abc import Iterator
from typing import Final

import pikepdf

from common.errors import InvalidInput
from common.said import Said

MOST_PAGES: Final = 300
MOST_OBJECTS: Final = 200_000
HARMLESS_ACTIONS: Final = frozenset({"/GoTo", "/URI", "/Named"})
ACTIONS: Final = {
    "/JavaScript": "脚本（JavaScript）",
    "/Launch": "启动程序的动作",
    "/SubmitForm": "提交数据的动作",
    "/ImportData": "导入数据的动作",
    "/GoToR": "打开其他文件的动作",
    "/GoToE": "打开内嵌文件的动作",
    "/Rendition": "播放媒体的动作",
}
FORBIDDEN_KEYS: Final = {
    "/JS": "脚本（JavaScript）",
    "/JavaScript": "脚本（JavaScript）",
    "/EmbeddedFiles": "内嵌文件",
    "/EF": "内嵌文件",
    "/RichMedia": "多媒体内容",
    "/XFA": "动态表单（XFA）",
}


def clean_pdf(data: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            _check(pdf)
            return _written_anew(pdf)
    except pikepdf.PasswordError as fault:
        raise InvalidInput("PDF 有密码，请去掉密码后上传。") from fault
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError) as fault:
        raise InvalidInput("PDF 已损坏或不完整，请重新导出后上传。") from fault


def _check(pdf: pikepdf.Pdf) -> None:
    if pdf.is_encrypted:
        raise InvalidInput("PDF 已加密，请去掉加密后上传。")
    if len(pdf.objects) > MOST_OBJECTS:
        raise InvalidInput("PDF 内容过于复杂，请重新导出后上传。")
    if not 0 < len(pdf.pages) <= MOST_PAGES:
        raise InvalidInput(Said("PDF 有%(pages)s页，最多%(most)s页。", pages=len(pdf.pages), most=MOST_PAGES))
    for found in _objects(pdf):
        fault = _fault(found)
        if fault:
            raise InvalidInput(Said("PDF 中有%(fault)s，不接收；请打印为新的 PDF 后上传。", fault=fault))


def _fault(found: pikepdf.Object) -> str | None:
    """What the dictionary does that it may not."""
    for key, name in FORBIDDEN_KEYS.items():
        if key in found:
            return name
    start = found.get("/OpenAction")
    if isinstance(start, pikepdf.Dictionary):
        return _action_fault(start, "打开时自动执行的动作")
    if str(found.get("/Type", "")) == "/Action" or "/S" in found:
        return _action_fault(found, None)
    return None


def _action_fault(action: pikepdf.Object, otherwise: str | None) -> str | None:
    kind = str(action.get("/S", ""))
    return None if kind in HARMLESS_ACTIONS else ACTIONS.get(kind, otherwise)


def _objects(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
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


def _written_anew(pdf: pikepdf.Pdf) -> bytes:
    for holder, key in ((pdf.trailer, "/Info"), (pdf.Root, "/Metadata"), (pdf.Root, "/PieceInfo")):
        if key in holder:
            del holder[key]
    out = io.BytesIO()
    pdf.save(out, linearize=False, deterministic_id=True)
    return out.getvalue()
