from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.tenancy import AssociationOwned
from members.choices.membership import Choice, Matter, VoteState


class CouncilVote(AssociationOwned):
    """理事会表决 by letter: by the shares of the charter in force when it began.

    ``seated``: the accounts of the council's members when it was opened; only they take part. What it came to is fixed with the state; a trigger counts
    the ballots again and refuses a result that they do not bear out.
    """

    matter = models.CharField(_("事项"), max_length=10, choices=Matter.choices)
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="council_votes", verbose_name=_("机构")
    )
    application = models.ForeignKey(
        "members.MembershipApplication",
        models.PROTECT,
        null=True,
        related_name="votes",
        verbose_name=pgettext_lazy("one", "入会申请"),
    )
    proposal = models.TextField(_("提案"))
    state = models.CharField(_("状态"), max_length=8, choices=VoteState.choices, default=VoteState.OPEN)
    seats = models.PositiveSmallIntegerField(_("理事会成员人数"))
    seated = models.JSONField(_("理事会成员"))
    quorum_rule = models.ForeignKey(
        "association.CharterRule", models.PROTECT, verbose_name=_("法定人数"), related_name="+"
    )
    majority_rule = models.ForeignKey(
        "association.CharterRule", models.PROTECT, verbose_name=_("通过的条件"), related_name="+"
    )
    opened_at = models.DateTimeField(_("开始时间"))
    opened_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("提请人"), related_name="+"
    )
    ends_at = models.DateTimeField(_("截止时间"))
    closed_at = models.DateTimeField(_("计票时间"), null=True)
    closed_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("计票人"), related_name="+"
    )
    votes_for = models.PositiveSmallIntegerField(_("赞成票"), null=True)
    votes_against = models.PositiveSmallIntegerField(_("反对票"), null=True)
    abstentions = models.PositiveSmallIntegerField(_("弃权票"), null=True)
    recusals = models.PositiveSmallIntegerField(_("回避人数"), null=True)
    reasons = models.TextField(_("理由"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "理事会表决"),
            pgettext_lazy("many", "理事会表决"),
        )
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["association", "state", "-id"], name="vote_by_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "institution", "matter"],
                name="vote_open_once",
                condition=Q(state=VoteState.OPEN),
            ),
            models.CheckConstraint(
                name="vote_on_something",
                condition=Q(matter=Matter.ADMISSION, application__isnull=False)
                | Q(matter=Matter.EXPULSION, application__isnull=True),
            ),
            models.CheckConstraint(name="vote_has_seats", condition=Q(seats__gte=1) & ~Q(proposal="")),
            models.CheckConstraint(name="vote_ends_later", condition=Q(ends_at__gt=F("opened_at"))),
            models.CheckConstraint(
                name="vote_closed_whole",
                condition=Q(state=VoteState.OPEN, closed_at__isnull=True, votes_for__isnull=True)
                | Q(
                    state__in=[VoteState.PASSED, VoteState.FAILED, VoteState.VOID],
                    closed_at__isnull=False,
                    votes_for__isnull=False,
                    votes_against__isnull=False,
                    abstentions__isnull=False,
                    recusals__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="vote_refused_with_reasons", condition=~Q(state=VoteState.FAILED) | ~Q(reasons="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_matter_display()} {self.institution}"


class CouncilBallot(AssociationOwned):
    """一票: written once. Who stands aside is kept here too, with the reason, and so can never vote."""

    vote = models.ForeignKey(CouncilVote, models.PROTECT, related_name="ballots", verbose_name=_("表决"))
    voter = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("理事会成员"), related_name="+"
    )
    choice = models.CharField(_("意见"), max_length=8, choices=Choice.choices)
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    cast_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "表决票"), pgettext_lazy("many", "表决票")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "vote", "voter"], name="ballot_once"),
            models.CheckConstraint(name="ballot_choice_known", condition=Q(choice__in=Choice.values)),
            models.CheckConstraint(
                name="ballot_recused_with_reason", condition=~Q(choice=Choice.RECUSED) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vote} {self.voter}"
