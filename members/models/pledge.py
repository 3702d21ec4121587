from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from association.tenancy import AssociationOwned
from members.choices.membership import MemberState, Tier
from members.choices.pledge import CeremonyState, PaperState, Way


def _person(label: Any, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        "association.User", models.PROTECT, null=null, verbose_name=label, related_name="+"
    )


class PledgeCeremony(AssociationOwned):
    """签署仪式 of one version: opened by the secretariat for a window of time; one at a time."""

    version = models.ForeignKey(
        "association.PledgeVersion", models.PROTECT, related_name="ceremonies", verbose_name=_("自律公约")
    )
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(
        _("状态"), max_length=6, choices=CeremonyState.choices, default=CeremonyState.OPEN
    )
    opens_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("截止时间"))
    opened_by = _person(_("发起人"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)
    # Every signature under the version so far, as one document; made when the ceremony has ended.
    record = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("签署文本"), related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("签署仪式")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association"], name="ceremony_open_once", condition=Q(state=CeremonyState.OPEN)
            ),
            models.CheckConstraint(name="ceremony_window", condition=Q(ends_at__gt=F("opens_at"))),
            models.CheckConstraint(
                name="ceremony_closed_whole",
                condition=Q(state=CeremonyState.OPEN, closed_at__isnull=True, record__isnull=True)
                | Q(state=CeremonyState.CLOSED, closed_at__isnull=False),
            ),
            models.CheckConstraint(name="ceremony_named", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class PledgePaper(AssociationOwned):
    """纸质签署: the scan of a signed page, registered by one of the staff and confirmed by another."""

    version = models.ForeignKey(
        "association.PledgeVersion", models.PROTECT, related_name="papers", verbose_name=_("自律公约")
    )
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="pledge_papers", verbose_name=_("机构")
    )
    signer_name = models.CharField(_("签署人"), max_length=60)
    signer_role = models.CharField(_("签署人职务"), max_length=60)
    signed_on = models.DateField(_("签署日期"))
    scan = models.ForeignKey(
        "association.Attachment", models.PROTECT, verbose_name=_("扫描件"), related_name="+"
    )
    state = models.CharField(_("状态"), max_length=9, choices=PaperState.choices, default=PaperState.WAITING)
    registered_by = _person(_("登记人"))
    registered_at = models.DateTimeField(_("登记时间"))
    decided_by = _person(_("核对人"), null=True)
    decided_at = models.DateTimeField(_("核对时间"), null=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("纸质签署")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "version", "institution"],
                name="pledge_paper_once",
                condition=~Q(state=PaperState.REFUSED),
            ),
            models.CheckConstraint(
                name="pledge_paper_decided",
                condition=Q(state=PaperState.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=PaperState.WAITING) & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pledge_paper_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("registered_by")),
            ),
            models.CheckConstraint(
                name="pledge_paper_refused_with_reason",
                condition=~Q(state=PaperState.REFUSED) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="pledge_paper_signed", condition=~Q(signer_name="") & ~Q(signer_role="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.version}"


class PledgeSignature(AssociationOwned):
    """签署: written once. It binds the hash of the text, who signed in which role, when, and what the institution was then.

    ``clauses``: the hashes of the clauses that were signed now; the others stand as the ``earlier`` signature has them.
    The signer's name is for the association and the signatories: the public list names institutions.
    """

    version = models.ForeignKey(
        "association.PledgeVersion", models.PROTECT, related_name="signatures", verbose_name=_("自律公约")
    )
    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, related_name="pledge_signatures", verbose_name=_("机构")
    )
    sha256 = models.CharField(_("文本的指纹"), max_length=64)
    clauses = models.JSONField(_("本次签署的条款"))
    earlier = models.ForeignKey(
        "self", models.PROTECT, null=True, verbose_name=_("此前的签署"), related_name="+"
    )
    way = models.CharField(_("方式"), max_length=6, choices=Way.choices)
    ceremony = models.ForeignKey(
        PledgeCeremony, models.PROTECT, null=True, related_name="signatures", verbose_name=_("签署仪式")
    )
    paper = models.OneToOneField(
        PledgePaper, models.PROTECT, null=True, related_name="signature", verbose_name=_("纸质签署")
    )
    signer = _person(_("签署人账号"), null=True)
    signer_name = models.CharField(_("签署人"), max_length=60)
    signer_role = models.CharField(_("签署人职务"), max_length=60)
    signed_on = models.DateField(_("签署日期"))
    signed_at = models.DateTimeField(_("登记时间"))
    # What the institution was at that moment.
    term = models.ForeignKey(
        "members.MembershipTerm", models.PROTECT, verbose_name=_("会籍"), related_name="+"
    )
    name = models.CharField(_("当时的名称"), max_length=80)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    tier = models.CharField(_("级别"), max_length=14, choices=Tier.choices)
    member_state = models.CharField(_("会籍状态"), max_length=10, choices=MemberState.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("公约签署")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["association", "institution", "-id"], name="signature_of_institution")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "version", "institution"], name="pledge_signed_once"
            ),
            models.CheckConstraint(
                name="pledge_signed_by_way",
                condition=Q(way=Way.ONLINE, ceremony__isnull=False, signer__isnull=False, paper__isnull=True)
                | Q(way=Way.PAPER, paper__isnull=False, signer__isnull=True, ceremony__isnull=True),
            ),
            models.CheckConstraint(
                name="pledge_signed_by_name", condition=~Q(signer_name="") & ~Q(signer_role="") & ~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.version}"
