"""What the refund calculation asks and answers. Money is whole 分 as text; field names are stable."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from association import clock
from association.language import translated
from association.rules.clock import beijing
from prepaid_escrow.rules.facts import Cause, Claim, Contract, Kind, RefundInput, Usage, problems
from prepaid_escrow.rules.refunds import Basis

FEN = r"^[0-9]{1,11}$"
# What the rules call a field, where the interface calls it by its unit.
NAMES = {
    "paid_on": "paid_at",
    "signed_on": "signed_at",
    "demanded_on": "demanded_at",
    **{
        name: f"{name}_fen"
        for name in (
            "paid", "list_price", "market_price", "bonus", "used_face", "used_list", "used_market", "agreed",
            "gift", "custody",
        )
    },
}  # fmt: skip


def fen(help_text: str, **more: Any) -> serializers.RegexField:
    """Whole 分 as text."""
    return serializers.RegexField(FEN, help_text=help_text, **more)


def optional_fen(help_text: str) -> serializers.RegexField:
    return fen(help_text, required=False, allow_null=True, default=None)


def percent(help_text: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        7, 4, min_value=0, max_value=100, required=False, allow_null=True, default=None, help_text=help_text
    )


def count(help_text: str, **more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        8, 2, min_value=0, max_value=100_000, required=False, default=Decimal(0), help_text=help_text, **more
    )


class DayField(serializers.DateField):
    """A day that may be missing."""

    def __init__(self, help_text: str) -> None:
        super().__init__(required=False, allow_null=True, default=None, help_text=help_text)


class CalculationInput(serializers.Serializer[Any]):
    """退费计算的问题; what is not given is not known."""

    kind = serializers.ChoiceField(
        choices=[kind.value for kind in Kind], help_text="按课时、储值金额或不限次期限"
    )
    cause = serializers.ChoiceField(
        choices=[cause.value for cause in Cause], help_text="消费者原因或机构原因"
    )
    paid_fen = fen("实付金额（分）")
    paid_at = serializers.DateTimeField(help_text="付款时刻，带时区")
    signed_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="签约时刻，缺省同付款"
    )
    lessons = count("购买的课时，按课时时填写")
    bonus_lessons = count("赠送的课时")
    used = count("已上的课时，含赠送")
    list_price_fen = optional_fen("优惠前每课时的价格（分）")
    market_price_fen = optional_fen("每课时的市场价（分）")
    bonus_fen = fen("赠送金额（分），储值时填写", required=False, default="0")
    used_face_fen = fen("从卡上扣掉的金额（分）", required=False, default="0")
    used_list_fen = optional_fen("已用部分优惠前的价格（分）")
    used_market_fen = optional_fen("已用部分的市场价（分）")
    first_on = DayField("有效期的第一天")
    last_on = DayField("有效期的最后一天")
    times = serializers.IntegerField(
        min_value=0, max_value=100_000, required=False, default=0, help_text="到课次数，不限次时填写"
    )
    stopped_on = DayField("机构停止服务之日")
    had_before = serializers.BooleanField(
        required=False, default=False, help_text="订立合同前接受过同样的服务"
    )
    skills = serializers.BooleanField(
        required=False, default=False, help_text="取得许可的民办职业技能培训机构"
    )
    demanded_at = serializers.DateTimeField(help_text="提出退费的时刻，带时区")
    ended_on = DayField("合同解除之日，缺省为提出退费之日")
    interest_until = DayField("利息截止日，缺省不计利息")
    agreed_fen = optional_fen("按合同约定应退的金额（分）")
    agreed_days = serializers.IntegerField(
        min_value=0, max_value=366, required=False, allow_null=True, default=None, help_text="约定的退费天数"
    )
    gift_fen = fen("留用赠品的折价（分）", required=False, default="0")
    under_pledge = serializers.BooleanField(required=False, default=False, help_text="机构加入了协会退费承诺")
    custody_fen = fen("仍在存管账户中的金额（分）", required=False, default="0")
    custody_percent = percent("存管资金的实际年利率（%）")
    known_percent = percent("合同订立时的年利率（%），协会没有核对过的利率时采用")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the rules refuse, under the names of the interface."""
        asked = question(attrs)
        wrong = problems(asked, clock.today())
        if wrong:
            raise serializers.ValidationError(
                {NAMES.get(name, name): [translated(sentence)] for name, sentence in wrong.items()}
            )
        return attrs | {"asked": asked}


def question(data: Mapping[str, Any]) -> RefundInput:
    """The validated input as the value that the rules take."""
    contract = Contract(
        kind=Kind(data["kind"]),
        paid_fen=int(data["paid_fen"]),
        paid_at=data["paid_at"],
        signed_at=data["signed_at"],
        list_price_fen=_whole(data["list_price_fen"]),
        market_price_fen=_whole(data["market_price_fen"]),
        bonus_fen=int(data["bonus_fen"]),
        is_skills_school=data["skills"],
        **{name: data[name] for name in ("lessons", "bonus_lessons", "first_on", "last_on")},
    )
    usage = Usage(
        lessons=data["used"],
        face_fen=int(data["used_face_fen"]),
        list_fen=_whole(data["used_list_fen"]),
        market_fen=_whole(data["used_market_fen"]),
        **{name: data[name] for name in ("times", "stopped_on", "had_before")},
    )
    return RefundInput(contract, _claim(data), usage)


def _claim(data: Mapping[str, Any]) -> Claim:
    demanded_at: datetime = data["demanded_at"]
    return Claim(
        cause=Cause(data["cause"]),
        demanded_at=demanded_at,
        ended_on=data["ended_on"] or beijing(demanded_at).date(),
        agreed_fen=_whole(data["agreed_fen"]),
        gift_fen=int(data["gift_fen"]),
        custody_fen=int(data["custody_fen"]),
        **{
            name: data[name]
            for name in ("interest_until", "agreed_days", "under_pledge", "custody_percent", "known_percent")
        },
    )


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


class StepOutput(serializers.Serializer[Any]):
    """一步计算."""

    label = serializers.CharField()  # type: ignore[assignment]
    formula = serializers.CharField()
    amount_fen = serializers.CharField(help_text="整数分；扣除的为负")
    citation = serializers.CharField()


class WayOutput(serializers.Serializer[Any]):
    """一种算法; ``refund_fen`` is null where it does not apply."""

    basis = serializers.ChoiceField(choices=[basis.value for basis in Basis])
    title = serializers.CharField()
    sentence = serializers.CharField()
    citation = serializers.CharField(allow_blank=True)
    refund_fen = serializers.SerializerMethodField()

    def get_refund_fen(self, way: Any) -> str | None:
        return None if way.refund_fen is None else str(way.refund_fen)


class ReadingOutput(serializers.Serializer[Any]):
    """一种读法: not law, and why."""

    code = serializers.CharField()
    question = serializers.CharField()
    answer = serializers.CharField()
    reason = serializers.CharField()


class PaymentOutput(serializers.Serializer[Any]):
    """退款期限."""

    code = serializers.CharField()
    title = serializers.CharField()
    citation = serializers.CharField()
    due_on = serializers.DateField(source="due.on")
    explanation = serializers.CharField(source="due.explanation")
    provisional = serializers.BooleanField(source="due.provisional")


class CalculationOutput(serializers.Serializer[Any]):
    """退费计算的回答: refund and kept add up to paid."""

    paid_fen = serializers.CharField()
    refund_fen = serializers.CharField()
    kept_fen = serializers.CharField()
    interest_fen = serializers.SerializerMethodField(help_text="不能确定时为空，原因见 interest_sentence")
    interest_sentence = serializers.CharField()
    basis = serializers.ChoiceField(choices=[basis.value for basis in Basis])
    title = serializers.CharField()
    citation = serializers.CharField()
    steps = StepOutput(many=True)
    interest_steps = StepOutput(many=True)
    ways = WayOutput(many=True)
    readings = ReadingOutput(many=True)
    payment = PaymentOutput(allow_null=True)

    def get_interest_fen(self, answer: Any) -> str | None:
        return None if answer.interest_fen is None else str(answer.interest_fen)
