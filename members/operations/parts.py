"""What the operations of a membership begin with: finding and locking, whose turn it is, and who is told."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.choices import Role
from association.clocks import Case, deadlines_of, pause_deadline, resume_deadline
from association.conflicts import institutions_tied_to
from association.links import path_to
from association.notices import notify, people_of
from association.outbox import enqueue
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from members.access import applications_visible_to, institutions_visible_to
from members.choices.membership import EventKind
from members.models import CouncilVote, Institution, MembershipApplication, MembershipEvent

APPLICATION, COUNCIL_VOTE, MEMBERSHIP = "application", "council_vote", "membership"
REVIEW, SUPPLEMENT, VOTE, PROBATION = "MEMBER-REVIEW", "MEMBER-SUPPLEMENT", "MEMBER-VOTE", "MEMBER-PROBATION"
LONGEST, LONGEST_LINE = 4000, 300
NUMBERED = gettext_noop("入会申请 %(number)s %(name)s")


def lock_application(actor: Actor, application_id: int) -> MembershipApplication:
    """Raises NotFound, also to those who may not know of it."""
    seen = applications_visible_to(actor).filter(pk=application_id).values("pk")
    rows = MembershipApplication.objects.select_for_update(of=("self",)).select_related("institution")
    found = rows.filter(pk__in=seen).first()
    if found is None:
        raise NotFound(_("没有这件入会申请。"))
    return found


def lock_own_application(actor: Actor, application_id: int) -> MembershipApplication:
    """The same for what only the institution itself may do, whatever else the person is."""
    found = lock_application(actor, application_id)
    if found.institution_id not in actor.institution_ids:
        raise NotFound(_("没有这件入会申请。"))
    return found


def lock_for_review(actor: Actor, application_id: int) -> MembershipApplication:
    """The same for staff: whoever is tied to the institution keeps away from its application."""
    found = lock_application(actor, application_id)
    refuse_tied(actor, found.institution_id)
    return found


def refuse_tied(actor: Actor, institution_id: int) -> None:
    if actor.user_id is not None and institution_id in institutions_tied_to(actor.user_id):
        raise Refused(_("您与这家机构有任职关系，应当回避，请由其他人办理。"))


def lock_institution(actor: Actor, institution_id: int) -> Institution:
    found = institutions_visible_to(actor).select_for_update().filter(pk=institution_id).first()
    if found is None:
        raise NotFound(_("没有这家机构。"))
    return found


def case_of(application: MembershipApplication, *, for_institution: bool = False) -> Case:
    """The queue's title; the page is that of whoever must act."""
    title = NUMBERED % {"number": application.number, "name": application.institution.name}
    page = "membership_application" if for_institution else "admin:members_membershipapplication_change"
    return Case(APPLICATION, application.pk, title, path_to(page, application.pk))


def vote_case(vote: CouncilVote) -> Case:
    title = gettext_noop("理事会表决：%(name)s") % {"name": vote.institution.name}
    return Case(COUNCIL_VOTE, vote.pk, title, path_to("admin:members_councilvote_change", vote.pk))


def member_case(institution: Institution) -> Case:
    title = gettext_noop("会籍：%(name)s") % {"name": institution.name}
    path = path_to("admin:members_institution_change", institution.pk)
    return Case(MEMBERSHIP, institution.pk, title, path)


def hold_review(actor: Actor, application: MembershipApplication) -> None:
    """The clock of the review stands still while the institution supplements; one that is over is not revived."""
    open_ones = deadlines_of(APPLICATION, application.pk).filter(code=REVIEW, stopped_at__isnull=True)
    if open_ones.filter(due_on__gte=clock.today()).exists():
        reason = _("等待申请机构补正")
        pause_deadline(actor=actor, case=case_of(application), code=REVIEW, reason=reason)


def go_on_with_review(actor: Actor, application: MembershipApplication) -> None:
    open_ones = deadlines_of(APPLICATION, application.pk).filter(code=REVIEW, stopped_at__isnull=True)
    if open_ones.filter(paused_on__isnull=False).exists():
        resume_deadline(actor=actor, case=case_of(application), code=REVIEW)


def required(text: str, field: str, sentence: str, *, most: int = LONGEST) -> str:
    found = paragraphs(text)[:most]
    if not found:
        raise InvalidInput(sentence, {field: sentence})
    return found


def line(text: str, field: str, sentence: str) -> str:
    found = one_line(text)[:LONGEST_LINE]
    if not found:
        raise InvalidInput(sentence, {field: sentence})
    return found


def tell_of(
    actor: Actor, institution: Institution, kind: EventKind, *, on: date | None = None, text: str = ""
) -> None:
    """One line of the 大事记; the public copy follows at once."""
    event = keep_event(actor, institution, kind, on=on, text=text)
    key = f"membership-{event.pk}"
    enqueue("disclosure.refresh_institution", key=key, institution_id=institution.pk)


def keep_event(
    actor: Actor, institution: Institution, kind: EventKind, *, on: date | None = None, text: str = ""
) -> MembershipEvent:
    """One line of the 大事记."""
    return MembershipEvent.objects.create(
        institution=institution,
        kind=kind,
        on=on or clock.today(),
        at=clock.now(),
        by_id=actor.user_id,
        text=text[:LONGEST_LINE],
    )


def tell_institution(event: str, institution_id: int, subject: str, body: str, path: str) -> None:
    people = people_of(institution_id=institution_id)
    notify(event, people, subject=subject, body=body, path=path)


def tell_staff(event: str, institution_id: int, subject: str, body: str, path: str) -> None:
    """The secretariat but for those who are tied to the institution."""
    everyone = people_of(roles=[Role.SECRETARIAT])
    people = [one for one in everyone if institution_id not in institutions_tied_to(one)]
    notify(event, people, subject=subject, body=body, path=path)
