"""补正: asked once, listing everything; the answer adds material and never changes a score."""

from collections.abc import Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import REVIEWER_ROLES, Role
from association.deadlines import start_clock
from association.locker import store_file
from association.models import Attachment
from association.notices import notify, people_of
from association.rules.explanation import as_parts
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from credit_rating.access import MAY, SECRETARIAT
from credit_rating.choices import AssignmentState, Stage, StageKind
from credit_rating.models import (
    Assessment,
    Assignment,
    Evidence,
    Opinion,
    OpinionItem,
    Supplement,
    SupplementItem,
)
from credit_rating.operations.assignments import free_text, lock_assessment
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import DESK
from credit_rating.operations.self_assessment import lock_own, see_own
from credit_rating.operations.self_evidence import check_bytes, check_count
from credit_rating.operations.terms import start_supplement
from credit_rating.queries.review import counted_opinions, current_opinions, kind_due, leaf_ids, review_kinds
from credit_rating.queries.standards import spec_of
from credit_rating.queries.windows import is_open

COPIED = ("indicator_id", "state", "entry", "points", "na_reason", "comment", "origin_id", "version")
REVIEWED = ("indicator_id", "state", "entry", "points", "na_reason", "comment", "gap_reason", "version")


@transaction.atomic
def request_supplement(*, actor: Actor, assessment_id: int, items: Mapping[int, str]) -> Supplement:
    """要求补正: one list with every missing thing; a second request is refused."""
    actor.require(MAY, "request_supplement")
    assessment = lock_assessment(actor, assessment_id)
    _check_reviewer(actor, assessment)
    if Supplement.objects.filter(assessment=assessment).exists():
        raise Refused(_("补正只能一次性提出，本件已要求过补正。"))
    if not people_of(institution_id=assessment.institution_id):
        raise Refused(
            _("%(institution)s没有可以收到补正要求的人员，没有发出。请先为其聘任机构管理员。")
            % {"institution": assessment.institution}
        )
    wanted = _wanted(assessment, items)
    rule, due = start_clock("ROUND-SUPPLEMENT")
    supplement = Supplement.objects.create(
        assessment=assessment,
        returns_to=assessment.stage,
        requested_by_id=actor.person_id,
        requested_at=clock.now(),
        rule=rule,
        due_at=due.ends_at,
        explanation=due.explanation,
        reckoning=as_parts(due.reckoning),
    )
    SupplementItem.objects.bulk_create(
        SupplementItem(supplement=supplement, indicator_id=pk, request=text) for pk, text in wanted.items()
    )
    move_assessment(assessment, Stage.SUPPLEMENT)
    start_supplement(actor, supplement)
    record(actor, "request_supplement", supplement, items=len(wanted))
    notify(
        f"supplement-{supplement.pk}",
        people_of(institution_id=assessment.institution_id),
        subject=gettext_noop("请补正自评材料"),
        body=Said(
            gettext_noop("共%(count)s项须补正，逾期按现有材料评审。%(term)s"),
            count=len(wanted),
            term=due.explanation,
        ),
        path=DESK,
    )
    return supplement


def _check_reviewer(actor: Actor, assessment: Assessment) -> None:
    """The secretariat, or a reviewer of this assessment who has declared."""
    if actor.is_system or actor.roles & SECRETARIAT or not actor.roles & REVIEWER_ROLES:
        return
    mine = Assignment.objects.filter(
        assessment=assessment, assessor_id=actor.user_id, state=AssignmentState.DECLARED
    )
    if not mine.exists():
        raise Refused(_("请先声明与该机构无利害关系。"))


def _wanted(assessment: Assessment, items: Mapping[int, str]) -> dict[int, str]:
    known = set(leaf_ids(assessment.round.standard_id, spec_of(assessment.round.standard)).values())
    wanted = {pk: one_line(text)[:300] for pk, text in items.items() if one_line(text)}
    if not wanted:
        raise InvalidInput(_("请至少列出一项须补正的内容。"))
    if not wanted.keys() <= known:
        raise NotFound(_("没有这项指标。"))
    return wanted


@transaction.atomic
def answer_supplement(
    *,
    actor: Actor,
    assessment_id: int,
    answers: Mapping[int, str],
    uploads: Mapping[int, Sequence[UploadedFile]] | None = None,
) -> Supplement:
    """提交补正: every item answered, by words or files, in time. Files join a copy of the self-assessment.

    The files are looked at before the assessment is held, so that nobody waits for it.
    """
    actor.require(MAY, "answer_supplement")
    seen = see_own(actor, assessment_id)
    _check_uploads(_running(seen), uploads or {})
    files = _stored(actor, seen, uploads or {})
    assessment = lock_own(actor, assessment_id)
    supplement = _running(assessment)
    _keep_answers(supplement, answers, files)
    if files:
        _renewed_opinion(actor, assessment, files)
    supplement.answered_at = clock.now()
    supplement.save(update_fields=["answered_at"])
    move_assessment(assessment, Stage(supplement.returns_to))
    again = _open_again(assessment)
    record(actor, "answer_supplement", supplement, files=sum(map(len, files.values())))
    told = [supplement.requested_by_id, *people_of(roles=[Role.SECRETARIAT]), *again]
    notify(
        f"supplemented-{supplement.pk}",
        told,
        subject=gettext_noop("机构已补正材料"),
        body=Said(gettext_noop("%(institution)s已补正。"), institution=assessment.institution),
        path=DESK,
    )
    return supplement


def _running(assessment: Assessment) -> Supplement:
    """The request while it may be answered. Whoever holds the assessment holds it too."""
    supplement = Supplement.objects.filter(assessment=assessment).first()
    if supplement is None:
        raise NotFound(_("没有补正要求。"))
    if assessment.stage != Stage.SUPPLEMENT or not is_open(supplement):
        raise Refused(_("补正期限已过或已经补正。"))
    return supplement


def _check_uploads(supplement: Supplement, uploads: Mapping[int, Sequence[UploadedFile]]) -> None:
    asked = set(supplement.items.values_list("indicator_id", flat=True))
    if not {pk for pk, given in uploads.items() if given} <= asked:
        raise InvalidInput(_("只能就要求补正的指标上传材料。"))


def _stored(
    actor: Actor, assessment: Assessment, uploads: Mapping[int, Sequence[UploadedFile]]
) -> dict[int, list[Attachment]]:
    return {
        pk: [
            store_file(actor=actor, upload=upload, institution_id=assessment.institution_id)
            for upload in given
        ]
        for pk, given in uploads.items()
        if given
    }


def _keep_answers(
    supplement: Supplement, answers: Mapping[int, str], files: Mapping[int, list[Attachment]]
) -> None:
    rows = list(supplement.items.select_related("indicator"))
    for row in rows:
        row.answer = free_text(answers.get(row.indicator_id, ""), f"answer-{row.indicator_id}")
    left = [row for row in rows if not row.answer and row.indicator_id not in files]
    if left:
        sentence = _("以下指标还没有补正说明或材料：%(codes)s。") % {
            "codes": "、".join(row.indicator.code for row in left)
        }
        raise InvalidInput(
            sentence, {f"answer-{row.indicator_id}": _("请填写补正说明，或补充材料。") for row in left}
        )
    SupplementItem.objects.bulk_update(rows, ["answer"])


def _renewed_opinion(actor: Actor, assessment: Assessment, files: Mapping[int, list[Attachment]]) -> Opinion:
    """A submitted opinion never changes: the copy with more evidence supersedes it."""
    before = current_opinions(assessment.pk, StageKind.SELF_ASSESSMENT).last()
    if before is None:
        raise Refused(_("没有已提交的自评。"))
    moment = clock.now()
    after = Opinion.objects.create(
        assessment=assessment, kind=before.kind, summary=before.summary, supersedes=before, started_at=moment
    )
    old = {item.indicator_id: item for item in before.items.all()}
    _check_room(assessment, old, files)
    OpinionItem.objects.bulk_create(
        OpinionItem(opinion=after, **{name: getattr(item, name) for name in COPIED}) for item in old.values()
    )
    _copy_evidence(actor, old, {item.indicator_id: item for item in after.items.all()}, files)
    after.submitted_at = moment
    after.save(update_fields=["submitted_at"])
    return after


def _open_again(assessment: Assessment) -> list[int]:
    """Whoever has given an opinion on the state before looks at what was supplied and submits again; until then the
    review cannot be finished. Their rows are kept as they were.
    """
    due = kind_due(assessment, review_kinds(assessment.round_id))
    if due is None:
        return []
    given = list(counted_opinions(assessment.pk, due).prefetch_related("items"))
    for before in given:
        after = Opinion.objects.create(
            assessment=assessment,
            kind=due,
            author_id=before.author_id,
            summary=before.summary,
            supersedes=before,
            started_at=clock.now(),
        )
        OpinionItem.objects.bulk_create(
            OpinionItem(opinion=after, **{name: getattr(item, name) for name in REVIEWED})
            for item in before.items.all()
        )
    return [before.author_id for before in given if before.author_id]


def _check_room(
    assessment: Assessment, old: Mapping[int, OpinionItem], files: Mapping[int, list[Attachment]]
) -> None:
    for pk, added in files.items():
        check_count(old[pk], added)
    check_bytes(assessment.pk, [file for added in files.values() for file in added])


def _copy_evidence(
    actor: Actor,
    old: Mapping[int, OpinionItem],
    new: Mapping[int, OpinionItem],
    files: Mapping[int, list[Attachment]],
) -> None:
    kept = Evidence.objects.filter(item__in=[item.pk for item in old.values()]).select_related("item")
    rows = [
        Evidence(
            item=new[row.item.indicator_id],
            attachment_id=row.attachment_id,
            added_by_id=row.added_by_id,
            added_at=row.added_at,
        )
        for row in kept
    ]
    rows += [
        Evidence(item=new[pk], attachment=file, added_by_id=actor.person_id, added_at=clock.now())
        for pk, added in files.items()
        for file in added
    ]
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)
