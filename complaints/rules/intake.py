"""收到投诉: what must be in it, what speaks against taking it, and how names and numbers are read.

Required fields: 《市场监督管理投诉举报处理暂行办法》 art. 9; agents art. 10; joined complaints art. 11; refusal art. 15.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from common.numbers import plain_digits
from common.said import Said
from common.text import one_line, paragraphs

LONGEST_NAME, SHORTEST_FACTS, LONGEST_TEXT = 40, 10, 10_000
LONGEST = {"respondent_name": 120, "respondent_address": 160, "handled_elsewhere": 120}
LONGEST_ADDRESS, LONGEST_MAIL = 160, 120
MOST_PEOPLE = 50
MOST_FEN = 10_000_000_00
PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})|(0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?)|(\+[0-9]{8,15})")
IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECK = "10X98765432"
MAIL = re.compile(r"[^@\s<>\"']+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# What stands in names of people here and abroad, besides letters.
BETWEEN = frozenset(" ·•.'’-")
AGENT, JOINED, COMPLAINANT = "agent", "joined", "complainant"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person on the complaining side as typed. ``kind``: complainant, joined or agent."""

    name: str
    phone: str = ""
    address: str = ""
    id_number: str = ""
    email: str = ""
    kind: str = COMPLAINANT
    is_representative: bool = False
    has_authority: bool = False


@dataclass(frozen=True, slots=True)
class Filing:
    """一件投诉 as somebody files it; amounts in fen."""

    people: tuple[Applicant, ...]
    respondent_name: str
    respondent_address: str
    subject: str
    facts: str
    demand: str
    harmed_on: date | None
    contract_on: date | None = None
    institution_id: int | None = None
    paid_fen: int | None = None
    claimed_fen: int = 0
    is_consumer: bool = True
    handled_elsewhere: str = ""
    shares_phone: bool = False
    agrees_to_joining: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against taking it: the ground (a member of the refusal grounds) and a sentence."""

    ground: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The cleaned filing with what is wrong, field by field."""

    filing: Filing
    wrong: dict[str, str] = field(default_factory=dict)


def checked(filing: Filing, today: date, most_representatives: int) -> Checked:
    """Cleaned texts, and a sentence for each field that is missing or cannot be right.

    ``most_representatives``: of joined complainants, by the rule in force (art. 11).
    """
    clean = cleaned(filing)
    wrong = (
        _wrong_texts(clean)
        | _wrong_dates(clean, today)
        | _wrong_amounts(clean)
        | _wrong_people(clean.people, most_representatives)
    )
    if _joined(clean.people) and not clean.agrees_to_joining:
        wrong["agrees_to_joining"] = "共同投诉须经全体投诉人同意。"
    return Checked(clean, wrong)


def cleaned(filing: Filing) -> Filing:
    """Invisible characters, blanks and full-width digits put in order; nothing is cut."""
    return replace(
        filing,
        people=tuple(_cleaned_person(person) for person in filing.people),
        respondent_name=one_line(filing.respondent_name),
        respondent_address=one_line(filing.respondent_address),
        facts=paragraphs(filing.facts),
        demand=paragraphs(filing.demand),
        handled_elsewhere=one_line(filing.handled_elsewhere),
    )


def _cleaned_person(person: Applicant) -> Applicant:
    return replace(
        person,
        name=one_line(person.name),
        phone=normal_phone(person.phone) or one_line(person.phone),
        address=one_line(person.address),
        id_number=normal_identity(person.id_number),
        email=one_line(person.email),
    )


def normal_phone(typed: str) -> str:
    """Digits as they are searched for; empty when it is no phone number."""
    found = PHONE.fullmatch(re.sub(r"[()（）]", "", plain_digits(one_line(typed))).replace("--", "-"))
    if not found and (bare := re.sub(r"[^0-9+]", "", plain_digits(one_line(typed)))):
        found = PHONE.fullmatch(bare)
    return next((part for part in found.groups() if part), "").replace("-", "") if found else ""


def normal_identity(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", one_line(typed)).split()).upper()


def normal_name(typed: str) -> str:
    """For searching: width, case and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", one_line(typed)).casefold().split())


def is_identity(number: str) -> bool:
    """GB 11643 with its check character."""
    if not IDENTITY.fullmatch(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, IDENTITY_WEIGHTS, strict=False))
    return IDENTITY_CHECK[total % len(IDENTITY_CHECK)] == number[-1]


def is_name(name: str) -> bool:
    """Letters of any script and what stands between them; a script or a formula is none."""
    letters = [character for character in name if character not in BETWEEN]
    return (
        0 < len(name) <= LONGEST_NAME
        and bool(letters)
        and name[0] not in BETWEEN
        and all(unicodedata.category(character)[0] in "LM" for character in letters)
    )


def _wrong_texts(filing: Filing) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not filing.respondent_name:
        wrong["respondent_name"] = "请填写被投诉机构的名称。"
    if not filing.respondent_address and filing.institution_id is None:
        wrong["respondent_address"] = "请填写被投诉机构的地址，或者从名录中选择机构。"
    if len(filing.facts) < SHORTEST_FACTS:
        wrong["facts"] = "请说明事实经过，至少十个字。"
    if not filing.demand:
        wrong["demand"] = "请写明诉求。"
    return wrong | _too_long(filing)


def _too_long(filing: Filing) -> dict[str, str]:
    wrong: dict[str, str] = {
        name: Said("请不超过%(most)s个字。", most=most)
        for name, most in LONGEST.items()
        if len(getattr(filing, name)) > most
    }
    for name in ("facts", "demand"):
        if len(getattr(filing, name)) > LONGEST_TEXT:
            wrong[name] = "内容过长，请不超过一万字，其余作为证据上传。"
    return wrong


def _wrong_dates(filing: Filing, today: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if filing.harmed_on is None:
        wrong["harmed_on"] = "请填写知道权益受损的日期，记不清的填大概的日期。"
    elif filing.harmed_on > today:
        wrong["harmed_on"] = "日期不能晚于今天。"
    if filing.contract_on is not None and filing.contract_on > today:
        wrong["contract_on"] = "日期不能晚于今天。"
    return wrong


def _wrong_amounts(filing: Filing) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if filing.paid_fen is not None and not 0 <= filing.paid_fen <= MOST_FEN:
        wrong["paid_fen"] = "金额须在0至1000万元之间。"
    if not 0 <= filing.claimed_fen <= MOST_FEN:
        wrong["claimed_fen"] = "金额须在0至1000万元之间。"
    return wrong


def _joined(people: Sequence[Applicant]) -> bool:
    return any(person.kind == JOINED for person in people)


def _wrong_people(people: Sequence[Applicant], most_representatives: int) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if [person.kind for person in people].count(COMPLAINANT) != 1 or len(people) > MOST_PEOPLE:
        wrong["people"] = Said("须有一名投诉人；共同投诉连同代理人不超过%(most)s人。", most=MOST_PEOPLE)
    for place, person in enumerate(people):
        wrong |= {f"people.{place}.{name}": sentence for name, sentence in _wrong_person(person).items()}
    if sum(person.is_representative for person in people) > most_representatives:
        wrong["people"] = Said("共同投诉的代表人不超过%(most)s人。", most=most_representatives)
    if _joined(people) and not any(person.is_representative for person in people):
        wrong["people"] = Said("共同投诉须推选代表人，不超过%(most)s人。", most=most_representatives)
    return wrong


def _wrong_person(person: Applicant) -> dict[str, str]:
    wrong = {}
    if not person.name:
        wrong["name"] = "请填写姓名。"
    elif not is_name(person.name):
        wrong["name"] = "姓名只能含有文字和间隔号，不能含有数字、符号或代码。"
    if not normal_phone(person.phone):
        wrong["phone"] = "请填写能联系到您的手机号码，或者带区号的固定电话。"
    if not person.address and person.kind != AGENT:
        wrong["address"] = "请填写通讯地址。"
    if len(person.address) > LONGEST_ADDRESS:
        wrong["address"] = "地址过长，请检查。"
    return wrong | _wrong_papers(person)


def _wrong_papers(person: Applicant) -> dict[str, str]:
    wrong = {}
    if person.id_number and not is_identity(person.id_number):
        wrong["id_number"] = "身份证号码不正确，请检查；也可以不填。"
    if person.email and (len(person.email) > LONGEST_MAIL or not MAIL.fullmatch(person.email)):
        wrong["email"] = "电子邮箱不正确，请检查；也可以不填。"
    if person.kind == AGENT and not (person.id_number and person.has_authority):
        wrong["authority"] = "代理人须提供授权委托书和身份证号码。"
    return wrong


def doubts(filing: Filing, today: date, limit_ends_on: date | None) -> list[Doubt]:
    """不予受理的情形 that can be seen from what was filed. ``limit_ends_on``: the last day of the time limit."""
    found = []
    if limit_ends_on is not None and today > limit_ends_on:
        found.append(
            Doubt(
                "over_limit",
                Said(
                    "自知道权益受损（%(since)s）起已超过投诉的时限（%(last)s止），依法不予受理；仍可向人民法院起诉或者申请仲裁。",
                    since=filing.harmed_on,
                    last=limit_ends_on,
                ),
            )
        )
    if filing.handled_elsewhere:
        found.append(
            Doubt(
                "handled_elsewhere",
                "这件事已由法院、仲裁机构、行政机关或者其他调解组织受理或者处理，依法不再受理；请在原处继续办理。",
            )
        )
    if not filing.is_consumer:
        found.append(
            Doubt(
                "not_consumption",
                "不是为生活消费接受的培训（如单位团购），不属于消费者投诉，请联系秘书处另行协商。",
            )
        )
    return found
