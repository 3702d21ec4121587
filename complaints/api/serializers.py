"""What the interface answers about complaints. Money is whole 分 as text; field names are stable.

Of a complaint only what the page shows to whoever holds the code, and of no person anything.
"""

from typing import Any

from rest_framework import serializers

from association.choices import Side
from complaints.choices.complaints import OfferState, Outcome, SessionMode, State, Subject

LONGEST_CODE = 64
DEEDS = (
    "answer_offer", "sign", "survey", "follow_up", "consent", "contest", "settle", "ask_recusal", "add_evidence",
    "hide_words", "withdraw", "answer_payment", "withdraw_publication",
)  # fmt: skip


class TrackInput(serializers.Serializer[Any]):
    receipt_code = serializers.CharField(
        max_length=LONGEST_CODE, help_text="查询码，16位；大小写、横线和空格都可以"
    )


class TurnOutput(serializers.Serializer[Any]):
    """轮到谁, until when, and how that day was counted."""

    owner = serializers.ChoiceField(choices=Side.choices)
    action = serializers.CharField()
    due_on = serializers.DateField()
    explanation = serializers.CharField()
    provisional = serializers.BooleanField()
    paused = serializers.BooleanField()


class EventOutput(serializers.Serializer[Any]):
    """经过: what was written for both sides to read."""

    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    citation = serializers.CharField(allow_blank=True)


class SessionOutput(serializers.Serializer[Any]):
    """调解会 that is planned and not called off."""

    planned_at = serializers.DateTimeField()
    mode = serializers.ChoiceField(choices=SessionMode.choices)
    place = serializers.CharField()


class OfferOutput(serializers.Serializer[Any]):
    amount_fen = serializers.CharField()
    pay_by = serializers.DateField()
    open_until = serializers.DateField()
    state = serializers.ChoiceField(choices=OfferState.choices)


class InstalmentOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    due_on = serializers.DateField()
    amount_fen = serializers.CharField()
    paid_on = serializers.DateField(allow_null=True)


class TrackOutput(serializers.Serializer[Any]):
    """投诉的进度: process and outcome are two things; silence of the complainant is its own outcome."""

    number = serializers.CharField(source="seen.number")
    respondent = serializers.SerializerMethodField(help_text="被投诉机构；还没有认定的为空")
    subject = serializers.ChoiceField(choices=Subject.choices, source="seen.complaint.subject")
    received_at = serializers.DateTimeField(source="seen.received_at")
    state = serializers.ChoiceField(choices=State.choices, source="seen.state")
    state_label = serializers.CharField(source="seen.state.label")
    outcome = serializers.ChoiceField(choices=Outcome.choices, source="seen.outcome")
    outcome_label = serializers.CharField(source="seen.outcome.label")
    turn = TurnOutput(source="seen.turn", allow_null=True)
    next_session = SessionOutput(source="seen.next_session", allow_null=True)
    offers = OfferOutput(source="seen.offers", many=True)
    instalments = InstalmentOutput(source="seen.instalments", many=True)
    events = EventOutput(many=True)
    can_do = serializers.ListField(
        child=serializers.ChoiceField(choices=DEEDS), source="deeds", help_text="投诉人现在可以在网页上办理的"
    )

    def get_respondent(self, shown: Any) -> str:
        institution = shown["seen"].complaint.institution
        return institution.name if institution is not None else ""


class RateOutput(serializers.Serializer[Any]):
    """比率 with its 95% interval, as shares of one; null where the denominator is too small."""

    ratio = serializers.CharField(allow_null=True)
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class PublishedLineOutput(serializers.Serializer[Any]):
    """One institution, or all together. A number that is too small to be told is null."""

    received = serializers.IntegerField(allow_null=True)
    accepted = serializers.IntegerField(allow_null=True)
    no_answer = serializers.IntegerField(allow_null=True, help_text="投诉人没有答复是否解决")
    response = RateOutput(help_text="按时答复率")
    resolution = RateOutput(help_text="解决率，只按投诉人的确认")
    satisfaction = RateOutput(help_text="满意率")
    per_thousand = RateOutput(help_text="每千人次受理的投诉，单位为件")


class PublishedInstitutionOutput(PublishedLineOutput):
    name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)


class PublishedOutput(serializers.Serializer[Any]):
    """投诉统计 of one whole year."""

    year = serializers.IntegerField(allow_null=True, help_text="还没有公布过的为空")
    years = serializers.ListField(child=serializers.IntegerField(), help_text="已公布的年度")
    least_cases = serializers.IntegerField(help_text="比率的最小分母")
    least_cell = serializers.IntegerField(help_text="公布的最小件数，0除外")
    least_enrolments = serializers.IntegerField(help_text="每千人次的最小招生人次")
    claimed_fen = serializers.CharField(allow_null=True, help_text="要求退还（分），全部合计")
    returned_fen = serializers.CharField(allow_null=True, help_text="已退还（分），全部合计")
    total = PublishedLineOutput(allow_null=True)
    institutions = PublishedInstitutionOutput(many=True)
