"""工作台: what waits for a person, and how far a sheet is."""

from django.db.models import Count, Q

from credit_rating.choices import ItemState
from credit_rating.models import OpinionItem


def row_progress(opinion_id: int) -> tuple[int, int]:
    """How many rows of an opinion are filled in, and how many there are."""
    rows = OpinionItem.objects.filter(opinion_id=opinion_id)
    found = rows.aggregate(done=Count("pk", filter=~Q(state=ItemState.OPEN)), total=Count("pk"))
    return found["done"], found["total"]
