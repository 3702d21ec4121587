"""A zip archive is judged by its table of contents before a byte is unpacked."""

from typing import Final
from zipfile import ZipFile, ZipInfo

from common.errors import InvalidInput

MOST_ENTRIES: Final = 1_000
MOST_UNPACKED: Final = 50 * 1024 * 1024
MOST_RATIO: Final = 100
SMALL: Final = 1024 * 1024  # below this an honest part may be mostly repetition
NESTED: Final = (".zip", ".xlsx", ".xlsm", ".docx", ".pptx", ".jar", ".7z", ".rar", ".gz", ".tar")
LINK_MODE: Final = 0o120000


def look_at(archive: ZipFile) -> None:
    """Refuse bombs, nested archives, links, macros and passwords."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise InvalidInput("文件内部的部件过多，不接收。")
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1)):
        raise InvalidInput("文件解压后过大（疑似压缩炸弹），不接收；请只保留数据后另存再导入。")
    for entry in entries:
        _look_at_entry(entry)


def _look_at_entry(entry: ZipInfo) -> None:
    name = entry.filename.lower()
    if name.endswith("vbaproject.bin"):
        raise InvalidInput("文件含有宏，请另存为不含宏的 .xlsx 后导入。")
    if name.endswith(NESTED) or name.startswith("/") or ".." in name.split("/"):
        raise InvalidInput("文件内部还有压缩包或异常路径，不接收。")
    if entry.flag_bits & 1:
        raise InvalidInput("文件有密码，请去掉密码后导入。")
    if (entry.external_attr >> 16) & 0o170000 == LINK_MODE:
        raise InvalidInput("文件内部有链接，不接收。")
