"""Numbers as people type them: full-width digits are taken, anything doubtful is refused with a sentence."""

import re
import unicodedata
from decimal import Decimal

from common.errors import InvalidInput
from common.said import Said

MAX_LENGTH = 40
# Before a number of which a program has changed the last digits: it is taken nowhere until somebody put it right.
ROUNDED = "【末尾几位已被Excel改写】"
LARGEST = 2**63 - 1  # what a column of the database holds
PUNCTUATION = str.maketrans({"。": ".", "．": ".", "，": ",", "－": "-", "—": "-", "−": "-", "＋": "+"})
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def plain_digits(text: str) -> str:
    """全角 to half-width; blanks are dropped and Chinese punctuation becomes the plain sign."""
    folded = unicodedata.normalize("NFKC", text.translate(PUNCTUATION))
    return "".join(folded.split())


def parse_decimal(
    text: str,
    *,
    minimum: Decimal | None = None,
    maximum: Decimal | None = None,
    digits: int = 2,
) -> Decimal:
    """A plain decimal number within its bounds, with at most ``digits`` after the point."""
    number = Decimal(_plain_number(text))
    _check_digits(number, digits)
    if minimum is not None and number < minimum:
        raise InvalidInput(
            "不能是负数。" if minimum == 0 else Said("不能小于%(minimum)s。", minimum=shown(minimum))
        )
    if maximum is not None and number > maximum:
        raise InvalidInput(Said("不能大于%(maximum)s。", maximum=shown(maximum)))
    return abs(number) if number == 0 else number


def parse_whole(text: str, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """A whole number within its bounds."""
    low = None if minimum is None else Decimal(minimum)
    high = None if maximum is None else Decimal(maximum)
    return int(parse_decimal(text, minimum=low, maximum=high, digits=0))


def whole_or_none(text: str, *, most: int = LARGEST) -> int | None:
    """What a page of ours sends as a number: digits only, never so many that reading them is the harm."""
    if len(text) > MAX_LENGTH or not text.isdecimal():
        return None
    number = int(text)
    return number if number <= most else None


def shown(number: Decimal) -> str:
    """Without exponent and without idle zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_number(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise InvalidInput("数字太长，请检查。")
    plain = plain_digits(text)
    if not plain:
        raise InvalidInput("请填写数字。")
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not PLAIN.fullmatch(plain):
        raise InvalidInput(Said("“%(text)s”不是数字，请只填数字，例如 4.5。", text=text.strip()))
    return plain


def _check_digits(number: Decimal, digits: int) -> None:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > digits and number != round(number, digits):
        few: dict[int, str | Said] = {0: "请填写整数。", 1: "小数点后最多1位。"}
        raise InvalidInput(few.get(digits) or Said("小数点后最多%(digits)s位。", digits=digits))
