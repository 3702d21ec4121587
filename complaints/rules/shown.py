"""What a text shows to whom: redactions cut out with their mark, and personal data that slipped into it masked."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from complaints.rules.masking import masked_mail, masked_phone

# What people put between the digits of one number; a line never goes on in the next.
BETWEEN = r"[ \t.·•_/\-]{0,3}"
# The longer first, so that an identity number is not taken for a phone number with something around it.
IDENTITY = re.compile(
    rf"(?<![0-9])[1-9][0-9]{{5}}{BETWEEN}[0-9]{{4}}{BETWEEN}[0-9]{{2}}{BETWEEN}[0-9]{{2}}{BETWEEN}[0-9]{{3}}{BETWEEN}[0-9Xx](?![0-9])"
)
# 第一代身份证: six of the region, a day without its century, three of the order.
OLD_IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"
)
BANK_CARD = re.compile(
    rf"(?<![0-9])[0-9]{{4}}(?:{BETWEEN}[0-9]{{4}}){{3}}(?:{BETWEEN}[0-9]{{1,3}})?(?![0-9])"
)
MOBILE = re.compile(rf"(?<![0-9])(?:\+?86{BETWEEN})?1[3-9][0-9](?:{BETWEEN}[0-9]){{8}}(?![0-9])")
SPACED_MOBILE = re.compile(r"(?<![0-9])1(?P<gap>[ .·\-])[3-9](?:(?P=gap)[0-9]){9}(?![0-9])")
LANDLINE = re.compile(
    rf"(?<![0-9-])\(?0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?{BETWEEN}[2-9][0-9]{{2,3}}{BETWEEN}[0-9]{{4}}(?![0-9])"
)
# A number without its area looks like a day or an order, so only the word before it tells what it is.
NEARBY_LINE = re.compile(
    r"(?P<word>电话|座机|固话|致电)(?P<gap>[^0-9\n]{0,4})[2-9][0-9]{2,3}[ -]?[0-9]{4}(?![0-9])"
)
ACCOUNT = re.compile(
    r"(?P<word>微信号?|QQ号?|VX|wechat)(?P<gap>[ :号是为]{0,4})[A-Za-z0-9_-]{5,30}(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SHORTEST_ADDRESS = 4
NUMERALS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
# Marks that look like a space or a hyphen, or like nothing at all.
SPACES = frozenset("\u00a0\u2000\u2001\u2002\u2003\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff\u00ad")
HYPHENS = frozenset("‐‑‒–—―−－﹣")
DISTRICT = re.compile(
    r"^(?:(?P<province>[^省市区县]{2,8}(?:省|自治区))?(?P<city>[^省市区县]{2,8}市)?(?P<district>[^省市区县]{1,8}[区县旗]))"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``first`` to ``last`` (both hidden, counted from nought) and why."""

    first: int
    last: int
    reason: str


def without(text: str, spans: Iterable[Span]) -> str:
    """The text with each span replaced by a mark that says why; overlapping spans become one mark."""
    shown, place = [], 0
    for span in _merged(spans):
        if span.first >= len(text):
            break
        shown += [text[place : span.first], f"〔已隐去：{span.reason}〕"]
        place = span.last + 1
    return "".join([*shown, text[place:]])


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.first, one.last)):
        if merged and span.first <= merged[-1].last:
            before = merged[-1]
            merged[-1] = Span(before.first, max(before.last, span.last), before.reason)
        else:
            merged.append(span)
    return merged


def scrubbed(text: str, names: Iterable[str] = (), addresses: Iterable[str] = ()) -> str:
    """Phones, identity and card numbers, mail addresses and the given names and addresses masked, wherever they stand.

    However they are written: full width, Chinese numerals, spaced or dotted. What is no such number stays as it was.
    """
    for pattern, mask in NUMBERS:
        text = _masked(text, pattern, mask)
    for address in sorted({one for one in addresses if len(one) >= SHORTEST_ADDRESS}, key=len, reverse=True):
        text = _spaced(address).sub("***", text)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        text = _spaced(name).sub(f"{name[0]}*", text)
    return text


def _masked(text: str, pattern: re.Pattern[str], mask: Callable[[re.Match[str]], str]) -> str:
    """Found in the plain spelling, which has a character for each character, and replaced in the text itself."""
    shown, place = [], 0
    for found in pattern.finditer(_plain(text)):
        shown += [text[place : found.start()], mask(found)]
        place = found.end()
    return "".join([*shown, text[place:]])


def _plain(text: str) -> str:
    return "".join(_plain_character(one) for one in text).translate(NUMERALS)


@cache
def _plain_character(one: str) -> str:
    if one in SPACES:
        return " "
    if one in HYPHENS:
        return "-"
    plain = unicodedata.normalize("NFKC", one)
    return plain if len(plain) == 1 else one


def _spaced(word: str) -> re.Pattern[str]:
    """The word with or without blanks between its characters."""
    return re.compile(r"\s*".join(re.escape(one) for one in word if not one.isspace()))


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"[^0-9]", "", found[0])


def _kept_word(found: re.Match[str]) -> str:
    return f"{found['word']}{found['gap']}***"


NUMBERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (IDENTITY, lambda found: masked_identity(re.sub(r"[^0-9Xx]", "", found[0]))),
    (BANK_CARD, lambda found: f"****{_digits(found)[-4:]}"),
    (OLD_IDENTITY, lambda found: masked_identity(found[0])),
    (MOBILE, lambda found: masked_phone(_digits(found)[-11:])),
    (SPACED_MOBILE, lambda found: masked_phone(_digits(found))),
    (LANDLINE, lambda found: masked_phone(found[0])),
    (NEARBY_LINE, _kept_word),
    (MAIL, lambda found: masked_mail(found[0])),
    (ACCOUNT, _kept_word),
)


def masked_identity(number: str) -> str:
    """Only the first and the last character: copies masked in different places never make a whole."""
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}" if len(number) > 2 else "*" * len(number)  # noqa: PLR2004 - two characters would be all of it


def district_of(address: str) -> str:
    """What of an address may stand open: down to the district, never the street."""
    found = DISTRICT.match(address.replace(" ", ""))
    return found[0] if found else ""
