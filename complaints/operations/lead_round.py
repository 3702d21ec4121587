"""每日办理: what the clock does with leads. Once a day, so that no row tells at which hour somebody wrote."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.deadlines import count, rule_in_force
from association.locker import forget_case
from association.notices import notify
from common.said import Said
from complaints.access.leads import MAY
from complaints.choices.leads import DECIDED, LeadState, Speaker
from complaints.models import Lead, LeadEvidence, LeadMessage
from complaints.operations.lead_cases import case_of, untied_staff
from complaints.operations.lead_ending import put_away
from complaints.operations.lead_handling import take_in
from complaints.operations.lead_hearings import close_silent, serve_where_reached
from complaints.queries.lead_boxes import BOXES, start_of

DRAFT, ARCHIVE = "LEAD-DRAFT", "LEAD-ARCHIVE"


@transaction.atomic
def keep_leads(*, actor: Actor) -> None:
    """登记新线索、提醒新回复、删除逾期草稿、到期去标识化. Safe to run twice."""
    actor.require(MAY, "keep_leads")
    _take_in_new(actor)
    _tell_of_answers()
    dropped = _drop_old_drafts()
    told, closed = serve_where_reached(actor), close_silent(actor)
    archived = _put_away_what_is_over(actor)
    retired, files = _retire(actor)
    if dropped or archived or retired or told or closed:
        record(
            actor,
            "keep_leads",
            None,
            drafts=dropped,
            archived=archived,
            leads=retired,
            files=files,
            told=told,
            silent=closed,
        )


def _take_in_new(actor: Actor) -> None:
    new = Lead.objects.select_for_update(of=("self",)).filter(
        state=LeadState.SUBMITTED, taken_in_on__isnull=True
    )
    for lead in new.order_by("pk"):
        take_in(actor, lead)
        notify(
            f"lead-{lead.pk}-submitted",
            untied_staff(lead),
            subject=gettext_noop("收到一件违法违规线索"),
            body=Said(gettext_noop("线索%(number)s等待初步审查。"), number=lead.number),
            path=case_of(lead).path,
        )


def _tell_of_answers() -> None:
    """Whoever is in charge; until then whoever triages."""
    messages = LeadMessage.objects.filter(is_told=False, speaker=Speaker.INFORMANT)
    files = LeadEvidence.objects.filter(is_told=False)
    fresh = Q(pk__in=messages.values("lead_id")) | Q(pk__in=files.values("lead_id"))
    for lead in Lead.objects.exclude(state=LeadState.DRAFT).filter(fresh).order_by("pk"):
        notify(
            f"lead-{lead.pk}-answer-{clock.today():%Y%m%d}",
            [lead.officer_id] if lead.officer_id else untied_staff(lead),
            subject=gettext_noop("线索提供人有补充"),
            body=Said(gettext_noop("线索%(number)s有新的回复或者材料。"), number=lead.number),
            path=case_of(lead).path,
        )
        messages.filter(lead=lead).update(is_told=True)
        files.filter(lead=lead).update(is_told=True)


def _drop_old_drafts() -> int:
    """逾期草稿: nobody but its author ever saw it."""
    today = clock.today()
    rule = rule_in_force(DRAFT, today)
    drafts = Lead.objects.select_for_update(of=("self",)).filter(state=LeadState.DRAFT, saved_on__lt=today)
    old = [lead for lead in drafts if count(rule, start_of(lead.saved_on)).on < today]
    for lead in old:
        lead.evidence.all().delete()
        forget_case(lead.case)
        lead.delete()
    return len(old)


def _put_away_what_is_over(actor: Actor) -> int:
    """到期归档: answered, or decided where nobody waits for an answer, and nobody has put it away.

    What was told is not kept for ever because a button was forgotten.
    """
    today = clock.today()
    rule = rule_in_force(ARCHIVE, today)
    fed_back = Q(state=LeadState.FED_BACK, fed_back_on__lt=today)
    decided = Q(state__in=DECIDED, is_anonymous=True, decided_on__lt=today)
    rows = Lead.objects.select_for_update(of=("self",)).filter(fed_back | decided).order_by("pk")
    over = [row for row in rows if count(rule, start_of(_done_on(row))).on < today]
    for lead in over:
        put_away(actor, lead)
    return len(over)


def _done_on(lead: Lead) -> date:
    return lead.fed_back_on or lead.decided_on or lead.saved_on


def _retire(actor: Actor) -> tuple[int, int]:
    """去标识化: who told, what was told and the files go; the outcome, its grounds and the letters stay."""
    today, files = clock.today(), 0
    over = Lead.objects.select_for_update(of=("self",)).filter(
        state=LeadState.ARCHIVED, retired_on__isnull=True, retire_on__lt=today
    )
    rows = list(over.order_by("pk"))
    for lead in rows:
        _empty(lead, today)
        lead.messages.update(text_box=b"")
        lead.hearings.update(statement="", paper=None)
        files += forget_case(lead.case)
        record(actor, "retire_lead", lead)
    return len(rows), files


def _empty(lead: Lead, today: date) -> None:
    for box in BOXES:
        setattr(lead, box, b"")
    lead.receipt_key, lead.retired_on = None, today
    lead.save(update_fields=[*BOXES, "receipt_key", "retired_on"])
