"""调解意愿: what each side says about mediating. From paper it stands on a scan, one hand writes for one side only, and the
side hears of it at once; an institution that gets an account denies what it never wrote.
"""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, Refused
from complaints.access.complaints import MAY
from complaints.choices.complaints import FactKind, Method, Party, State
from complaints.models import Complaint, Consent
from complaints.operations.cases import (
    lock_against_own,
    lock_complaint,
    lock_for_complainant,
    note_fact,
    tell_complainant,
    tell_institution,
    tell_person,
    tell_staff,
)
from complaints.operations.facts import (
    AGREED_AFTER_ALL,
    REFUSAL_DENIED,
    set_aside,
    standing_facts,
    turn_after_set_aside,
)
from complaints.operations.filing import on_paper
from complaints.operations.mediation import ASKED, mediator_of
from complaints.operations.own_voice import keep_word
from complaints.queries.consents import deniable_consent

WRITTEN = gettext_noop("协会按书面意见登记了贵机构对投诉%(number)s的调解意愿")
WRITTEN_BODIES = {
    True: gettext_noop("登记为同意调解。不是贵机构的意思的，请登录后在投诉页面否认，登记即不作数。"),
    False: gettext_noop(
        "登记为不同意调解，并作为事实记录。不是贵机构的意思的，请登录后在投诉页面否认，登记和事实即不作数。"
    ),
}


@transaction.atomic
def consent(
    *,
    actor: Actor,
    party: str,
    given: bool,
    complaint_id: int | None = None,
    receipt_code: str = "",
    paper: UploadedFile | None = None,
) -> Consent:
    """调解意愿 of one side; the last word counts. A refusal by the institution is kept as a fact.

    Raises InvalidInput without the paper of a side for which staff write it down, Refused where the same person wrote
    down the word of the other side, or the institution speaks for itself.
    """
    complaint, method, by = _speaking(actor, party, complaint_id, receipt_code)
    if complaint.state not in ASKED:
        raise Refused(_("现在是“%(state)s”，不征求调解意愿。") % {"state": complaint.get_state_display()})
    _refuse_same_hand(complaint, party, method, by)
    signed = keep_word(actor, complaint, party, method, paper)
    said = Consent.objects.create(
        complaint=complaint,
        party=party,
        given=given,
        method=method,
        paper=signed,
        recorded_by_id=by,
        at=clock.now(),
    )
    record(actor, "consent", said, complaint=complaint.pk, party=party, given=given, **on_paper(signed))
    if party == Party.INSTITUTION:
        _keep_refusal(actor, complaint, given=given)
    if method == Method.PAPER:
        _tell_of_paper(complaint, said)
    if complaint.state == State.MEDIATING and not given:
        _tell_of_refusal(complaint, said, "withdrawn")
    tell_staff(
        complaint,
        f"consent-{said.pk}",
        gettext_noop("投诉%(number)s有新的调解意愿"),
        gettext_noop("双方都同意后，请指派调解员。"),
    )
    return said


@transaction.atomic
def deny_consent(*, actor: Actor, complaint_id: int) -> Consent:
    """否认: the institution never wrote what was written down from its paper. It counts no more, nor does the fact.

    Raises Refused where it spoke for itself since, or denied it before.
    """
    actor.require(MAY, "deny_consent")
    complaint = lock_against_own(actor, complaint_id)
    said = deniable_consent(complaint)
    if said is None:
        raise Refused(_("没有可以否认的调解意愿。"))
    said.denied_at = clock.now()
    said.save(update_fields=["denied_at"])
    record(actor, "deny_consent", said, complaint=complaint.pk, given=said.given, **on_paper(said.paper))
    for fact in standing_facts(complaint, FactKind.REFUSED_MEDIATION):
        set_aside(actor, fact, REFUSAL_DENIED)
    if complaint.state == State.MEDIATING:
        _tell_of_refusal(complaint, said, "denied")
    tell_staff(
        complaint,
        f"consent-denied-{said.pk}",
        gettext_noop("投诉%(number)s的机构否认代为登记的调解意愿"),
        gettext_noop("登记不再作数；请核对书面意见，并请机构登录后自己说明是否同意调解。"),
    )
    return said


def _refuse_same_hand(complaint: Complaint, party: str, method: Method, by: int | None) -> None:
    """One person does not make the consent of both; the database asks the same."""
    others = Consent.objects.filter(complaint=complaint, denied_at__isnull=True).exclude(party=party)
    last = others.order_by("pk").last()
    if method == Method.PAPER and last is not None and last.method == method and last.recorded_by_id == by:
        raise Refused(_("另一方的调解意愿是您代为登记的，这一方的须由另一位同事登记。"))


def _tell_of_paper(complaint: Complaint, said: Consent) -> None:
    event = f"consent-paper-{said.pk}"
    if said.party == Party.INSTITUTION:
        tell_institution(complaint, event, WRITTEN, WRITTEN_BODIES[said.given])
    else:
        tell_complainant(complaint, event)


def _tell_of_refusal(complaint: Complaint, said: Consent, how: str) -> None:
    """撤回同意: whoever mediates and the other side hear of it; nothing goes on until both agree again or it is ended."""
    event = f"consent-{how}-{said.pk}"
    body = gettext_noop("一方不再同意调解。双方重新同意前，不再安排调解会，也不拟定和签署协议。")
    subject = gettext_noop("投诉%(number)s的一方不再同意调解")
    if said.party == Party.COMPLAINANT:
        tell_institution(complaint, event, subject, body)
    else:
        tell_complainant(complaint, event)
    if (mediator := mediator_of(complaint)) is not None:
        tell_person(complaint, mediator.pk, event, subject, body)


def _keep_refusal(actor: Actor, complaint: Complaint, *, given: bool) -> None:
    """拒绝调解 is a fact while it is the last word."""
    if given:
        for fact in standing_facts(complaint, FactKind.REFUSED_MEDIATION):
            set_aside(actor, fact, AGREED_AFTER_ALL)
        return
    turn = turn_after_set_aside(complaint, FactKind.REFUSED_MEDIATION)
    note_fact(complaint, FactKind.REFUSED_MEDIATION, turn=turn)


def _speaking(
    actor: Actor, party: str, complaint_id: int | None, receipt_code: str
) -> tuple[Complaint, Method, int | None]:
    """Which side speaks, how it is known, and who writes it down."""
    if party == Party.COMPLAINANT:
        return lock_for_complainant(actor, complaint_id, receipt_code)
    if party != Party.INSTITUTION:
        raise InvalidInput(_("请说明是哪一方。"))
    actor.require(MAY, "consent")
    if actor.is_staff:
        return lock_complaint(actor, complaint_id or 0), Method.PAPER, actor.person_id
    return lock_against_own(actor, complaint_id or 0), Method.ACCOUNT, actor.person_id
