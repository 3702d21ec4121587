"""CSV as it comes from Chinese offices: UTF-8 or GB18030, comma, tab or semicolon."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice

from common.errors import InvalidInput, TooLarge
from common.said import Said
from common.text import without_invisible

UTF16 = (b"\xff\xfe", b"\xfe\xff")
MOST_BROKEN = 200  # each makes the rest be read once more
NumberedRows = Iterable[tuple[int, Sequence[str]]]


def csv_rows(data: bytes, max_rows: int, broken: list[tuple[int, str]]) -> NumberedRows:
    """Rows with the number of their last line. A line that cannot be taken apart goes to ``broken``, as it stands.

    Reading goes on with the line after it: an open quote would else swallow the rest of the file.
    """
    text = _decoded(data)
    lines, sign = list(io.StringIO(text, newline="")), _delimiter(text)
    first, count = 0, 0
    while first < len(lines):
        reader = csv.reader(islice(lines, first, None), delimiter=sign, strict=True)
        begun = 0
        try:
            for cells in reader:
                if count > max_rows:
                    raise TooLarge(Said("表格超过%(max_rows)s行，请拆分后导入。", max_rows=max_rows))
                count += 1
                begun = reader.line_num
                yield first + begun, [without_invisible(cell).strip() for cell in cells]
        except csv.Error as fault:
            first += begun + 1
            broken.append((first, without_invisible(lines[first - 1]).strip()))
            if len(broken) > MOST_BROKEN:
                raise InvalidInput(
                    Said(
                        "有%(most)s行以上格式有误（引号不配对或单元格过长），请另存后再导入。",
                        most=MOST_BROKEN,
                    )
                ) from fault
        else:
            return


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
