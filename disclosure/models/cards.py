"""登记卡, its search keys, and the copies of rounds: what the register shows."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from association import clock
from credit_rating.choices import CertificateStanding, PublicState, overruled_note
from disclosure.choices import Ground

# What ends with its last day: on the card, and in its history.
HELD = frozenset({PublicState.GRADED, PublicState.SUSPENDED})
HELD_IN_HISTORY = frozenset({CertificateStanding.VALID, CertificateStanding.SUSPENDED})


class RegisterCard(models.Model):
    """登记卡: one institution as the public sees it. No personal data, no drafts, no evidence."""

    association = models.ForeignKey("association.Association", models.CASCADE, related_name="+")
    institution = models.OneToOneField(
        "members.Institution", models.CASCADE, related_name="+", db_constraint=False
    )
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    former_names = ArrayField(models.CharField(max_length=80), default=list, verbose_name=_("曾用名"))
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, null=True)
    field = models.CharField(_("类别"), max_length=14)
    region = models.CharField(_("地区"), max_length=40, blank=True)
    is_member = models.BooleanField(_("会员"), default=False)
    # The last version of the pledge that it signed as a member, and on which day.
    pledge_version = models.PositiveSmallIntegerField(_("签署的公约版本"), null=True)
    pledge_signed_on = models.DateField(_("签署日期"), null=True)
    is_demo = models.BooleanField(_("演示"), default=False)
    source = models.CharField(_("资料来源"), max_length=300, blank=True)
    state = models.CharField(_("评估状态"), max_length=16, choices=PublicState.choices)
    grade = models.CharField(_("等级"), max_length=12, blank=True)
    grade_year = models.PositiveSmallIntegerField(_("年度"), null=True)
    standard = models.CharField(_("评估规范"), max_length=160, blank=True)
    official = models.BooleanField(_("正式规范"), default=True)
    overruled = models.BooleanField(_("改判"), default=False)
    profile = models.JSONField(_("分项情况"), default=list)
    published_at = models.DateTimeField(_("公布时间"), null=True)
    valid_until = models.DateField(_("有效期至"), null=True)
    history = models.JSONField(_("历史结果"), default=list)
    own_rule = models.JSONField(_("本站自定的列示规则"), null=True)
    search_text = models.CharField(max_length=80, db_collation="C")
    keys_version = models.PositiveSmallIntegerField(db_default=0)
    as_of = models.DateTimeField(_("数据截至"))
    # 命中理由 of a card that a search found, and the former name by which; no columns.
    ground: Ground | None = None
    meant = ""

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "登记卡"), pgettext_lazy("many", "登记卡")
        indexes: ClassVar = [
            models.Index(fields=["association", "uscc"], name="card_uscc"),
            models.Index(fields=["association", "search_text", "id"], name="card_by_name"),
            models.Index(
                fields=["association", "search_text", "id"],
                name="card_signed",
                condition=models.Q(pledge_version__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What stands in its address: the code, or our number where the code is not known."""
        return self.uscc or str(self.institution_id)

    @property
    def state_now(self) -> PublicState:
        """The state at this moment: a last day that has passed since the card was written counts at once."""
        over = self.valid_until is not None and self.valid_until < clock.today()
        return PublicState.EXPIRED if over and self.state in HELD else PublicState(self.state)

    @property
    def state_label(self) -> str:
        return str(self.state_now.label)

    @property
    def official_now(self) -> bool | None:
        """Whether our standard is an official text; nothing where no result or procedure of ours is told."""
        return None if self.source or not self.standard else self.official

    @property
    def history_now(self) -> list[dict[str, Any]]:
        """历史结果, of which the one of the grade above has ended when that has."""
        if self.state_now == self.state:
            return list(self.history)
        ended = {"state": PublicState.EXPIRED.value}
        return [past | ended if past["state"] in HELD_IN_HISTORY else past for past in self.history]

    @property
    def overruled_note(self) -> str:
        return overruled_note(self.overruled)

    @property
    def validity_note(self) -> str:
        """Of a result of others: its source names no last day, and until when it is listed is our own rule."""
        if not self.source:
            return ""
        if self.own_rule is None:
            return gettext("来源没有写明有效期。")
        return (
            gettext(
                "来源没有写明有效期。列为当前结果至%(until)s、此后列为往年结果，是本站自定的规则（%(rule)s；%(citation)s），不是来源的规定。"
            )
            % self.own_rule
        )


class CardGram(models.Model):
    """检索键: one character or pair of one name, syllables, initials or a piece of the code, in the order in which hits are shown.

    ``best`` is the name on which the card ranks highest for this gram, so that a card under two names is one hit.
    Compared byte by byte (collation C): names are folded before they come here.
    """

    association = models.ForeignKey(
        "association.Association", models.CASCADE, related_name="+", db_index=False
    )
    card = models.ForeignKey(RegisterCard, models.CASCADE, related_name="grams")
    gram = models.CharField(max_length=5, db_collation="C")
    text = models.CharField(max_length=80, db_collation="C")
    place = models.PositiveSmallIntegerField()
    length = models.PositiveSmallIntegerField()
    best = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["association", "gram", "place", "length", "card"],
                include=["text", "best"],
                name="card_gram_rank",
            ),
        ]

    def __str__(self) -> str:
        return self.gram


class PublishedRound(models.Model):
    """结果公布: a round's results as published."""

    association = models.ForeignKey("association.Association", models.CASCADE, related_name="+")
    round = models.OneToOneField("credit_rating.Round", models.CASCADE, related_name="+", db_constraint=False)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=16)
    standard = models.CharField(max_length=160)
    official = models.BooleanField(default=True)
    bands = models.JSONField(default=list)
    rules = models.JSONField(default=dict)
    stages = models.JSONField(default=list)
    results = models.JSONField(default=list)
    notice = models.JSONField(default=dict)
    as_of = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["association", "year"], name="published_round_year")]

    def __str__(self) -> str:
        return self.title


class PastRound(models.Model):
    """以往公布的结果: an evaluation held by others or before this platform, as its source tells it. Nothing is computed here."""

    association = models.ForeignKey("association.Association", models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    scheme = models.CharField(max_length=80)
    issuing_body = models.CharField(max_length=80)
    sources = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    results = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    as_of = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "year", "scheme", "issuing_body"], name="past_round_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.scheme}"
