"""听取意见 as its page shows it, to the institution and to staff alike: never who told the lead."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association.actors import Actor
from association.clocks import Turn, deadlines_of, whose_turn
from association.models import Attachment
from association.reckoning import Term, terms_of
from common.errors import NotFound
from complaints.access.leads import MAY, hearings_visible_to
from complaints.choices.hearings import REVIEWED, HearingStage, HearingState
from complaints.models import LeadFinding, LeadHearing

KIND = "hearing"


@dataclass(frozen=True, slots=True)
class HearingFile:
    hearing: LeadHearing
    is_own: bool
    turn: Turn | None
    terms: list[Term]
    deeds: list[str]

    @property
    def state(self) -> str:
        """To the institution nothing between its objection and the decision."""
        return self.hearing.told_state if self.is_own else str(self.hearing.get_state_display())

    @property
    def files(self) -> list[Attachment]:
        """告知书 for those who serve it, and the paper of the institution for whoever reads the page."""
        letter = None if self.is_own else self.hearing.letter
        return [one for one in (letter, self.hearing.paper) if one is not None]


def hearings_of(actor: Actor) -> QuerySet[LeadHearing]:
    """The newest first."""
    return hearings_visible_to(actor).select_related("institution").order_by("-pk")


def hearing_of(actor: Actor, pk: int) -> HearingFile:
    """Raises NotFound for whoever does not see it."""
    rows = hearings_of(actor).select_related("lead", "letter", "paper", "decided_by", "proposed_by")
    hearing = rows.filter(pk=pk).first()
    if hearing is None:
        raise NotFound(_("没有这件事项。"))
    own = hearing.institution_id in actor.institution_ids
    return HearingFile(
        hearing=hearing,
        is_own=own,
        turn=whose_turn(KIND, hearing.pk),
        terms=terms_of(deadlines_of(KIND, hearing.pk).select_related("rule")),
        deeds=_deeds(actor, hearing, own=own),
    )


def _deeds(actor: Actor, hearing: LeadHearing, *, own: bool) -> list[str]:
    """What the page offers; the operations decide again."""
    offered = [
        ("state_hearing", hearing.state == HearingState.OPEN and own and actor.may(MAY, "state_hearing")),
        ("serve_hearing", hearing.state == HearingState.SERVING and actor.may(MAY, "serve_hearing")),
        (
            "paper_hearing",
            hearing.state == HearingState.OPEN and not own and actor.may(MAY, "review_hearing"),
        ),
        ("review_hearing", not own and actor.may(MAY, "review_hearing") and _may_review(actor, hearing)),
    ]
    return [name for name, may in offered if may]


def _may_review(actor: Actor, hearing: LeadHearing) -> bool:
    if hearing.stage != HearingStage.AFTER or hearing.state not in REVIEWED:
        return False
    if hearing.proposed_by_id == actor.user_id:
        return False
    return LeadFinding.objects.filter(lead=hearing.lead_id).exclude(found_by_id=actor.user_id).exists()
