"""听取意见 as its page shows it, to the institution and to staff alike: never who told the lead."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from association import clock
from association.actors import Actor
from association.clocks import Turn, deadlines_of, whose_turn
from association.models import Attachment
from association.reckoning import Term, terms_of
from association.shown import Facts
from common.errors import NotFound
from complaints.access.leads import MAY, hearings_visible_to
from complaints.choices.complaints import Method
from complaints.choices.hearings import REVIEWED, HearingStage, HearingState
from complaints.models import LeadFinding, LeadHearing
from complaints.queries.voices import speaks_for_itself

KIND = "hearing"
TERMS = {HearingStage.BEFORE: "LEAD-HEARING", HearingStage.AFTER: "LEAD-OBJECT"}


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


def review_shown(hearing: LeadHearing) -> Facts:
    """Whether a first yes or the second is asked for, and what the first one said; in the words of the source."""
    with override(None):
        state = str(HearingState(hearing.state).label)
    return {gettext_noop("进度"): state, gettext_noop("第一位的理由"): hearing.proposal}


def _deeds(actor: Actor, hearing: LeadHearing, *, own: bool) -> list[str]:
    """What the page offers; the operations decide again."""
    offered = [
        ("state_hearing", own and actor.may(MAY, "state_hearing") and _may_speak(hearing)),
        ("serve_hearing", hearing.state == HearingState.SERVING and actor.may(MAY, "serve_hearing")),
        (
            "paper_hearing",
            not own and actor.may(MAY, "review_hearing") and _may_write_down(actor, hearing),
        ),
        ("review_hearing", not own and actor.may(MAY, "review_hearing") and _may_review(actor, hearing)),
    ]
    return [name for name, may in offered if may]


def involved(hearing: LeadHearing) -> set[int | None]:
    """Who told, is in charge, or made the finding: none of them writes down what the institution says to it."""
    found_by = LeadFinding.objects.filter(lead=hearing.lead_id).values_list("found_by_id", flat=True)
    return {hearing.asked_by_id, hearing.lead.officer_id, *found_by}


def last_day(hearing: LeadHearing) -> date | None:
    """Of the term of the institution; it stays known after the term was stopped."""
    term = deadlines_of(KIND, hearing.pk).filter(code=TERMS[HearingStage(hearing.stage)]).last()
    return term.due_on if term is not None else None


def within_term(hearing: LeadHearing) -> bool:
    last = last_day(hearing)
    return last is not None and clock.today() <= last


def may_replace(hearing: LeadHearing) -> bool:
    """What staff wrote down from paper gives way to the institution's own word, while its term lasts and nobody reviewed it."""
    written = hearing.state == HearingState.HEARD and hearing.method == Method.PAPER
    return written and within_term(hearing)


def _may_speak(hearing: LeadHearing) -> bool:
    return hearing.state == HearingState.OPEN or may_replace(hearing)


def _may_write_down(actor: Actor, hearing: LeadHearing) -> bool:
    open_to = hearing.state == HearingState.OPEN and actor.user_id not in involved(hearing)
    return open_to and not speaks_for_itself(hearing.institution_id)


def _may_review(actor: Actor, hearing: LeadHearing) -> bool:
    if hearing.stage != HearingStage.AFTER or hearing.state not in REVIEWED:
        return False
    if hearing.proposed_by_id == actor.user_id:
        return False
    return LeadFinding.objects.filter(lead=hearing.lead_id).exclude(found_by_id=actor.user_id).exists()
