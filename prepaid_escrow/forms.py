"""退费计算的表单: in 元, days and lessons as people type them; full-width digits are taken."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association import clock
from association.language import translated
from association.rules.clock import BEIJING
from association.typed_fields import DayField, TypedField, YuanField
from common.numbers import parse_decimal, parse_whole, plain_digits
from prepaid_escrow.rules.facts import Cause, Claim, Contract, Kind, RefundInput, Usage, problems

TOO_MUCH = Decimal(10) ** 9
PERCENT_PLACES = 4
KINDS = [
    (Kind.LESSONS, _("按课时买的")),
    (Kind.AMOUNT, _("充值的（储值卡）")),
    (Kind.TERM, _("一段时间内不限次")),
]
CAUSES = [
    (Cause.CONSUMER.value, _("我自己的原因，例如不想学了、没有时间")),
    (Cause.OPERATOR.value, _("机构的原因，例如停课、搬迁、换老师、与承诺不符")),
]
FIRST = {
    Kind.LESSONS: ("paid", "paid_on", "lessons", "bonus_lessons", "used", "list_price"),
    Kind.AMOUNT: ("paid", "paid_on", "bonus", "used_face", "used_list"),
    Kind.TERM: ("paid", "paid_on", "first_on", "last_on", "times", "stopped_on"),
}
MORE = {
    Kind.LESSONS: ("market_price", "last_on"),
    Kind.AMOUNT: ("used_market",),
    Kind.TERM: (),
}
REQUIRED = {
    Kind.LESSONS: {"lessons", "used"},
    Kind.AMOUNT: {"used_face"},
    Kind.TERM: {"first_on", "last_on", "times"},
}


class CountField(TypedField):
    def read(self, text: str) -> Decimal:
        return parse_decimal(text, minimum=Decimal(0), maximum=TOO_MUCH)


class WholeField(TypedField):
    def read(self, text: str) -> int:
        return parse_whole(text, minimum=0, maximum=10**6)


class PercentField(TypedField):
    def read(self, text: str) -> Decimal:
        return parse_decimal(re.sub("%$", "", plain_digits(text)), minimum=Decimal(0), digits=PERCENT_PLACES)


class CalculatorForm(forms.Form):
    """One kind of contract: the fields of the others are left out."""

    kind = forms.CharField(widget=forms.HiddenInput)
    paid = YuanField(label=_("一共付了多少钱"), help_text=_("只算真正付出去的钱，不算赠送。"))
    paid_on = DayField(label=_("哪一天付的款"))
    lessons = CountField(label=_("买了多少课时"), help_text=_("不含赠送的课时。"))
    bonus_lessons = CountField(label=_("另外赠送了多少课时"))
    used = CountField(label=_("已经上了多少课时"), help_text=_("含赠送的课时。没有上过填0。"))
    list_price = YuanField(
        label=_("打折前每课时多少钱"),
        help_text=_("报名时的原价。没有打折或不知道的，不用填。"),
    )
    bonus = YuanField(label=_("充值时赠送了多少钱"))
    used_face = YuanField(label=_("卡里已经扣了多少钱"), help_text=_("实付与赠送的一起算。没有用过填0。"))
    used_list = YuanField(
        label=_("扣掉的部分，打折前值多少钱"),
        help_text=_("刷卡时又打了折的才填。"),
    )
    first_on = DayField(label=_("有效期的第一天"))
    last_on = DayField(label=_("有效期的最后一天"))
    times = WholeField(mode="numeric", label=_("去过几次"), help_text=_("没有去过填0。"))
    stopped_on = DayField(label=_("机构从哪一天起停止服务"), help_text=_("没有停过的不用填。"))
    cause = forms.ChoiceField(label=_("为什么要退"), choices=CAUSES, widget=forms.RadioSelect)
    demanded_on = DayField(label=_("哪一天提出退费"), help_text=_("不填就按今天计算。"))
    market_price = YuanField(
        label=_("同样的课，别处每课时多少钱"), help_text=_("觉得打折前的价格明显不合理时才填。")
    )
    used_market = YuanField(
        label=_("扣掉的部分，别处值多少钱"), help_text=_("觉得打折前的价格明显不合理时才填。")
    )
    ended_on = DayField(label=_("合同哪一天解除"), help_text=_("不填就按提出退费的那一天。"))
    signed_on = DayField(label=_("哪一天签的合同"), help_text=_("不填就按付款的那一天。"))
    skills = forms.BooleanField(label=_("机构有民办职业技能培训的办学许可"), required=False)
    had_before = forms.BooleanField(label=_("签合同之前，就上过同样的课"), required=False)
    under_pledge = forms.BooleanField(label=_("机构加入了本协会的退费承诺"), required=False)
    agreed = YuanField(
        label=_("按合同里的约定能退多少钱"), help_text=_("合同写明了退费算法的，可以填来比较。")
    )
    agreed_days = WholeField(mode="numeric", label=_("合同约定几天内退款"))
    gift = YuanField(label=_("留下不退的赠品折多少钱"))
    interest_until = DayField(label=_("利息算到哪一天"), help_text=_("不填就算到今天。"))
    known_percent = PercentField(
        label=_("签合同时的年利率（%）"),
        help_text=_(
            "机构的原因填一年期LPR，自己的原因填一年期存款基准利率；以中国人民银行公布的为准。不知道的不用填。"
        ),
    )
    custody = YuanField(label=_("还有多少钱在存管账户里"), help_text=_("机构的预收学费交银行存管的才填。"))
    custody_percent = PercentField(label=_("存管账户的实际年利率（%）"), help_text=_("可以问存管银行。"))

    always = ("cause", "demanded_on")
    more = (
        "ended_on", "signed_on", "skills", "had_before", "under_pledge", "agreed", "agreed_days", "gift",
        "interest_until", "known_percent", "custody", "custody_percent",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, kind: Kind, has_pledge: bool) -> None:
        super().__init__(data, initial={"kind": kind.value})
        self.chosen = kind
        self.asked: RefundInput | None = None
        first, rest = FIRST[kind] + self.always, MORE[kind] + self.more
        self.first = first
        self.rest = rest if has_pledge else tuple(name for name in rest if name != "under_pledge")
        self.fields = {name: self.fields[name] for name in ("kind", *self.first, *self.rest)}
        for name in REQUIRED[kind] | {"paid", "paid_on"}:
            self.fields[name].required = True
        for name in ("cause", *self.first):
            self.fields[name].error_messages["required"] = _("请填写这一项。")

    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.first]

    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.rest]

    def more_is_used(self) -> bool:
        """The rarer questions are shown open when one of them was answered or is wrong."""
        return any(self.data.get(name) or name in self.errors for name in self.rest)

    @property
    def question(self) -> RefundInput:
        """Of a valid form."""
        if self.asked is None:
            raise ValueError("the form is not valid")
        return self.asked

    def clean(self) -> dict[str, Any]:
        """What the rules refuse, under the field it is about."""
        typed = self.cleaned_data
        if not self.errors:
            today = clock.today()
            asked = question_of(typed, self.chosen, today)
            for name, sentence in problems(asked, today).items():
                self.add_error(name if name in self.fields else None, translated(sentence))
            self.asked = asked
        return typed


def question_of(typed: dict[str, Any], kind: Kind, today: date) -> RefundInput:
    """The cleaned fields as the value that the rules take; a day is taken at its beginning in Beijing."""
    demanded_on = typed["demanded_on"] or today
    ended_on = typed["ended_on"] or demanded_on
    contract = Contract(
        kind=kind,
        paid_fen=typed["paid"],
        paid_at=_begins(typed["paid_on"]),
        signed_at=_begins(typed["signed_on"]) if typed["signed_on"] else None,
        lessons=typed.get("lessons") or Decimal(0),
        bonus_lessons=typed.get("bonus_lessons") or Decimal(0),
        list_price_fen=typed.get("list_price"),
        market_price_fen=typed.get("market_price"),
        bonus_fen=typed.get("bonus") or 0,
        first_on=typed.get("first_on"),
        last_on=typed.get("last_on"),
        is_skills_school=typed["skills"],
    )
    usage = Usage(
        lessons=typed.get("used") or Decimal(0),
        face_fen=typed.get("used_face") or 0,
        list_fen=typed.get("used_list"),
        market_fen=typed.get("used_market"),
        times=typed.get("times") or 0,
        stopped_on=typed.get("stopped_on"),
        had_before=typed["had_before"],
    )
    return RefundInput(contract, _claim_of(typed, demanded_on, ended_on, today), usage)


def _claim_of(typed: dict[str, Any], demanded_on: date, ended_on: date, today: date) -> Claim:
    return Claim(
        cause=Cause(typed["cause"]),
        demanded_at=_begins(demanded_on),
        ended_on=ended_on,
        interest_until=typed["interest_until"] or max(today, ended_on),
        agreed_fen=typed["agreed"],
        agreed_days=typed["agreed_days"],
        gift_fen=typed["gift"] or 0,
        under_pledge=typed.get("under_pledge", False),
        custody_fen=typed["custody"] or 0,
        custody_percent=typed["custody_percent"],
        known_percent=typed["known_percent"],
    )


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
