"""PDF: nothing that acts, nothing that hides; then written anew without author and history.

A start page (``OpenAction`` as a destination, which LibreOffice always writes) is not an action and passes.
"""

import io
from typing import Final

import pikepdf

from common.errors import InvalidInput
from common.inside.traces import objects_of, written_anew
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
            return written_anew(pdf)
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
    for found in objects_of(pdf):
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
