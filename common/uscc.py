"""统一社会信用代码 (GB 32100-2015): the exact fault is named, because people retype it from paper."""

from stdnum.cn import uscc as standard

from common.numbers import plain_digits
from common.said import Said
from common.text import without_invisible

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LOOKALIKES = {
    "I": Said("数字%(one)s", one=1),
    "O": Said("数字%(one)s", one=0),
    "S": Said("数字%(one)s", one=5),
    "V": Said("字母%(one)s或%(other)s", one="U", other="Y"),
    "Z": Said("数字%(one)s", one=2),
}
BODY = slice(8, 17)  # 组织机构代码, the ninth to the seventeenth character
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
BODY_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def normalised(text: str) -> str:
    """Half-width capitals without blanks, hyphens or invisible characters."""
    return plain_digits(without_invisible(text)).replace("-", "").upper()


def problem(text: str) -> str | None:
    """What is wrong with the code, as one sentence; ``None`` when it is valid."""
    code = normalised(text)
    return _spelling_problem(code) or _check_problem(code)


def with_check_digit(first17: str) -> str:
    """The whole code for its first seventeen characters."""
    return first17 + str(standard.calc_check_digit(first17))


def with_body_check_digit(first16: str) -> str:
    """The whole code for its first sixteen characters; the organisation code gets its own check digit first."""
    return with_check_digit(first16 + _body_check_digit(first16[8:16]))


def _spelling_problem(code: str) -> str | None:
    if not code:
        return "请填写统一社会信用代码。"
    if len(code) != LENGTH:
        return Said("统一社会信用代码应为18位，现在是%(code)s位。", code=len(code))
    for place, character in enumerate(code, start=1):
        if character in LOOKALIKES:
            return Said(
                "第%(place)s位是字母“%(character)s”：代码不使用字母I、O、S、V、Z，请核对是否为%(lookalikes)s。",
                place=place,
                character=character,
                lookalikes=LOOKALIKES[character],
            )
        if character not in ALPHABET:
            return Said(
                "第%(place)s位“%(character)s”不是代码允许的数字或大写字母。", place=place, character=character
            )
    if not code[2:8].isdigit():
        return "第3至8位是登记机关行政区划码，应全部是数字。"
    return None


def _check_problem(code: str) -> str | None:
    if not standard.is_valid(code):
        return Said(
            "校验码不符：按前17位计算，最后一位应为“%(digit)s”，请核对是否抄错或颠倒了字符。",
            digit=standard.calc_check_digit(code[:17]),
        )
    body = code[BODY]
    if _body_check_digit(body[:8]) != body[8]:
        return "第9至17位是组织机构代码，其自身的校验码（第17位）不符，请核对。"
    return None


def _body_check_digit(first8: str) -> str:
    """GB 11714: eleven minus the weighted sum; ten is written X, eleven is written 0."""
    total = sum(weight * BODY_ALPHABET.index(sign) for weight, sign in zip(BODY_WEIGHTS, first8, strict=True))
    return "0123456789X0"[11 - total % 11]
