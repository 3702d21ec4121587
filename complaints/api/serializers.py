"""What the interface answers about complaints. Money is whole 分 as text; field names are stable.

Of a complaint only what the page shows to whoever holds the code, and of no person anything.
"""

from typing import Any

from rest_framework import serializers

from association.choices import Side
from complaints.choices.complaints import OfferState, Outcome, ReportState, SessionMode, State, Subject
from complaints.choices.leads import LeadCategory, LeadState, MessageKind, Speaker
from complaints.choices.settlement import SettlementState

LONGEST_CODE = 64
DEEDS = (
    "answer_offer", "sign", "survey", "follow_up", "consent", "contest", "settle", "ask_recusal", "add_evidence",
    "hide_words", "withdraw", "answer_payment", "say_unpaid", "leave_mass_case", "deny_written",
)  # fmt: skip


class TrackInput(serializers.Serializer[Any]):
    receipt_code = serializers.CharField(
        max_length=LONGEST_CODE, help_text="查询码，16位；大小写、横线和空格都可以"
    )


class TurnOutput(serializers.Serializer[Any]):
    """轮到谁, until when, and how that day was counted."""

    owner = serializers.ChoiceField(choices=Side.choices)
    action = serializers.CharField()
    title = serializers.CharField(help_text="期限的名称")
    due_on = serializers.DateField()
    ends_at = serializers.DateTimeField(help_text="截止时间；当日24:00即次日0:00")
    explanation = serializers.CharField()
    provisional = serializers.BooleanField()
    paused = serializers.BooleanField()
    silence = serializers.CharField(
        allow_blank=True, help_text="到期仍未办理的后果；文件直接确定截止日、没有规则的为空"
    )


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


class SettlementOutput(serializers.Serializer[Any]):
    """双方约定的退款, without an agreement; the day is empty while no clock of payment began."""

    amount_fen = serializers.CharField()
    pay_by = serializers.DateField(allow_null=True)
    payment_reported = serializers.BooleanField(source="is_reported", help_text="机构已经报告付款")


class ToldSettlementOutput(serializers.Serializer[Any]):
    """投诉人登记的和解, whether or not the institution confirmed it."""

    amount_fen = serializers.CharField()
    pay_by = serializers.DateField()
    state = serializers.ChoiceField(choices=SettlementState.choices)
    state_label = serializers.CharField(source="get_state_display")


class ReportedPaymentOutput(serializers.Serializer[Any]):
    """付款 as it was reported, and what came of it."""

    instalment = serializers.IntegerField(
        source="instalment.position", default=None, allow_null=True, help_text="第几期；和解款为空"
    )
    amount_fen = serializers.CharField()
    paid_on = serializers.DateField()
    state = serializers.ChoiceField(choices=ReportState.choices)
    state_label = serializers.CharField(source="get_state_display")
    received_fen = serializers.CharField(help_text="投诉人否认后，实际收到的")


class InQuestionOutput(serializers.Serializer[Any]):
    """What the answer 一共实际收到多少 is compared with: all that has come until now, never a single payment."""

    total_fen = serializers.CharField(help_text="约定或者机构报告退还的合计（分）")
    came_fen = serializers.CharField(help_text="其中以前已经说明收到的（分），合计不能少于它")


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
    settlement = SettlementOutput(source="seen.settlement", allow_null=True)
    told_settlement = ToldSettlementOutput(source="seen.told", allow_null=True)
    payments = ReportedPaymentOutput(source="seen.payments", many=True)
    object_until = serializers.DateField(
        source="seen.object_until.on", default=None, allow_null=True, help_text="可以提出异议的最后一天"
    )
    money_in_question = InQuestionOutput(
        source="seen.waiting.money", allow_null=True, help_text="现在可以说明实际收到多少的款项；没有的为空"
    )
    joint_negotiation = serializers.CharField(
        source="seen.joint", allow_blank=True, help_text="所参加的合并协商的名称；没有的为空"
    )
    events = EventOutput(many=True)
    can_do = serializers.ListField(
        child=serializers.ChoiceField(choices=DEEDS), source="deeds", help_text="投诉人现在可以在网页上办理的"
    )

    def get_respondent(self, shown: Any) -> str:
        institution = shown["seen"].complaint.institution
        return institution.name if institution is not None else ""


class LeadTrackInput(serializers.Serializer[Any]):
    receipt_code = serializers.CharField(
        max_length=LONGEST_CODE, help_text="回执码；大小写、横线和空格都可以"
    )


class FirstTermOutput(serializers.Serializer[Any]):
    """初步审查 as it will be due, until the daily round has begun its clock."""

    due_on = serializers.DateField()
    explanation = serializers.CharField()


class SaidOutput(serializers.Serializer[Any]):
    """往来: a question, an answer, the feedback."""

    speaker = serializers.ChoiceField(choices=Speaker.choices)
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    text = serializers.CharField()
    sent_on = serializers.DateField()


class LeadTrackOutput(serializers.Serializer[Any]):
    """线索的办理情况 as its page shows it to whoever holds the code."""

    number = serializers.CharField()
    institution = serializers.CharField()
    category = serializers.ChoiceField(choices=LeadCategory.choices, source="kind")
    category_label = serializers.CharField(source="category")
    submitted_on = serializers.DateField()
    state = serializers.ChoiceField(choices=LeadState.choices, source="step")
    state_label = serializers.CharField(source="state")
    turn = TurnOutput(allow_null=True)
    first_term = FirstTermOutput(allow_null=True)
    said = SaidOutput(many=True)
    can_answer = serializers.BooleanField(source="is_open", help_text="还可以在网页上回复和补充")
    has_question = serializers.BooleanField(help_text="承办人在等回复")


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


class NotClosedOutput(serializers.Serializer[Any]):
    year = serializers.IntegerField()
    closes_on = serializers.DateField(help_text="统计截止日，此后公布")


class ReplacedOutput(serializers.Serializer[Any]):
    """由哪一版取代, on which day and why."""

    version = serializers.IntegerField()
    on = serializers.DateField()
    reason = serializers.CharField()


class VersionOutput(serializers.Serializer[Any]):
    """One version of a year's figures; every one stays readable."""

    version = serializers.IntegerField()
    cut_off = serializers.DateField(help_text="截止日：统计的是这一天的情况")
    published_on = serializers.DateField()
    reason = serializers.CharField(allow_blank=True, help_text="更正或者补定的理由，截止日自动统计的为空")
    replaced = ReplacedOutput(allow_null=True, help_text="由哪一版取代；现行的为空")


class PublishedOutput(serializers.Serializer[Any]):
    """投诉统计 of one whole year."""

    year = serializers.IntegerField(allow_null=True, help_text="还没有公布过的为空")
    years = serializers.ListField(child=serializers.IntegerField(), help_text="已公布的年度")
    not_closed = NotClosedOutput(many=True, help_text="已经结束、统计尚未截止的年度")
    not_kept = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="当年没有在本平台受理投诉、只补录了旧工单的年度，不公布统计",
    )
    version = serializers.IntegerField(allow_null=True, help_text="版本；更正另立新版")
    cut_off = serializers.DateField(allow_null=True, help_text="截止日：这一天的情况，以后不再变动")
    query = serializers.CharField(allow_null=True, help_text="统计口径")
    reason = serializers.CharField(allow_blank=True, help_text="更正或者补定的理由，截止日自动统计的为空")
    replaced = ReplacedOutput(allow_null=True, help_text="这一版由哪一版取代；现行的为空")
    versions = VersionOutput(many=True, help_text="这一年度的全部版本，先后为序")
    least_cases = serializers.IntegerField(help_text="比率的最小分母")
    least_cell = serializers.IntegerField(help_text="公布的最小件数，0除外")
    least_enrolments = serializers.IntegerField(help_text="每千人次的最小招生人次")
    claimed_fen = serializers.CharField(allow_null=True, help_text="要求退还（分），全部合计")
    returned_fen = serializers.CharField(
        allow_null=True, help_text="已退还（分），全部合计；含机构报告、还没有确认的，见 unconfirmed_fen"
    )
    unconfirmed_fen = serializers.CharField(
        allow_null=True,
        help_text="已退还中只有机构报告、投诉人或者协会还没有确认的（分）；涉及的投诉太少的为空",
    )
    total = PublishedLineOutput(allow_null=True)
    institutions = PublishedInstitutionOutput(many=True)
