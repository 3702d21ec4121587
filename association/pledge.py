"""自律公约: drafted and looked through for wording, adopted by the general meeting, in force from its day on."""

import functools
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY, pledges_visible_to
from association.actors import Actor, system
from association.audit import record
from association.charter import charter_rule
from association.choices import PLEDGE_STEPS, PledgeState, Role
from association.in_turn import take_turn
from association.links import path_to
from association.locker import store_file
from association.models import CharterRule, PledgeClause, PledgeFlag, PledgeVersion
from association.notices import notify, people_of
from association.published import PLEDGE, tell_public_changed
from association.rules.pledge import (
    OrderError,
    Wording,
    clauses_of,
    digest,
    digest_of,
    wording_in,
    wordings_of,
)
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line, paragraphs
from common.transitions import check_step

TURN = "pledge"
QUORUM, MAJORITY = "PLEDGE-QUORUM", "PLEDGE-MAJORITY"
MOST_CLAUSES, LONGEST_CLAUSE, LONGEST_PREAMBLE, LONGEST_EXCERPT = 120, 2000, 4000, 120


@functools.cache
def shipped_wordings() -> tuple[Wording, ...]:
    """反垄断用语 as delivered with this version, each with its article."""
    path = Path(settings.BASE_DIR) / "reference" / "pledge_wording.csv"
    return wordings_of(path.read_text(encoding="utf-8"))


@transaction.atomic
def save_pledge_draft(
    *, actor: Actor, title: str, text: str, preamble: str = "", seen: str = ""
) -> PledgeVersion:
    """起草: the one draft of the association is written anew and looked through; what was cleared in the same words stays so.

    ``seen``: the hash of the draft that was on the screen; raises Refused where somebody else has changed it since.
    """
    actor.require(MAY, "draft_pledge")
    take_turn(TURN)
    name, opening, clauses = _read(title, preamble, text)
    draft = PledgeVersion.objects.select_for_update().filter(state=PledgeState.DRAFT).first()
    if draft is not None and seen != draft.sha256:
        raise Refused(_("草稿已被他人修改，请打开最新的草稿再改。"))
    whole = digest_of(name, opening, clauses)
    cleared = _cleared(draft, actor) if draft else {}
    draft = draft or PledgeVersion(state=PledgeState.DRAFT)
    draft.title, draft.preamble, draft.sha256, draft.looked_through = name, opening, whole, whole
    draft.drafted_by_id, draft.saved_at = actor.person_id, clock.now()
    draft.save()
    flags = _write_clauses(actor, draft, clauses, cleared)
    record(actor, "save_pledge_draft", draft, sha256=whole, clauses=len(clauses), flags=len(flags))
    waiting = [flag for flag in flags if flag.cleared_by_id is None]
    if waiting:
        _tell_clearers(actor, draft)
    return draft


def _read(title: str, preamble: str, text: str) -> tuple[str, str, list[str]]:
    """What was typed, in order; raises InvalidInput under the field that is wrong."""
    name, opening = one_line(title)[:120], paragraphs(preamble)
    if not name:
        raise InvalidInput(_("请填写公约的名称。"), {"title": _("请填写公约的名称。")})
    if len(opening) > LONGEST_PREAMBLE:
        raise _wrong("preamble", _("序言最多%(most)d个字。") % {"most": LONGEST_PREAMBLE})
    try:
        clauses = clauses_of(paragraphs(text))
    except OrderError as fault:
        raise _wrong("text", _out_of_order(fault)) from fault
    if len(clauses) > MOST_CLAUSES:
        raise _wrong("text", _("条款最多%(most)d条。") % {"most": MOST_CLAUSES})
    too_long = [place for place, clause in enumerate(clauses, 1) if len(clause) > LONGEST_CLAUSE]
    if too_long:
        told = _("第%(place)d条超过%(most)d个字，请分为几条。")
        raise _wrong("text", told % {"place": too_long[0], "most": LONGEST_CLAUSE})
    return name, opening, clauses


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {field: sentence})


def _out_of_order(fault: OrderError) -> str:
    if not fault.found:
        return _("请从“第一条”起逐条编号，每条另起一行，写明内容。")
    told = _("条款编号不连续：应为第%(wanted)d条，写的是第%(found)d条。")
    return told % {"wanted": fault.wanted, "found": fault.found}


def _cleared(draft: PledgeVersion, actor: Actor) -> dict[tuple[str, str, str], PledgeFlag]:
    """By rule, words and clause; never what the writer of the new text has cleared."""
    rows = draft.flags.filter(cleared_by__isnull=False).exclude(cleared_by_id=actor.person_id)
    return {(row.code, row.excerpt, row.clause.sha256): row for row in rows.select_related("clause")}


def _write_clauses(
    actor: Actor,
    draft: PledgeVersion,
    clauses: Sequence[str],
    cleared: dict[tuple[str, str, str], PledgeFlag],
) -> list[PledgeFlag]:
    PledgeFlag.objects.filter(version=draft).delete()
    PledgeClause.objects.filter(version=draft).delete()
    rows = PledgeClause.objects.bulk_create(
        PledgeClause(version=draft, place=place, text=clause, sha256=digest(clause))
        for place, clause in enumerate(clauses, 1)
    )
    flags = []
    for found in wording_in(clauses, shipped_wordings(), clock.today()):
        clause, excerpt = rows[found.place - 1], found.excerpt[:LONGEST_EXCERPT]
        before = cleared.get((found.wording.code, excerpt, clause.sha256))
        flags.append(
            PledgeFlag(
                version=draft,
                clause=clause,
                code=found.wording.code,
                title=found.wording.title,
                citation=found.wording.citation,
                advice=found.wording.advice,
                excerpt=excerpt,
                author_id=actor.person_id,
                cleared_by_id=before.cleared_by_id if before else None,
                cleared_at=before.cleared_at if before else None,
                reason=before.reason if before else "",
            )
        )
    return PledgeFlag.objects.bulk_create(flags)


def _tell_clearers(actor: Actor, draft: PledgeVersion) -> None:
    notify(
        f"pledge-wording-{draft.pk}-{draft.sha256[:16]}",
        [one for one in people_of(roles=[Role.SECRETARIAT]) if one != actor.user_id],
        subject=gettext_noop("自律公约草稿有用语提示等待核定"),
        body=gettext_noop(
            "草稿中有可能涉及垄断协议的用语，须由起草人以外的人逐项核定并写明理由，才能登记通过。"
        ),
        path=path_to("admin:association_pledgeversion_change", draft.pk),
    )


@transaction.atomic
def clear_pledge_wording(*, actor: Actor, flag_id: int, reason: str) -> PledgeFlag:
    """核定用语 by somebody else than the writer, by name and with the reason. Raises Refused to the writer and twice."""
    actor.require(MAY, "clear_pledge_wording")
    flag = PledgeFlag.objects.select_for_update().filter(pk=flag_id).first()
    if flag is None:
        raise NotFound(_("没有这项提示。"))
    version = lock_version(actor, flag.version_id)
    if version.state != PledgeState.DRAFT or flag.cleared_by_id is not None:
        raise Refused(_("这项提示已经核定。"))
    if flag.author_id == actor.person_id:
        raise Refused(_("用语须由起草人以外的人核定。"))
    why = one_line(reason)[:300]
    if not why:
        raise _wrong("reason", _("请写明核定的理由。"))
    flag.cleared_by_id, flag.cleared_at, flag.reason = actor.person_id, clock.now(), why
    flag.save(update_fields=["cleared_by", "cleared_at", "reason"])
    record(actor, "clear_pledge_wording", flag, reason=why, version=version.pk)
    return flag


@transaction.atomic
def drop_pledge_draft(*, actor: Actor, version_id: int) -> PledgeVersion:
    """放弃草稿: it is kept as it was, and another may be begun."""
    actor.require(MAY, "draft_pledge")
    version = lock_version(actor, version_id)
    _move(version, PledgeState.DROPPED)
    record(actor, "drop_pledge_draft", version)
    return version


@transaction.atomic
def adopt_pledge(
    *,
    actor: Actor,
    version_id: int,
    meeting: str,
    met_on: date,
    effective_on: date,
    entitled: int,
    votes_for: int,
    votes_against: int,
    abstentions: int,
    minutes: UploadedFile | None,
    remark: str = "",
) -> PledgeVersion:
    """登记通过 by the general meeting with its figures: the text is frozen under its hash.

    Raises Refused while a flag is not cleared, and where the figures do not reach the shares of the charter on the day.
    """
    actor.require(MAY, "adopt_pledge")
    take_turn(TURN)
    version = lock_version(actor, version_id)
    check_step(PLEDGE_STEPS, PledgeState(version.state), PledgeState.ADOPTED)
    where = one_line(meeting)[:120]
    if not where:
        raise _wrong("meeting", _("请写明哪次会员大会。"))
    if met_on > clock.today():
        raise _wrong("met_on", _("会议日期不能晚于今天。"))
    if effective_on < met_on:
        raise _wrong("effective_on", _("生效日期不能早于会议日期。"))
    _refuse_uncleared(version)
    present = votes_for + votes_against + abstentions
    shares = charter_rule(QUORUM, met_on), charter_rule(MAJORITY, met_on)
    _refuse_short(entitled, present, votes_for, *shares)
    paper = store_file(actor=actor, upload=minutes, institution_id=None)
    last = PledgeVersion.objects.filter(number__isnull=False).order_by("-number").first()
    version.number = (last.number or 0) + 1 if last else 1
    version.meeting, version.met_on, version.effective_on = where, met_on, effective_on
    version.entitled, version.present, version.votes_for = entitled, present, votes_for
    version.votes_against, version.abstentions = votes_against, abstentions
    version.quorum_rule, version.majority_rule = shares
    version.minutes, version.remark = paper, one_line(remark)[:300]
    version.adopted_at, version.adopted_by_id = clock.now(), actor.person_id
    _move(version, PledgeState.ADOPTED)
    record(actor, "adopt_pledge", version, sha256=version.sha256, votes_for=votes_for, present=present)
    _tell_public(version)
    _put_in_force()
    version.refresh_from_db()
    return version


def _refuse_uncleared(version: PledgeVersion) -> None:
    waiting = version.flags.filter(cleared_by__isnull=True).count()
    if waiting:
        raise Refused(_("还有%(count)d项用语提示没有核定，不能登记通过。") % {"count": waiting})
    clauses = [clause.text for clause in version.clauses.all()]
    if len(wording_in(clauses, shipped_wordings(), clock.today())) != version.flags.count():
        raise Refused(_("用语提示的规则已经更新，请重新保存草稿，核定后再登记。"))


def _refuse_short(
    entitled: int, present: int, votes_for: int, quorum: CharterRule, majority: CharterRule
) -> None:
    if present > entitled:
        raise _wrong("entitled", _("到会的会员不能多于应到的会员。"))
    if not _reaches(quorum, present, entitled):
        told = _("到会%(present)d家，未达到法定人数（应到%(entitled)d家的%(share)s），公约没有通过。")
        raise Refused(told % {"present": present, "entitled": entitled, "share": quorum.share})
    if not _reaches(majority, votes_for, present):
        told = _("赞成%(votes)d票，未达到到会%(present)d家的%(share)s，公约没有通过。")
        raise Refused(told % {"votes": votes_for, "present": present, "share": majority.share})


def _reaches(rule: CharterRule, part: int, whole: int) -> bool:
    left, right = part * rule.denominator, whole * rule.numerator
    return whole > 0 and (left > right if rule.is_strict else left >= right)


@transaction.atomic
def keep_pledge(*, actor: Actor) -> None:
    """生效: by the beat, on the day that the meeting set."""
    actor.require(MAY, "keep_pledge")
    take_turn(TURN)
    _put_in_force()


def _put_in_force() -> None:
    """The newest version whose day has come; those before it are superseded, the turn is held."""
    rows = PledgeVersion.objects.select_for_update()
    due = rows.filter(state=PledgeState.ADOPTED, effective_on__lte=clock.today()).order_by("-number").first()
    if due is None:
        return
    before = rows.filter(state__in=[PledgeState.ADOPTED, PledgeState.IN_FORCE], number__lt=due.number)
    for old in before:
        old.superseded_at = clock.now()
        _move(old, PledgeState.SUPERSEDED)
        _tell_public(old)
    due.in_force_at = clock.now()
    _move(due, PledgeState.IN_FORCE)
    record(system(due.association_id), "put_pledge_in_force", due)
    _tell_public(due)


def _tell_public(version: PledgeVersion) -> None:
    tell_public_changed(PLEDGE, version.pk)


def lock_version(actor: Actor, version_id: int) -> PledgeVersion:
    """Raises NotFound, also to those who may not see it."""
    version = pledges_visible_to(actor).select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFound(_("没有这个版本的自律公约。"))
    return version


def _move(version: PledgeVersion, state: PledgeState) -> None:
    check_step(PLEDGE_STEPS, PledgeState(version.state), state)
    version.state = state
    version.save()
