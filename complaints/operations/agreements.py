"""调解协议: drawn up by the mediator, signed by both sides of exactly one text; then its performance is watched."""

import hashlib
from collections.abc import Sequence
from datetime import date
from unicodedata import normalize

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.clocks import Owner, deadlines_of, hand_over
from association.committee import committee_on
from association.deadlines import start_clock as term_from_now
from association.models import PeoplesCommittee
from association.outbox import enqueue
from common.errors import InvalidInput, Refused
from common.text import paragraphs
from complaints.access.complaints import MAY
from complaints.choices.complaints import (
    Body,
    Method,
    Party,
    State,
)
from complaints.choices.written import WrittenKind
from complaints.models import Agreement, Complaint, Instalment, Signature
from complaints.operations.cases import (
    COMPLAINANT,
    KIND,
    MEDIATE_BY,
    SIGN_BY,
    case_of,
    institution_turn,
    lock_against_own,
    lock_complaint,
    lock_for_complainant,
    required_text,
    start_clock,
    stop_clock,
    tell_complainant,
    tell_institution,
)
from complaints.operations.filing import keep_signed
from complaints.operations.mass_clock import follow_mass_case
from complaints.operations.mediation import acting_mediator, refuse_stopped
from complaints.operations.moves import move_complaint
from complaints.operations.payments import watch_next_payment
from complaints.operations.standstill import stop_working_clocks
from complaints.operations.written_down import Word, tell_written, word_of
from complaints.queries.people import names_in, signer_of
from complaints.rules.money import Payment, wrong_amount, wrong_day, wrong_payments
from complaints.rules.shown import scrubbed

SIGN = gettext_noop("核对并签署调解协议")
LONGEST_AGREEMENT = 20_000


@transaction.atomic
def agree(
    *,
    actor: Actor,
    complaint_id: int,
    text: str,
    amount_fen: int,
    payments: Sequence[Payment],
    perform_by: date | None = None,
    body: str = Body.ASSOCIATION,
) -> Agreement:
    """拟定调解协议: text and instalments as both will sign them. A former one that nobody had finished signing is void.

    ``perform_by`` is needed where no money is paid. Raises InvalidInput, also when the amount is over what was paid.
    """
    actor.require(MAY, "mediate")
    complaint = lock_complaint(actor, complaint_id)
    if complaint.state != State.MEDIATING:
        raise Refused(_("这件投诉不在调解中。"))
    refuse_stopped(complaint)
    assignment = acting_mediator(actor, complaint)
    said = required_text(paragraphs(text), "text", _("请填写协议内容。"), LONGEST_AGREEMENT)
    # Both sides sign what the document shows, so what must not stand in it is masked before there is a hash.
    said = scrubbed(said, names_in(complaint))
    _check_money(complaint, amount_fen, payments)
    committee = _committee(body)
    last = _last_day(payments, perform_by)
    former = Agreement.objects.filter(complaint=complaint, superseded_at=None, signed_at=None)
    former.update(superseded_at=clock.now())
    agreement = Agreement.objects.create(
        complaint=complaint,
        body=body,
        text=said,
        committee=committee,
        text_sha256=hash_of(
            said, amount_fen, payments, last, body=_named(body, committee), mediator=assignment.mediator.name
        ),
        amount_fen=amount_fen,
        paid_fen=complaint.paid_fen or 0,
        perform_by=last,
        mediator_id=assignment.mediator_id,
        drawn_up_at=clock.now(),
        drawn_up_by_id=actor.person_id,
    )
    Instalment.objects.bulk_create(_instalments(agreement, payments))
    record(actor, "agree", agreement, complaint=complaint.pk, sha256=agreement.text_sha256)
    enqueue("complaints.render_agreement", key=f"proposal-{agreement.pk}", agreement_id=agreement.pk)
    _watch_signing(actor, complaint, institution_turn(complaint))
    _ask_to_sign(complaint, agreement)
    return agreement


def _last_day(payments: Sequence[Payment], perform_by: date | None) -> date:
    """履行期限: the day of the last payment, or the one that was set where no money is paid. Raises InvalidInput."""
    last = payments[-1].due_on if payments else perform_by
    wrong = _("请填写不早于今天的履行期限。") if last is None else wrong_day(last, clock.today())
    if last is None or wrong:
        raise InvalidInput(wrong, {"perform_by": wrong})
    return last


def _committee(body: str) -> PeoplesCommittee | None:
    """Raises Refused where the association has registered none: only its agreements go to a court for confirmation."""
    if body not in Body.values:
        raise InvalidInput(_("请选择以谁的名义调解。"), {"body": _("请选择以谁的名义调解。")})
    if body != Body.PEOPLES_COMMITTEE:
        return None
    found = committee_on(clock.today())
    if found is None:
        raise Refused(_("本协会没有登记人民调解委员会，不能以它的名义拟定协议。"))
    return found


def _named(body: str, committee: PeoplesCommittee | None) -> str:
    """调解组织 in what is hashed: the same whatever the language of the page."""
    return f"{body} {committee.name}" if committee is not None else body


def _check_money(complaint: Complaint, amount_fen: int, payments: Sequence[Payment]) -> None:
    if wrong := wrong_amount(amount_fen, complaint.paid_fen, complaint.returned_fen):
        raise InvalidInput(wrong, {"amount_fen": wrong})
    if wrong := wrong_payments(payments, amount_fen, clock.today()):
        raise InvalidInput(wrong, {"payments": wrong})


def hash_of(
    text: str, amount_fen: int, payments: Sequence[Payment], perform_by: date, *, body: str, mediator: str
) -> str:
    """摘要 of all that is agreed on: before whom, the words, the amount and the days."""
    lines = [body, mediator, text, str(amount_fen), perform_by.isoformat()]
    lines += [f"{payment.due_on.isoformat()} {payment.amount_fen}" for payment in payments]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _instalments(agreement: Agreement, payments: Sequence[Payment]) -> list[Instalment]:
    return [
        Instalment(
            complaint_id=agreement.complaint_id,
            agreement=agreement,
            position=place,
            due_on=payment.due_on,
            amount_fen=payment.amount_fen,
        )
        for place, payment in enumerate(payments, start=1)
    ]


def _watch_signing(actor: Actor, complaint: Complaint, owner: Owner) -> None:
    """签署期限 of its own, never longer than the mediation has left; that of a former text is over."""
    stop_clock(actor, complaint, SIGN_BY, outcome="replaced")
    rule, due = term_from_now(SIGN_BY, clock.now())
    mediation = deadlines_of(KIND, complaint.pk).filter(
        code=MEDIATE_BY, stopped_at__isnull=True, paused_on__isnull=True
    )
    last = mediation.first()
    ends_on = last.due_on if last is not None and last.due_on < due.on else None
    start_clock(actor, complaint, SIGN_BY, owner, SIGN, ends_on=ends_on, title=rule.title)


def _hand_over_signing(actor: Actor, complaint: Complaint, signed: Party) -> None:
    """The other side is next: each is shown that it is waited for."""
    owner = COMPLAINANT if signed == Party.INSTITUTION else institution_turn(complaint)
    if deadlines_of(KIND, complaint.pk).filter(code=SIGN_BY, stopped_at__isnull=True).exists():
        hand_over(actor=actor, case=case_of(complaint), code=SIGN_BY, owner=owner)


def _ask_to_sign(complaint: Complaint, agreement: Agreement) -> None:
    event = f"agreement-{agreement.pk}"
    tell_institution(
        complaint,
        event,
        gettext_noop("请签署投诉%(number)s的调解协议"),
        gettext_noop("调解协议已拟定，请核对内容后签署；也可以下载协议书打印，签名盖章后交协会登记。"),
    )
    tell_complainant(complaint, event)


@transaction.atomic
def sign(
    *,
    actor: Actor,
    party: str,
    text_sha256: str,
    complaint_id: int | None = None,
    receipt_code: str = "",
    paper: UploadedFile | None = None,
    printed: str = "",
) -> Signature:
    """签署 of the text whose hash was on the page. The second signature makes the agreement.

    Staff write down what a side signed on ``paper``: its scan is kept, and the check code ``printed`` on it says which
    text was signed. Who wrote one side's paper down does not write the other's, nor does who drew up the text write
    down the complainant's, who is told at once and may deny it.
    """
    complaint, method, by = _signing(actor, party, complaint_id, receipt_code)
    agreement = (
        Agreement.objects.select_for_update().filter(complaint=complaint, superseded_at__isnull=True).first()
    )
    if complaint.state != State.MEDIATING or agreement is None:
        raise Refused(_("没有等待签署的调解协议。"))
    refuse_stopped(complaint)
    if agreement.text_sha256 != text_sha256:
        raise Refused(_("协议内容已经改变，请重新核对后再签署。"))
    if Signature.objects.filter(agreement=agreement, party=party).exists():
        raise Refused(_("这一方已经签署。"))
    if method == Method.PAPER:
        _refuse_other_paper(agreement, printed)
        _refuse_same_clerk(agreement, by)
        _refuse_author(agreement, party, by)
    word = _word(actor, complaint, Party(party), (method, by), paper)
    signature = Signature.objects.create(
        agreement=agreement,
        party=party,
        person=signer_of(complaint) if party == Party.COMPLAINANT else None,
        text_sha256=text_sha256,
        method=method,
        recorded_by_id=by,
        signed_at=clock.now(),
        written=word.written,
    )
    record(actor, "sign", signature, complaint=complaint.pk, party=party, sha256=text_sha256, **word.trail)
    tell_written(complaint, word)
    if Signature.objects.filter(agreement=agreement).count() == len(Party):
        _conclude(actor, complaint, agreement)
    else:
        _hand_over_signing(actor, complaint, Party(party))
    return signature


def _refuse_other_paper(agreement: Agreement, printed: str) -> None:
    """An old print is another agreement, whatever the page says now."""
    if normalize("NFKC", printed).strip().lower() != agreement.check_code:
        sentence = _("纸上的核对码与现在的协议不符，请核对签的是不是现在的协议文本。")
        raise InvalidInput(sentence, {"printed": sentence})


def _refuse_same_clerk(agreement: Agreement, by: int | None) -> None:
    """两人登记: no single person can make an agreement out of papers alone. The database wants the same."""
    if Signature.objects.filter(agreement=agreement, method=Method.PAPER, recorded_by_id=by).exists():
        raise Refused(_("另一方的纸质签署是您登记的，这一方请由另一位工作人员登记。"))


def _word(
    actor: Actor,
    complaint: Complaint,
    party: Party,
    said_by: tuple[Method, int | None],
    paper: UploadedFile | None,
) -> Word:
    """The complainant's is told and may be denied; of the institution's the scan is kept."""
    if party == Party.COMPLAINANT:
        return word_of(actor, complaint, said_by, paper, WrittenKind.SIGN)
    method, by = said_by
    return Word(method, by, None, keep_signed(actor, complaint, method, paper, party))


def _refuse_author(agreement: Agreement, party: str, by: int | None) -> None:
    """Who wrote what is agreed on does not say as well that the complainant signed it. The database wants the same."""
    if party == Party.COMPLAINANT and agreement.drawn_up_by_id == by:
        raise Refused(_("协议是您拟定的，投诉人的纸质签署请由另一位工作人员登记。"))


def _signing(
    actor: Actor, party: str, complaint_id: int | None, receipt_code: str
) -> tuple[Complaint, Method, int | None]:
    if party == Party.COMPLAINANT:
        return lock_for_complainant(actor, complaint_id, receipt_code)
    if party != Party.INSTITUTION:
        raise InvalidInput(_("请说明是哪一方。"))
    actor.require(MAY, "sign")
    if actor.is_staff:
        return lock_complaint(actor, complaint_id or 0), Method.PAPER, actor.person_id
    return lock_against_own(actor, complaint_id or 0), Method.ACCOUNT, actor.person_id


def _conclude(actor: Actor, complaint: Complaint, agreement: Agreement) -> None:
    """达成协议: mediation has met its end, the first day of payment is watched, the document is made."""
    agreement.signed_at = clock.now()
    agreement.save(update_fields=["signed_at"])
    stop_working_clocks(actor, complaint, "agreed")
    move_complaint(complaint, State.AGREED)
    watch_next_payment(actor, complaint)
    enqueue("complaints.render_agreement", key=f"agreement-{agreement.pk}", agreement_id=agreement.pk)
    event = f"agreed-{agreement.pk}"
    tell_institution(
        complaint,
        event,
        gettext_noop("投诉%(number)s已达成调解协议"),
        gettext_noop("双方已签署，请按期履行并上传凭证。未履行将作为事实记录。"),
    )
    tell_complainant(complaint, event)
    follow_mass_case(actor, complaint)
