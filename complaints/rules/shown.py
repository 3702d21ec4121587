"""What a text shows to whom: redactions cut out with their mark, and personal data that slipped into it masked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from complaints.rules.masking import masked_mail, masked_phone

# The longer first, so that an identity number is not taken for a phone number with something around it.
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
BANK_CARD = re.compile(r"(?<![0-9])[0-9]{4}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9])")
MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
LANDLINE = re.compile(r"(?<![0-9-])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
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


def scrubbed(text: str, names: Iterable[str] = ()) -> str:
    """Phones, identity and card numbers, mail addresses and the given names masked, wherever they stand."""
    text = IDENTITY.sub(lambda found: masked_identity(found[0]), text)
    text = BANK_CARD.sub(lambda found: f"****{re.sub('[ -]', '', found[0])[-4:]}", text)
    text = MOBILE.sub(lambda found: masked_phone(re.sub(r"[^0-9]", "", found[0])[-11:]), text)
    text = LANDLINE.sub(lambda found: masked_phone(found[0]), text)
    text = MAIL.sub(lambda found: masked_mail(found[0]), text)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        text = text.replace(name, f"{name[0]}*")
    return text


def masked_identity(number: str) -> str:
    """Only the first and the last character: copies masked in different places never make a whole."""
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}" if len(number) > 2 else "*" * len(number)  # noqa: PLR2004 - two characters would be all of it


def district_of(address: str) -> str:
    """What of an address may stand open: down to the district, never the street."""
    found = DISTRICT.match(address.replace(" ", ""))
    return found[0] if found else ""
