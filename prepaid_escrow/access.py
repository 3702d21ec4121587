"""Who may do what with prepaid tuition."""

from django.db.models import QuerySet

from association.actors import Actor
from association.choices import STAFF_ROLES, Role
from prepaid_escrow.models import InterestRate, RefundCalculation, RefundRuleVersion

MAY = {
    "propose_refund_rule": frozenset({Role.SECRETARIAT}),
    "confirm_refund_rule": frozenset({Role.SECRETARIAT}),
    "save_calculation": frozenset({Role.SECRETARIAT, Role.MEDIATOR}),
}


def rates_visible_to(actor: Actor) -> QuerySet[InterestRate]:
    return InterestRate.objects.all() if _sees_desk(actor) else InterestRate.objects.none()


def rule_versions_visible_to(actor: Actor) -> QuerySet[RefundRuleVersion]:
    return RefundRuleVersion.objects.all() if _sees_desk(actor) else RefundRuleVersion.objects.none()


def calculations_visible_to(actor: Actor) -> QuerySet[RefundCalculation]:
    """Staff see all; whom a case concerns sees its calculations on the page of the case."""
    return RefundCalculation.objects.all() if _sees_desk(actor) else RefundCalculation.objects.none()


def _sees_desk(actor: Actor) -> bool:
    return actor.is_system or bool(actor.roles & STAFF_ROLES)
