"""法律依据 of the categories of 线索, as this association may name them."""

from complaints.models import Lead, LeadAnchorConfirmation
from complaints.rules.leads import Anchor, anchor_of, shipped_anchors, with_confirmed


def anchors_here() -> tuple[Anchor, ...]:
    """The shipped articles; whoever of the association has read one answers for it as a source does."""
    read = LeadAnchorConfirmation.objects.values_list("category", "valid_from", "citation")
    return with_confirmed(shipped_anchors(), frozenset(read))


def unverified_anchor(lead: Lead) -> Anchor | None:
    """The article behind the category of a lead without one, while nobody has read it."""
    if lead.anchor or lead.submitted_on is None:
        return None
    anchor = anchor_of(anchors_here(), lead.category, lead.submitted_on)
    return None if anchor is None or anchor.is_sourced else anchor


def who_read(lead: Lead) -> LeadAnchorConfirmation | None:
    """Whose word the article of a lead stands on, where its text was not at hand when it was shipped."""
    read = LeadAnchorConfirmation.objects.filter(category=lead.category, citation=lead.anchor)
    return read.order_by("-valid_from").first() if lead.anchor else None
