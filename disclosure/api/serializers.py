"""What the API answers. Field names are stable; a new one may be added, none changes its meaning."""

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from credit_rating.choices import CertificateStanding, PublicState, RoundState
from disclosure.choices import Ground
from disclosure.models import PastRound, PublishedRound, RegisterCard
from disclosure.queries.rounds import may_object
from members.choices import Field

# A result on the list of its round: what the institution's standing may be, or replaced by a later result.
RESULT_STATES = [
    *PublicState.choices,
    (CertificateStanding.SUPERSEDED.value, CertificateStanding.SUPERSEDED.label),
]
PAST_STATES = ["valid", "superseded", "suspended", "expired", "foreign", "removed"]


class FormerValueOutput(serializers.Serializer[Any]):
    """What stood there before."""

    field = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class CorrectionOutput(serializers.Serializer[Any]):
    """更正 of a result taken over: on which day, why, by what, and what was told before."""

    on = serializers.DateField()
    reason = serializers.CharField()
    basis = serializers.CharField()
    removes = serializers.BooleanField(help_text="整项撤下，不再列为结果")
    former = FormerValueOutput(many=True)


class PastResultOutput(serializers.Serializer[Any]):
    """历史结果; with ``source`` it was published by somebody else."""

    year = serializers.IntegerField()
    scheme = serializers.CharField()
    grade = serializers.CharField()
    state = serializers.ChoiceField(choices=PAST_STATES)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    source_url = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    overruled = serializers.BooleanField(default=False, help_text="等级由评定委员会改判")
    corrections = CorrectionOutput(many=True, default=list)


class AspectOutput(serializers.Serializer[Any]):
    """分项情况: points of one aspect, and how many it can have where something does not apply."""

    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField(allow_blank=True)
    points = serializers.CharField()
    ceiling = serializers.CharField()


class OwnRuleOutput(serializers.Serializer[Any]):
    """Of a result of others, whose source names no last day: until when this site lists it as current, by which rule of its own."""

    until = serializers.DateField()
    rule = serializers.CharField()
    citation = serializers.CharField()


class HitOutput(serializers.ModelSerializer[RegisterCard]):
    """登记卡 in a list."""

    key = serializers.CharField(help_text="统一社会信用代码；没有公布的为编号")
    url = serializers.SerializerMethodField()
    field = serializers.ChoiceField(choices=Field.choices)
    state = serializers.ChoiceField(choices=PublicState.choices, source="state_now")
    state_label = serializers.CharField()
    official = serializers.BooleanField(
        source="official_now", allow_null=True, help_text="本会所用的规范是否正式文本；没有本会结果的为空"
    )

    class Meta:
        model = RegisterCard
        fields: tuple[str, ...] = (
            "key",
            "url",
            "name",
            "short_name",
            "former_names",
            "uscc",
            "field",
            "region",
            "is_member",
            "pledge_version",
            "pledge_signed_on",
            "is_demo",
            "state",
            "state_label",
            "grade",
            "grade_year",
            "standard",
            "official",
            "source",
            "published_at",
            "valid_until",
            "as_of",
        )

    def get_url(self, card: RegisterCard) -> str:
        return reverse("api_institution", args=[card.key], request=self.context.get("request"))


class FoundOutput(HitOutput):
    """登记卡 that was looked for, with the reason why it is here; without ``q`` there is none."""

    ground = serializers.ChoiceField(
        choices=Ground.choices, allow_null=True, help_text="命中理由；没有 q 时为空"
    )
    ground_label = serializers.SerializerMethodField(help_text="命中理由，供人阅读")

    class Meta(HitOutput.Meta):
        fields = (*HitOutput.Meta.fields, "ground", "ground_label")

    def get_ground_label(self, card: RegisterCard) -> str:
        return str(card.ground.label) if card.ground else ""


class CardOutput(HitOutput):
    """登记卡 with aspects and history."""

    overruled_note = serializers.CharField(
        help_text="等级由评定委员会改判的，说明与得分对应的等级不同；否则为空"
    )
    profile = AspectOutput(many=True)
    history = PastResultOutput(many=True, source="history_now")
    own_rule = OwnRuleOutput(allow_null=True)
    validity_note = serializers.CharField(
        help_text="他人公布的结果：来源没有写明有效期，列示到何时是本站自定的规则"
    )

    class Meta(HitOutput.Meta):
        fields = (
            *HitOutput.Meta.fields,
            "overruled",
            "overruled_note",
            "profile",
            "history",
            "own_rule",
            "validity_note",
        )


class HitsOutput(serializers.Serializer[Any]):
    """One page; ``next`` is the address of the following one."""

    next = serializers.URLField(allow_null=True)
    hint = serializers.CharField(allow_blank=True, help_text="所查代码的错误所在")
    results = FoundOutput(many=True)


class BandOutput(serializers.Serializer[Any]):
    """等级分数段: ``lower`` belongs to it, ``upper`` does not."""

    grade = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    lower = serializers.CharField()
    upper = serializers.CharField(allow_null=True)


class StageOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()


class ResultOutput(serializers.Serializer[Any]):
    """一轮的结果; one that a later result replaced stays on the list as ``superseded``."""

    key = serializers.CharField()
    name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)
    grade = serializers.CharField()
    state = serializers.ChoiceField(choices=RESULT_STATES)
    overruled = serializers.BooleanField(default=False, help_text="等级由评定委员会改判")
    is_demo = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)


class ProposedOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)
    grade = serializers.CharField(help_text="拟定，还不是等级")
    objection = serializers.BooleanField()


class NoticeOutput(serializers.Serializer[Any]):
    """公示 of proposed results; ``open`` while an objection may be raised, after that they wait to be published."""

    open = serializers.SerializerMethodField(help_text="此刻能否提出异议")
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    explanation = serializers.CharField()
    provisional = serializers.BooleanField()
    number = serializers.IntegerField(help_text="公示名单一共有多少行")
    rows = ProposedOutput(many=True)

    def get_open(self, board: dict[str, Any]) -> bool:
        return may_object(board)


class RoundOutput(serializers.ModelSerializer[PublishedRound]):
    """评估轮次 in a list."""

    id = serializers.IntegerField(source="round_id")
    state = serializers.ChoiceField(choices=RoundState.choices)
    bands = BandOutput(many=True)
    stages = StageOutput(many=True)

    class Meta:
        model = PublishedRound
        fields: tuple[str, ...] = (
            "id",
            "year",
            "title",
            "state",
            "standard",
            "official",
            "bands",
            "stages",
            "as_of",
        )


class RoundResultsOutput(RoundOutput):
    """评估轮次 with what is open to objection and what was published; of each list one page."""

    notices = NoticeOutput(many=True, source="boards")
    number = serializers.IntegerField(source="named", help_text="一共有多少个结果")
    results = ResultOutput(many=True, source="shown")

    class Meta(RoundOutput.Meta):
        fields = (*RoundOutput.Meta.fields, "notices", "number", "results")


class SourceOutput(serializers.Serializer[Any]):
    """出处 of results that were taken over."""

    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)


class TakenOverOutput(serializers.Serializer[Any]):
    """One line of the source; institutions that it does not name are not here."""

    key = serializers.CharField()
    name = serializers.CharField()
    uscc = serializers.CharField(allow_null=True)
    grade = serializers.CharField(help_text="照录出处，不由本平台评定")
    is_demo = serializers.BooleanField()
    corrections = CorrectionOutput(many=True, default=list)


class PastRoundOutput(serializers.ModelSerializer[PastRound]):
    """以往公布的结果 in a list: held by others, or before this platform."""

    sources = SourceOutput(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = PastRound
        fields: tuple[str, ...] = ("year", "scheme", "issuing_body", "sources", "notes", "as_of")


class PastRoundResultsOutput(PastRoundOutput):
    """以往公布的结果 with the institutions that the source names, one page of them."""

    number = serializers.IntegerField(source="named", help_text="出处写明名称的机构一共有多少家")
    results = TakenOverOutput(many=True, source="shown")
    removed = TakenOverOutput(many=True, help_text="更正时撤下的，不计入结果")

    class Meta(PastRoundOutput.Meta):
        fields = (*PastRoundOutput.Meta.fields, "number", "results", "removed")


class RoundsOutput(serializers.Serializer[Any]):
    results = RoundOutput(many=True)
    past = PastRoundOutput(many=True)


class RoundsOfYearOutput(serializers.Serializer[Any]):
    """One page of every list of the year; ``next`` is the address of the following one."""

    next = serializers.URLField(allow_null=True)
    results = RoundResultsOutput(many=True)
    past = PastRoundResultsOutput(many=True)


class StandingOutput(serializers.Serializer[Any]):
    """扫码验真 at this moment."""

    standing = serializers.ChoiceField(choices=CertificateStanding.choices)
    label = serializers.CharField(source="standing.label")  # type: ignore[assignment]
    code = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    uscc = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    is_demo = serializers.BooleanField()
    grade = serializers.CharField(allow_blank=True)
    year = serializers.IntegerField(allow_null=True)
    standard = serializers.CharField(allow_blank=True)
    official = serializers.BooleanField(allow_null=True, help_text="不是本会签发的证书为空")
    issued_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    overruled = serializers.BooleanField(help_text="等级由评定委员会改判")
    overruled_note = serializers.CharField(allow_blank=True)
