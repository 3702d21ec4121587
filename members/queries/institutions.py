"""Reads of institutions for this app and those above."""

from collections.abc import Collection

from django.db.models import CharField, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from association import clock
from common.text import folded
from members.models import FormerName, Institution, MembershipTerm


def institutions() -> QuerySet[Institution]:
    """Every institution of the association, member or not."""
    return Institution.objects.all()


def with_membership(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """Adds ``is_member``: whether the institution is a member today.

    Asked of each row that is answered, by an index; as EXISTS it would be answered by reading every term there is, for
    a page of fifty too.
    """
    day = clock.today()
    held = MembershipTerm.objects.filter(institution=OuterRef("pk"), superseded_at__isnull=True)
    held = held.filter(Q(until_on__isnull=True) | Q(until_on__gte=day), from_on__lte=day)
    return rows.annotate(is_member=Coalesce(Subquery(held.values(held=Value(True))[:1]), Value(False)))


def former_names() -> QuerySet[FormerName]:
    return FormerName.objects.all()


class SearchKey(Func):
    """A name as ``search_key`` makes it, in the database."""

    template = r"lower(regexp_replace(normalize(%(expressions)s, NFKC), '\s', '', 'g'))"
    output_field = CharField()


def search_key(name: str) -> str:
    """A name for comparing: whatever brackets, widths, capitals and blanks it was written with."""
    return "".join(folded(name).split())


def called(name: str) -> QuerySet[Institution]:
    """The institutions of exactly this name, today or before; of a common name there may be several."""
    key = search_key(name)
    former = FormerName.objects.alias(key=SearchKey("name")).filter(key=key)
    rows = Institution.objects.alias(key=SearchKey("name"))
    return rows.filter(Q(key=key) | Q(pk__in=former.values("institution_id"))) if key else rows.none()


def search_keys_of(institution_ids: Collection[int]) -> frozenset[str]:
    """Under which keys a name that somebody typed means one of these: their names, and those they had."""
    names = Institution.objects.filter(pk__in=institution_ids).values_list("name")
    former = FormerName.objects.filter(institution__in=institution_ids).values_list("name")
    return frozenset(search_key(name) for (name,) in names.union(former, all=True).order_by())
