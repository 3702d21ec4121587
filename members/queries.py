"""Reads of institutions for this app and those above."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from association import clock
from members.models import FormerName, Institution, Membership


def institutions() -> QuerySet[Institution]:
    """Every institution of the association, member or not."""
    return Institution.objects.all()


def with_membership(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """Adds ``is_member``: whether the institution is a member today."""
    day = clock.today()
    open_today = Membership.objects.filter(institution=OuterRef("pk"), from_on__lte=day).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day)
    )
    return rows.annotate(is_member=Exists(open_today))


def former_names() -> QuerySet[FormerName]:
    return FormerName.objects.all()
