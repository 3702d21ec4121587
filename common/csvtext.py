"""CSV as it comes from Chinese offices: UTF-8 or GB18030, comma, tab or semicolon."""

import csv
import io
from collections.abc import Iterable, Sequence

from common.errors import InvalidInput, TooLarge
from common.said import Said
from common.text import without_invisible

UTF16 = (b"\xff\xfe", b"\xfe\xff")
NumberedRows = Iterable[tuple[int, Sequence[str]]]


def csv_rows(data: bytes, max_rows: int) -> NumberedRows:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for count, cells in enumerate(reader):
            if count > max_rows:
                raise TooLarge(Said("表格超过%(max_rows)s行，请拆分后导入。", max_rows=max_rows))
            yield reader.line_num, [without_invisible(cell).strip() for cell in cells]
    except csv.Error as fault:
        raise InvalidInput(
            Said("第%(line_num)s行格式有误（引号不配对或单元格过长），请检查。", line_num=reader.line_num)
        ) from fault


def _decoded(data: bytes) -> str:
    if data.startswith(UTF16) or b"\0" in data:
        raise InvalidInput("文件含有空字符，可能不是文本或编码是 UTF-16；请另存为 UTF-8 的 CSV。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("无法识别文件编码，请另存为 UTF-8 或 GB18030（简体中文）的 CSV。")


def _delimiter(text: str) -> str:
    return max(",\t;", key=text.partition("\n")[0].count)
