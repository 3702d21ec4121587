"""随行的钟表: a term that ends with a term of another case, and says so in its arithmetic."""

from typing import Any

from association.actors import Actor
from association.audit import record
from association.clocks import Case, Owner
from association.deadlines import rule_row
from association.models import Deadline


def start_like(
    *, actor: Actor, code: str, case: Case, owner: Owner, action: str, other: Deadline, title: str
) -> Deadline:
    """起算 as long as ``other`` runs: its beginning, its end and its arithmetic, which names its case.

    It moves with the other only when whoever started it stops it and starts it anew.
    """
    row = Deadline.objects.create(
        case_kind=case.kind,
        case_id=case.id,
        case_title=case.title[:160],
        case_path=case.path,
        code=code,
        rule=rule_row(code, other.start_on),
        title=title[:80],
        action=action,
        owner_side=owner.side,
        owner_user_id=owner.user_id,
        owner_institution_id=owner.institution_id,
        started_at=other.started_at,
        start_on=other.start_on,
        # Not counted by a rule of its own: that its day is 暂定 stands in the arithmetic.
        set_on=other.due_on,
        due_on=other.due_on,
        ends_at=other.ends_at,
        provisional=False,
        reckoning=of_another(other),
    )
    due = other.due_on.isoformat()
    record(actor, "start_deadline", row, case=f"{case.kind}-{case.id}", code=code, of=other.pk, due=due)
    return row


def of_another(other: Deadline) -> dict[str, Any]:
    """The arithmetic of ``other`` as the term that follows it keeps it."""
    return {**other.reckoning, "of": [other.case_title, other.title]}
