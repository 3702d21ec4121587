"""签署自律公约: a ceremony for all members at once, online signatures with what they bind, signatures on paper by two people."""

from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.in_turn import take_turn
from association.links import path_to
from association.locker import store_file
from association.models import PledgeVersion
from association.notices import notify, people_of
from association.outbox import enqueue
from association.published import INSTITUTION, tell_public_changed
from association.rules.clock import end_of_day
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from members.access import MAY, ceremonies_visible_to, papers_visible_to
from members.choices.membership import EventKind
from members.choices.pledge import CeremonyState, PaperState, Way
from members.models import Institution, MembershipTerm, PledgeCeremony, PledgePaper, PledgeSignature
from members.operations.moves import move_ceremony, move_paper
from members.operations.parts import line, lock_institution, refuse_tied, tell_of
from members.queries.membership import was_member
from members.queries.pledge import (
    clauses_to_sign,
    ended,
    last_signature,
    newest_version,
    open_ceremony,
    signers_of,
    unsigned_members,
)

TURN = "pledge-ceremony"
LONGEST_WINDOW = timedelta(days=366)


@transaction.atomic
def open_signing(*, actor: Actor, title: str, opens_on: date, closes_on: date) -> PledgeCeremony:
    """发起签署仪式 for the newest version, from a day (today: at once) to the end of a day. Every member that has not signed is told."""
    actor.require(MAY, "open_ceremony")
    take_turn(TURN)
    version = newest_version()
    if version is None:
        raise Refused(_("还没有会员大会通过的自律公约，不能发起签署。"))
    name = line(title, "title", _("请填写签署仪式的名称。"))[:120]
    opens_at, ends_at = _window(opens_on, closes_on)
    if PledgeCeremony.objects.filter(state=CeremonyState.OPEN).exists():
        raise Refused(_("已有一场签署仪式正在进行，结束后才能发起下一场。"))
    ceremony = PledgeCeremony.objects.create(
        version=version, title=name, opens_at=opens_at, ends_at=ends_at, opened_by_id=actor.person_id
    )
    record(actor, "open_signing", ceremony, version=version.number, sha256=version.sha256)
    waiting = list(unsigned_members(version).values_list("institution_id", flat=True))
    notify(
        f"pledge-ceremony-{ceremony.pk}",
        signers_of(waiting, Role.INSTITUTION_ADMIN),
        subject=gettext_noop("请签署行业自律公约"),
        body=Said(
            gettext_noop("“%(title)s”：请机构管理员在%(day)s前阅读并签署；已签署过的条款不必重签。"),
            title=name,
            day=closes_on.isoformat(),
        ),
        path=path_to("pledge_desk"),
    )
    return ceremony


def _window(opens_on: date, closes_on: date) -> tuple[datetime, datetime]:
    today = clock.today()
    if opens_on < today:
        raise _wrong("opens_on", _("开始日期不能早于今天。"))
    if closes_on < opens_on:
        raise _wrong("closes_on", _("截止日期不能早于开始日期。"))
    if closes_on - opens_on > LONGEST_WINDOW:
        raise _wrong("closes_on", _("签署期间最长一年。"))
    first = clock.now() if opens_on == today else end_of_day(opens_on - timedelta(days=1))
    return first, end_of_day(closes_on)


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {field: sentence})


@transaction.atomic
def close_signing(*, actor: Actor, ceremony_id: int) -> PledgeCeremony:
    """结束签署仪式, early or when its window is over; the document with all signatures is made."""
    actor.require(MAY, "close_ceremony")
    rows = ceremonies_visible_to(actor).select_for_update(of=("self",)).select_related("version")
    ceremony = rows.filter(pk=ceremony_id).first()
    if ceremony is None:
        raise NotFound(_("没有这场签署仪式。"))
    move_ceremony(ceremony, CeremonyState.CLOSED, closed_at=clock.now())
    record(actor, "close_signing", ceremony, signed=ceremony.signatures.count())
    enqueue("members.render_pledge_record", key=f"pledge-record-{ceremony.pk}", ceremony_id=ceremony.pk)
    return ceremony


@transaction.atomic
def close_ended_signings(*, actor: Actor) -> None:
    """期满: by the beat."""
    actor.require(MAY, "keep_membership")
    for pk in list(ended(clock.now()).values_list("pk", flat=True)):
        close_signing(actor=actor, ceremony_id=pk)


# -- online ---------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_pledge(*, actor: Actor, institution_id: int, sha256: str) -> PledgeSignature:
    """签署 by the administrator of a member, inside the window. ``sha256``: the text that was on the screen.

    Only clauses whose words the institution has not signed are signed now. Raises Refused for another text than the
    newest, a second time, outside a ceremony, and for those who are no members.
    """
    actor.require(MAY, "sign_pledge")
    if institution_id not in actor.institution_ids:
        raise NotFound(_("没有这家机构。"))
    institution = lock_institution(actor, institution_id)
    version = _signable(institution, sha256)
    term = _member(institution, clock.today())
    ceremony = open_ceremony()
    if ceremony is None or ceremony.version_id != version.pk:
        raise Refused(_("现在没有进行中的签署仪式，请等待秘书处通知。"))
    signature = _write(
        actor,
        institution,
        version,
        term,
        way=Way.ONLINE,
        ceremony=ceremony,
        signer_id=actor.person_id,
        signer_name=(actor.name or _("机构管理员"))[:60],
        signer_role=str(Role.INSTITUTION_ADMIN.label),
        signed_on=clock.today(),
    )
    record(actor, "sign_pledge", signature, version=version.number, sha256=version.sha256)
    return signature


def _signable(institution: Institution, sha256: str) -> PledgeVersion:
    """The newest version, where that is what was read, and it is not signed yet."""
    newest = newest_version()
    if newest is None:
        raise Refused(_("还没有会员大会通过的自律公约，不能签署。"))
    if sha256 != newest.sha256:
        old = PledgeVersion.objects.filter(sha256=sha256, number__isnull=False).first()
        if old is not None:
            told = _("这是第%(old)d版，已有第%(new)d版，请阅读并签署新的版本。")
            raise Refused(told % {"old": old.number, "new": newest.number})
        raise Refused(_("您读到的文本不是现行的公约，请重新打开页面，阅读后再签署。"))
    if PledgeSignature.objects.filter(institution=institution, version=newest).exists():
        raise Refused(_("该机构已经签署这一版，不能重复签署。"))
    return newest


def _member(institution: Institution, on: date) -> MembershipTerm:
    term = was_member(institution_id=institution.pk, on=on)
    if term is None:
        raise Refused(_("该机构在签署之日不是会员，自律公约由会员签署。"))
    return term


def _write(
    actor: Actor,
    institution: Institution,
    version: PledgeVersion,
    term: MembershipTerm,
    **how: object,
) -> PledgeSignature:
    """The database says whether there is one already, to two windows of one person too."""
    earlier = last_signature(institution.pk)
    try:
        with transaction.atomic():
            signature = PledgeSignature.objects.create(
                version=version,
                institution=institution,
                sha256=version.sha256,
                clauses=[clause.sha256 for clause in clauses_to_sign(version, earlier)],
                earlier=earlier,
                signed_at=clock.now(),
                term=term,
                name=institution.name,
                uscc=institution.uscc or "",
                tier=term.tier,
                member_state=term.state,
                **how,
            )
    except IntegrityError as error:
        if "pledge_signed_once" in str(error):
            raise Refused(_("该机构已经签署这一版，不能重复签署。")) from error
        raise
    label = f"{version.title} {version.label}"
    tell_of(actor, institution, EventKind.PLEDGE_SIGNED, text=label, on=signature.signed_on)
    tell_public_changed(INSTITUTION, institution.pk)
    return signature


# -- on paper -------------------------------------------------------------------------------------------------


@transaction.atomic
def register_paper_signature(
    *,
    actor: Actor,
    institution_id: int,
    signer_name: str,
    signer_role: str,
    signed_on: date,
    scan: UploadedFile | None,
) -> PledgePaper:
    """登记纸质签署 of the newest version from its scan; it counts when another person has compared it."""
    actor.require(MAY, "register_paper_signature")
    refuse_tied(actor, institution_id)
    institution = lock_institution(actor, institution_id)
    version = newest_version()
    if version is None or version.met_on is None:
        raise Refused(_("还没有会员大会通过的自律公约，不能签署。"))
    _signable(institution, version.sha256)
    if not version.met_on <= signed_on <= clock.today():
        raise _wrong("signed_on", _("签署日期须在公约通过之日和今天之间。"))
    _member(institution, signed_on)
    if PledgePaper.objects.filter(
        version=version, institution=institution, state=PaperState.WAITING
    ).exists():
        raise Refused(_("这家机构已有一份纸质签署等待核对。"))
    who = line(signer_name, "signer_name", _("请填写签署人的姓名。"))[:60]
    role = line(signer_role, "signer_role", _("请填写签署人的职务。"))[:60]
    paper = PledgePaper.objects.create(
        version=version,
        institution=institution,
        signer_name=who,
        signer_role=role,
        signed_on=signed_on,
        scan=store_file(actor=actor, upload=scan, institution_id=institution_id),
        registered_by_id=actor.person_id,
        registered_at=clock.now(),
    )
    record(actor, "register_paper_signature", paper, institution=institution_id)
    notify(
        f"pledge-paper-{paper.pk}",
        [one for one in people_of(roles=[Role.SECRETARIAT]) if one != actor.user_id],
        subject=gettext_noop("有一份纸质签署等待核对"),
        body=gettext_noop("请对照扫描件核对机构、签署人和文本的版本，由登记人以外的人确认。"),
        path=path_to("admin:members_pledgepaper_change", paper.pk),
    )
    return paper


@transaction.atomic
def confirm_paper_signature(*, actor: Actor, paper_id: int) -> PledgeSignature:
    """核对纸质签署 by a second person: now it is a signature, of the day that stands on the paper."""
    actor.require(MAY, "confirm_paper_signature")
    paper = _lock_paper(actor, paper_id)
    institution = lock_institution(actor, paper.institution_id)
    version = _signable(institution, paper.version.sha256)
    term = _member(institution, paper.signed_on)
    move_paper(paper, PaperState.CONFIRMED, decided_by_id=actor.person_id, decided_at=clock.now())
    signature = _write(
        actor,
        institution,
        version,
        term,
        way=Way.PAPER,
        paper=paper,
        signer_name=paper.signer_name,
        signer_role=paper.signer_role,
        signed_on=paper.signed_on,
    )
    record(actor, "confirm_paper_signature", signature, paper=paper.pk)
    return signature


@transaction.atomic
def refuse_paper_signature(*, actor: Actor, paper_id: int, reason: str) -> PledgePaper:
    """不予确认, with the reason; a better scan may be registered."""
    actor.require(MAY, "confirm_paper_signature")
    paper = _lock_paper(actor, paper_id)
    why = line(reason, "reason", _("请写明未通过核对的理由。"))
    move_paper(paper, PaperState.REFUSED, decided_by_id=actor.person_id, decided_at=clock.now(), reason=why)
    record(actor, "refuse_paper_signature", paper, reason=why)
    return paper


def _lock_paper(actor: Actor, paper_id: int) -> PledgePaper:
    rows = papers_visible_to(actor).select_for_update(of=("self",)).select_related("version", "institution")
    paper = rows.filter(pk=paper_id).first()
    if paper is None:
        raise NotFound(_("没有这份纸质签署。"))
    refuse_tied(actor, paper.institution_id)
    if paper.registered_by_id == actor.person_id:
        raise Refused(_("纸质签署须由登记人以外的人核对。"))
    return paper
