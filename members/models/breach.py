from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from association.rules.clock import beijing
from association.tenancy import AssociationOwned
from members.choices.breach import BREACH_OPEN, BreachSource, BreachState, Sanction, Service
from members.choices.membership import Tier

DECIDED = [BreachState.RECTIFYING, BreachState.SANCTIONED, BreachState.RECTIFIED, BreachState.CLOSED]
HEARD = [BreachState.HEARD, BreachState.PROPOSED, *DECIDED]
ENDED = [BreachState.DISMISSED, BreachState.RECTIFIED, BreachState.CLOSED, BreachState.WITHDRAWN]


def _person(label: Any, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        "association.User", models.PROTECT, null=null, verbose_name=label, related_name="+"
    )


class PledgeBreach(AssociationOwned):
    """违反公约: an allegation against a member under one clause that it signed, through notice, defence and decision.

    The columns from ``notice`` on are those of the present turn; what each turn came to is kept as ``BreachDecision``.
    """

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="breaches", verbose_name=_("机构")
    )
    signature = models.ForeignKey(
        "members.PledgeSignature", models.PROTECT, verbose_name=_("签署"), related_name="+"
    )
    clause = models.ForeignKey(
        "association.PledgeClause", models.PROTECT, verbose_name=_("所涉条款"), related_name="+"
    )
    source = models.CharField(_("来源"), max_length=10, choices=BreachSource.choices)
    source_id = models.BigIntegerField(_("来源编号"), null=True)
    facts = models.TextField(_("事实"))
    alleged_by = _person(_("提出人"), null=False)
    alleged_at = models.DateTimeField(_("提出时间"))
    state = models.CharField(
        _("状态"), max_length=10, choices=BreachState.choices, default=BreachState.ALLEGED
    )
    turn = models.PositiveSmallIntegerField(_("次数"), default=1)
    notice = models.TextField(_("告知的内容"), blank=True)
    noticed_at = models.DateTimeField(_("告知时间"), null=True)
    # On which day and how it reached the institution: the term of the defence begins with it.
    served_on = models.DateField(_("送达日期"), null=True)
    service = models.CharField(_("送达方式"), max_length=6, choices=Service.choices, blank=True)
    defence = models.TextField(_("陈述申辩"), blank=True)
    defended_at = models.DateTimeField(_("申辩时间"), null=True)
    # What came on paper, with the day on which it came in.
    received_on = models.DateField(_("收到日期"), null=True)
    paper = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("书面申辩"), related_name="+"
    )
    defended_by = _person(_("申辩人"))
    hearing = models.TextField(_("听取的情况"), blank=True)
    heard_at = models.DateTimeField(_("听取时间"), null=True)
    sanction = models.CharField(_("拟作的决定"), max_length=13, choices=Sanction.choices, blank=True)
    grounds = models.TextField(_("理由"), blank=True)
    charter_clause = models.CharField(_("章程的条款"), max_length=200, blank=True)
    tier = models.CharField(_("降为"), max_length=14, choices=Tier.choices, blank=True)
    proposed_by = _person(_("拟定人"))
    proposed_at = models.DateTimeField(_("拟定时间"), null=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    outcome = models.TextField(_("结果"), blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("公约违约")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["association", "state", "-id"], name="breach_by_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "source", "source_id", "clause"],
                name="breach_of_source_once",
                condition=Q(source_id__isnull=False) & ~Q(state=BreachState.WITHDRAWN),
            ),
            models.UniqueConstraint(
                fields=["association", "institution", "clause"],
                name="breach_open_once",
                condition=Q(state__in=sorted(BREACH_OPEN)),
            ),
            models.CheckConstraint(
                name="breach_has_source",
                condition=Q(source=BreachSource.STAFF, source_id__isnull=True)
                | Q(source__in=[BreachSource.LEAD, BreachSource.COMPLAINT], source_id__isnull=False),
            ),
            models.CheckConstraint(name="breach_has_facts", condition=~Q(facts="")),
            models.CheckConstraint(
                name="breach_noticed",
                condition=Q(state__in=[BreachState.ALLEGED, BreachState.DISMISSED, BreachState.WITHDRAWN])
                | Q(noticed_at__isnull=False, served_on__isnull=False) & ~Q(notice="") & ~Q(service=""),
            ),
            models.CheckConstraint(
                name="breach_defended",
                condition=Q(
                    defended_at__isnull=True,
                    defended_by__isnull=True,
                    received_on__isnull=True,
                    paper__isnull=True,
                    defence="",
                )
                | Q(defended_at__isnull=False, defended_by__isnull=False, received_on__isnull=False)
                & ~Q(defence=""),
            ),
            models.CheckConstraint(
                name="breach_withdrawn_with_its_source",
                condition=~Q(state=BreachState.WITHDRAWN, source=BreachSource.STAFF),
            ),
            models.CheckConstraint(
                name="breach_heard",
                condition=~Q(state__in=HEARD) | Q(heard_at__isnull=False) & ~Q(hearing=""),
            ),
            models.CheckConstraint(
                name="breach_proposed",
                condition=~Q(state__in=[BreachState.PROPOSED, *DECIDED])
                | Q(proposed_by__isnull=False, proposed_at__isnull=False) & ~Q(grounds="") & ~Q(sanction=""),
            ),
            models.CheckConstraint(
                name="breach_ended_with_outcome",
                condition=~Q(state__in=ENDED) | ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="breach_downgrade_says_to_what",
                condition=Q(sanction=Sanction.DOWNGRADE) & ~Q(tier="")
                | ~Q(sanction=Sanction.DOWNGRADE) & Q(tier=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.institution}"

    @property
    def number(self) -> str:
        """What officials call it."""
        return f"W{beijing(self.alleged_at):%Y}-{self.pk:05d}"


class BreachDecision(AssociationOwned):
    """决定 of one turn, by two people: with the notice and the defence it rests on. Written once."""

    breach = models.ForeignKey(
        PledgeBreach, models.PROTECT, related_name="decisions", verbose_name=_("公约违约")
    )
    turn = models.PositiveSmallIntegerField(_("次数"))
    sanction = models.CharField(_("决定"), max_length=13, choices=Sanction.choices)
    grounds = models.TextField(_("理由"))
    charter_clause = models.CharField(_("章程的条款"), max_length=200, blank=True)
    tier = models.CharField(_("降为"), max_length=14, choices=Tier.choices, blank=True)
    notice = models.TextField(_("告知的内容"))
    defence = models.TextField(_("陈述申辩"), blank=True)
    hearing = models.TextField(_("听取的情况"))
    proposed_by = _person(_("拟定人"), null=False)
    decided_by = _person(_("决定人"), null=False)
    decided_at = models.DateTimeField(_("决定时间"))
    term = models.ForeignKey(
        "members.MembershipTerm", models.PROTECT, null=True, verbose_name=_("当时的会籍"), related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("违约的决定")
        ordering: ClassVar = ["turn"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "breach", "turn"], name="breach_decided_once"),
            models.CheckConstraint(name="breach_decided_by_two", condition=~Q(decided_by=F("proposed_by"))),
            models.CheckConstraint(
                name="breach_sanction_of_the_charter",
                condition=Q(sanction=Sanction.NONE) | ~Q(charter_clause="") & Q(term__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_sanction_display()} {self.breach_id}"
