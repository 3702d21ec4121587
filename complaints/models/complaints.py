from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from association.rules.clock import beijing
from association.tenancy import AssociationOwned
from complaints.choices.complaints import (
    BEFORE_ACCEPTANCE,
    ENDED_STATES,
    SAID_BY_COMPLAINANT,
    DecisionKind,
    Intake,
    MassState,
    Outcome,
    State,
    Subject,
    Timeliness,
)


def number_of(pk: int, received_at: datetime) -> str:
    """T2026-000123: the year in which it was received, and the row."""
    return f"T{beijing(received_at):%Y}-{pk:06d}"


class MassCase(AssociationOwned):
    """群体性投诉: one negotiation with one institution, an offer and a file of its own for each person."""

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, verbose_name=_("机构"), related_name="+"
    )
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(
        _("状态"), max_length=12, choices=MassState.choices, default=MassState.NEGOTIATING
    )
    notes = models.TextField(_("协商记录"), blank=True)
    opened_by = models.ForeignKey(
        "association.User", models.PROTECT, verbose_name=_("建立人"), related_name="+"
    )
    opened_at = models.DateTimeField(_("建立时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    # How many were joined at the opening; nothing: opened before this was kept.
    opened_with = models.PositiveSmallIntegerField(_("合并时的件数"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            pgettext_lazy("one", "群体性投诉"),
            pgettext_lazy("many", "群体性投诉"),
        )
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="mass_case_ended",
                condition=Q(state=MassState.NEGOTIATING, ended_at__isnull=True)
                | Q(state=MassState.ENDED, ended_at__isnull=False),
            ),
            models.CheckConstraint(name="mass_case_of_two", condition=Q(opened_with__gte=2)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == MassState.NEGOTIATING


class Complaint(AssociationOwned):
    """投诉. Who complains stands in ``Person`` and ``PersonalData``; what was decided in ``Decision``.

    ``state`` says where the proceedings are, ``outcome`` what the complainant says came of them. Amounts are fen.
    """

    institution = models.ForeignKey(
        "members.Institution", models.PROTECT, null=True, verbose_name=_("被投诉机构"), related_name="+"
    )
    respondent_name = models.CharField(_("被投诉人名称"), max_length=120)
    respondent_address = models.CharField(_("被投诉人地址"), max_length=160, blank=True)
    intake = models.CharField(_("来源"), max_length=8, choices=Intake.choices)
    order_number = models.CharField(_("工单编号"), max_length=40, blank=True)
    order_due_on = models.DateField(_("工单时限"), null=True)
    # Where the order names an hour; else the limit is the whole day.
    order_due_time = models.TimeField(_("工单时限的时刻"), null=True)
    # 委托: art. 17, in the name of the one who delegates, not to be delegated further.
    delegated_by = models.CharField(_("委托单位"), max_length=80, blank=True)
    delegation_number = models.CharField(_("委托文号"), max_length=60, blank=True)
    subject = models.CharField(_("事项"), max_length=12, choices=Subject.choices)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.RECEIVED)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, default=Outcome.UNKNOWN)
    confirmed_at = models.DateTimeField(_("投诉人确认时间"), null=True)
    satisfaction = models.PositiveSmallIntegerField(_("满意度"), null=True)
    # Nothing: an order of 12345 that does not tell it, until staff asked.
    harmed_on = models.DateField(_("知道权益受损之日"), null=True)
    contract_on = models.DateField(_("合同日期"), null=True)
    facts = models.TextField(_("事实"))
    demand = models.TextField(_("诉求"))
    paid_fen = models.BigIntegerField(_("已付金额（分）"), null=True)
    claimed_fen = models.BigIntegerField(_("要求退还（分）"), default=0)
    settled_fen = models.BigIntegerField(_("和解金额（分）"), null=True)
    returned_fen = models.BigIntegerField(_("已退还（分）"), default=0)
    is_consumer = models.BooleanField(_("为生活消费"), default=True)
    handled_elsewhere = models.CharField(_("已由何处受理或处理"), max_length=120, blank=True)
    shares_phone = models.BooleanField(_("同意机构知道电话"), default=False)
    receipt_key = models.BinaryField(_("查询码摘要"), max_length=32, null=True)
    # Of the page a caller's complaint was typed on: sent twice it is one complaint.
    filing_key = models.CharField(max_length=40, null=True)
    received_at = models.DateTimeField(_("收到时间"))
    received_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("代录人"), related_name="+"
    )
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    accepted_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("受理人"), related_name="+"
    )
    served_at = models.DateTimeField(_("送达机构时间"), null=True)
    timeliness = models.CharField(
        _("机构答复"), max_length=10, choices=Timeliness.choices, default=Timeliness.NOT_ASKED
    )
    # The clock that acceptance starts (the term of mediation); a term that was counted anew is the same row.
    clock = models.ForeignKey(
        "association.Deadline", models.PROTECT, null=True, verbose_name=_("调解期限"), related_name="+"
    )
    # What was closed: it decides where an objection of the complainant leads back to.
    closed_from = models.CharField(_("由何状态办结"), max_length=12, choices=State.choices, blank=True)
    told_complainant_at = models.DateTimeField(_("告知投诉人时间"), null=True)
    told_institution_at = models.DateTimeField(_("告知机构时间"), null=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True)
    # 去标识化: the personal data are gone and so are the texts that may have held some.
    retired_at = models.DateTimeField(_("去标识化时间"), null=True)
    mass_case = models.ForeignKey(
        MassCase,
        models.PROTECT,
        null=True,
        verbose_name=pgettext_lazy("one", "群体性投诉"),
        related_name="complaints",
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "投诉"), pgettext_lazy("many", "投诉")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # One pass over this index answers the statistics; the table is not touched.
            models.Index(
                fields=["association", "institution", "received_at"],
                include=[
                    "state",
                    "outcome",
                    "timeliness",
                    "satisfaction",
                    "claimed_fen",
                    "returned_fen",
                    "accepted_at",
                ],
                name="complaint_statistics",
            ),
            models.Index(fields=["association", "state", "id"], name="complaint_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "receipt_key"], name="complaint_receipt_once"),
            models.UniqueConstraint(fields=["association", "filing_key"], name="complaint_filed_once"),
            models.UniqueConstraint(
                fields=["association", "order_number"],
                name="complaint_order_once",
                condition=~Q(order_number=""),
            ),
            models.CheckConstraint(
                name="complaint_harm_known",
                condition=Q(harmed_on__isnull=False) | Q(intake=Intake.HOTLINE),
            ),
            models.CheckConstraint(name="complaint_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="complaint_accepted",
                condition=Q(state__in=[*sorted(BEFORE_ACCEPTANCE), State.WITHDRAWN])
                | Q(
                    accepted_at__isnull=False,
                    accepted_by__isnull=False,
                    institution__isnull=False,
                    clock__isnull=False,
                ),
            ),
            # Two may settle before it was served, and then one objects: only that waits for an answer unserved.
            models.CheckConstraint(
                name="complaint_served",
                condition=~Q(state=State.AWAIT_REPLY)
                | Q(served_at__isnull=False)
                | Q(settled_fen__isnull=False, timeliness=Timeliness.NOT_ASKED),
            ),
            # 结果: only the complainant's own word makes it resolved; silence stays silence.
            models.CheckConstraint(
                name="complaint_outcome_said",
                condition=Q(outcome__in=sorted(SAID_BY_COMPLAINANT), confirmed_at__isnull=False)
                | Q(outcome__in=[Outcome.UNKNOWN, Outcome.NO_ANSWER], confirmed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="complaint_satisfaction",
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
            models.CheckConstraint(
                name="complaint_amounts",
                condition=Q(claimed_fen__gte=0, returned_fen__gte=0)
                & (Q(paid_fen__isnull=True) | Q(paid_fen__gte=0))
                & (Q(settled_fen__isnull=True) | Q(settled_fen__gte=0)),
            ),
            models.CheckConstraint(
                name="complaint_hotline", condition=~Q(intake=Intake.HOTLINE) | ~Q(order_number="")
            ),
            models.CheckConstraint(
                name="complaint_returned_within_paid",
                condition=Q(returned_fen=0) | Q(paid_fen__isnull=False, returned_fen__lte=F("paid_fen")),
            ),
            models.CheckConstraint(
                name="complaint_outcome_at_end",
                condition=Q(outcome=Outcome.UNKNOWN) | Q(state=State.CLOSED),
            ),
            models.CheckConstraint(
                name="complaint_ended",
                condition=Q(state__in=sorted(ENDED_STATES), ended_at__isnull=False)
                | (~Q(state__in=sorted(ENDED_STATES)) & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="complaint_retired_after_end",
                condition=Q(retired_at__isnull=True) | Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_step(self) -> State:
        """Where it stands, or stood when it was closed: an objection and a late payment ask for that."""
        return State(self.closed_from or self.state)

    @property
    def negotiated_jointly(self) -> bool:
        """In 群体性投诉 whose negotiation goes on; one that is over holds nobody."""
        return self.mass_case is not None and self.mass_case.is_open

    @property
    def number(self) -> str:
        """What is said on the phone and printed; it finds the file and tells nothing of the person."""
        return number_of(self.pk, self.received_at)


class Decision(AssociationOwned):
    """决定: what was decided about a complaint, on which ground, with the reasons as they were given."""

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="decisions", verbose_name=pgettext_lazy("one", "投诉")
    )
    kind = models.CharField(_("决定"), max_length=10, choices=DecisionKind.choices)
    ground = models.CharField(_("依据的情形"), max_length=20, blank=True)
    citation = models.CharField(_("依据"), max_length=120, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    transferred_to = models.CharField(_("转往"), max_length=80, blank=True)
    document = models.ForeignKey(
        "association.Attachment", models.PROTECT, null=True, verbose_name=_("文书"), related_name="+"
    )
    # Nobody: the clock, or the complainant by the receipt code.
    decided_by = models.ForeignKey(
        "association.User", models.PROTECT, null=True, verbose_name=_("决定人"), related_name="+"
    )
    decided_at = models.DateTimeField(_("时间"))
    # What the complainant says and staff write down stands on a paper.
    written = models.ForeignKey(
        "complaints.WrittenDown", models.PROTECT, null=True, verbose_name=_("代为登记"), related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("one", "决定"), pgettext_lazy("many", "决定")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="decision_reasoned",
                condition=~Q(kind__in=[DecisionKind.REFUSE, DecisionKind.TERMINATE])
                | (~Q(ground="") & ~Q(citation="")),
            ),
            models.CheckConstraint(
                name="decision_transfer_names_whom",
                condition=~Q(kind=DecisionKind.TRANSFER) | ~Q(transferred_to=""),
            ),
            models.CheckConstraint(
                name="decision_of_a_person",
                condition=~Q(
                    kind__in=[
                        DecisionKind.ACCEPT,
                        DecisionKind.REFUSE,
                        DecisionKind.TRANSFER,
                        DecisionKind.HARM_DAY,
                    ]
                )
                | Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.complaint_id}"
