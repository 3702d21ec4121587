"""调解意愿 as it stands: the last word of each side that was not denied."""

from complaints.choices.complaints import Method, Party
from complaints.models import Complaint, Consent


def last_words(complaint: Complaint) -> dict[str, bool]:
    """What each side said last; a side that said nothing is not there. The database asks the same."""
    rows = Consent.objects.filter(complaint=complaint, denied_at__isnull=True).order_by("pk")
    return dict(rows.values_list("party", "given"))


def deniable_consent(complaint: Complaint) -> Consent | None:
    """What staff wrote down last from a paper of the institution, while it said nothing itself since."""
    rows = Consent.objects.filter(complaint=complaint, party=Party.INSTITUTION).select_related("paper")
    last = rows.order_by("pk").last()
    standing = last is not None and last.method == Method.PAPER and last.denied_at is None
    return last if standing else None
