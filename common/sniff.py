"""What a file really is, by its first bytes; names for the kinds that are refused."""

from typing import Final

from common.errors import InvalidInput
from common.said import Said, listed
from common.text import one_line

MIMES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf"}
ENDINGS: Final = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}
ACCEPTED = "请上传 JPG、PNG、WEBP 图片或 PDF。"
HEAD = 1024

# kinds of our own, then what people try to send; the first match counts
MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "webp"),
    (0, b"%PDF-", "pdf"),
    (0, b"GIF8", "GIF 图片"),
    (0, b"BM", "BMP 图片"),
    (0, b"II*\0", "TIFF 图片"),
    (0, b"MM\0*", "TIFF 图片"),
    (4, b"ftyphei", "HEIC 图片（可在手机设置中改为“兼容性最佳”或另存为 JPG）"),
    (4, b"ftypmif1", "HEIC 图片（可在手机设置中改为“兼容性最佳”或另存为 JPG）"),
    (4, b"ftyp", "视频"),
    (0, b"\xd0\xcf\x11\xe0", "旧版 Office 文件（可能含宏或密码）"),
    (0, b"Rar!", "压缩包（RAR）"),
    (0, b"7z\xbc\xaf", "压缩包（7z）"),
    (0, b"\x1f\x8b", "压缩包（gzip）"),
    (0, b"MZ", "程序文件"),
    (0, b"\x7fELF", "程序文件"),
)
OFFICE_PARTS: Final = (
    (b"vbaProject", "含宏的 Office 文件"),
    (b"word/", "Word 文件"),
    (b"xl/", "Excel 文件"),
    (b"ppt/", "PowerPoint 文件"),
)
MARKUP: Final = (
    (b"<svg", "SVG 图片"),
    (b"<!doctype html", "网页（HTML）"),
    (b"<html", "网页（HTML）"),
    (b"<script", "网页（HTML）"),
)


def kind_of(data: bytes) -> str:
    """One of our kinds, or the Chinese name of another one."""
    for place, magic, kind in MAGIC:
        if data[place : place + len(magic)] == magic:
            return kind
    if data[:4] == b"PK\x03\x04":
        return next((name for mark, name in OFFICE_PARTS if mark in data), "压缩包（ZIP）")
    head = data[:HEAD].lower()
    return next((name for mark, name in MARKUP if mark in head), "无法识别的文件")


def accepted_kind(data: bytes, filename: str) -> str:
    """The kind, when content and ending agree; otherwise a sentence that names what is wrong."""
    if not data:
        raise InvalidInput("这个文件是空的（0 字节），请重新选择。")
    kind = kind_of(data)
    if kind not in MIMES:
        raise InvalidInput(listed((Said("不接收%(kind)s。", kind=kind), ACCEPTED), ""))
    ending = ending_of(filename)
    if ENDINGS.get(ending, ending) != kind:
        told = Said("文件名以 .%(ending)s 结尾", ending=ending) if ending else Said("文件名没有扩展名")
        raise InvalidInput(
            Said("%(told)s，内容却是 %(kind)s；请改正文件名后重新上传。", told=told, kind=kind.upper())
        )
    return kind


def ending_of(filename: str) -> str:
    name = one_line(filename)
    return name.rpartition(".")[2].lower() if "." in name else ""
