"""自律公约: the text that the association keeps; who signed it stands in ``members``."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from association.choices import PledgeState
from association.tenancy import AssociationOwned

ADOPTED = [PledgeState.ADOPTED, PledgeState.IN_FORCE, PledgeState.SUPERSEDED]


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        "association.User", models.PROTECT, null=null, verbose_name=label, related_name="+"
    )


class PledgeVersion(AssociationOwned):
    """自律公约的一个版本: a draft that is looked through, adopted by the general meeting, in force, superseded.

    ``sha256`` is of title, preamble and clauses; a trigger makes it again when the version is adopted, and from then on
    nothing of the text changes. The figures of the meeting must reach the shares of the charter; the trigger counts too.
    """

    number = models.PositiveSmallIntegerField(_("版本号"), null=True)
    title = models.CharField(_("名称"), max_length=120)
    preamble = models.TextField(_("序言"), blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=PledgeState.choices, default=PledgeState.DRAFT)
    sha256 = models.CharField(_("文本的指纹"), max_length=64)
    # Of the text that was last looked through for wording.
    looked_through = models.CharField(max_length=64, blank=True)
    drafted_by = _person(_("起草人"), null=False)
    saved_at = models.DateTimeField(_("保存时间"))
    meeting = models.CharField(_("会员大会"), max_length=120, blank=True)
    met_on = models.DateField(_("会议日期"), null=True)
    entitled = models.PositiveIntegerField(_("应到会员"), null=True)
    present = models.PositiveIntegerField(_("到会会员"), null=True)
    votes_for = models.PositiveIntegerField(_("赞成票"), null=True)
    votes_against = models.PositiveIntegerField(_("反对票"), null=True)
    abstentions = models.PositiveIntegerField(_("弃权票"), null=True)
    quorum_rule = models.ForeignKey(
        "association.CharterRule",
        models.PROTECT,
        null=True,
        verbose_name=_("法定人数"),
        related_name="+",
    )
    majority_rule = models.ForeignKey(
        "association.CharterRule",
        models.PROTECT,
        null=True,
        verbose_name=_("通过的条件"),
        related_name="+",
    )
    minutes = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("会议决议"), related_name="+"
    )
    remark = models.CharField(_("说明"), max_length=300, blank=True)
    adopted_at = models.DateTimeField(_("登记通过的时间"), null=True)
    adopted_by = _person(_("登记人"))
    effective_on = models.DateField(_("生效日期"), null=True)
    in_force_at = models.DateTimeField(_("生效时间"), null=True)
    superseded_at = models.DateTimeField(_("被替代的时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("自律公约")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "number"], name="pledge_number_once"),
            models.UniqueConstraint(
                fields=["association"], name="pledge_draft_once", condition=Q(state=PledgeState.DRAFT)
            ),
            models.UniqueConstraint(
                fields=["association"], name="pledge_in_force_once", condition=Q(state=PledgeState.IN_FORCE)
            ),
            models.CheckConstraint(name="pledge_state_known", condition=Q(state__in=PledgeState.values)),
            models.CheckConstraint(
                name="pledge_adopted_whole",
                condition=~Q(state__in=ADOPTED)
                | Q(
                    number__gte=1,
                    met_on__isnull=False,
                    entitled__gte=F("present"),
                    present=F("votes_for") + F("votes_against") + F("abstentions"),
                    quorum_rule__isnull=False,
                    majority_rule__isnull=False,
                    minutes__isnull=False,
                    adopted_at__isnull=False,
                    adopted_by__isnull=False,
                    effective_on__gte=F("met_on"),
                    looked_through=F("sha256"),
                )
                & ~Q(meeting=""),
            ),
            models.CheckConstraint(
                name="pledge_unadopted_has_no_number",
                condition=Q(state__in=ADOPTED) | Q(number__isnull=True, adopted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pledge_in_force_since",
                condition=~Q(state__in=[PledgeState.IN_FORCE]) | Q(in_force_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pledge_superseded_since",
                condition=Q(state=PledgeState.SUPERSEDED, superseded_at__isnull=False)
                | ~Q(state=PledgeState.SUPERSEDED) & Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pledge_named", condition=~Q(title="") & Q(sha256__regex="^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.label}"

    @property
    def label(self) -> str:
        """第2版, or what an unadopted one is."""
        return (
            gettext("第%(number)d版") % {"number": self.number} if self.number else self.get_state_display()
        )


class PledgeClause(AssociationOwned):
    """条款: its number within the version and its words; fixed with the version."""

    version = models.ForeignKey(
        PledgeVersion, models.PROTECT, related_name="clauses", verbose_name=_("自律公约")
    )
    place = models.PositiveSmallIntegerField(_("条"))
    text = models.TextField(_("条款"))
    sha256 = models.CharField(_("条款的指纹"), max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("公约条款")
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "version", "place"], name="pledge_clause_once"),
            models.CheckConstraint(name="pledge_clause_says", condition=~Q(text="") & Q(place__gte=1)),
        ]

    def __str__(self) -> str:
        return gettext("第%(place)d条") % {"place": self.place}


class PledgeFlag(AssociationOwned):
    """用语提示: a place of a clause that reads like a restraint of competition, until a second person clears it by name."""

    version = models.ForeignKey(
        PledgeVersion, models.PROTECT, related_name="flags", verbose_name=_("自律公约")
    )
    clause = models.ForeignKey(PledgeClause, models.PROTECT, related_name="flags", verbose_name=_("条款"))
    code = models.CharField(_("代号"), max_length=20)
    title = models.CharField(_("提示"), max_length=80)
    citation = models.CharField(_("依据"), max_length=200)
    advice = models.CharField(_("说明"), max_length=300)
    excerpt = models.CharField(_("原文"), max_length=120)
    author = _person(_("起草人"), null=False)
    cleared_by = _person(_("核定人"))
    cleared_at = models.DateTimeField(_("核定时间"), null=True)
    reason = models.CharField(_("核定的理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("用语提示")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="pledge_flag_cleared_whole",
                condition=Q(cleared_by__isnull=True, cleared_at__isnull=True, reason="")
                | Q(cleared_by__isnull=False, cleared_at__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="pledge_flag_by_another",
                condition=Q(cleared_by__isnull=True) | ~Q(cleared_by=F("author")),
            ),
            models.CheckConstraint(name="pledge_flag_cited", condition=~Q(citation="") & ~Q(excerpt="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.clause}"
