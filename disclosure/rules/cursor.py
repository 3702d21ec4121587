"""翻页标记: where a page of hits ended, so that the next one costs as little as the first."""

import base64
import binascii
import json
from typing import Any

from common.errors import InvalidInput

LONGEST = 400
LARGEST = 2**31
Mark = tuple[Any, ...]


def written(*mark: str | int) -> str:
    """The mark as it travels in an address."""
    plain = json.dumps(mark, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read(cursor: str, *shape: type) -> Mark:
    """The mark, of exactly this shape; anything else was not written here."""
    if len(cursor) > LONGEST:
        raise foreign()
    try:
        mark = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise foreign() from error
    if not isinstance(mark, list) or [type(part) for part in mark] != list(shape):
        raise foreign()
    if not all(_is_small(part) for part in mark):
        raise foreign()
    return tuple(mark)


def _is_small(part: str | int) -> bool:
    """No number that a column cannot hold, no character that a database cannot."""
    if isinstance(part, int):
        return -LARGEST < part < LARGEST
    return "\0" not in part and part.isprintable()


def foreign() -> InvalidInput:
    return InvalidInput("翻页标记无效，请从第一页重新查询。", {"cursor": "翻页标记无效。"})
