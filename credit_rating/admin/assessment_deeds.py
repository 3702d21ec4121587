"""Buttons of one assessment, and of many at once: each calls one operation for one assessment."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.deeds import BulkDeed, Deed, Done, Foretold, Planned, foretelling
from association.language import translated
from common.errors import DomainError, InvalidInput
from credit_rating import operations
from credit_rating.admin import round_forms as forms
from credit_rating.admin.paper_deeds import ON_PAPER, has_people, may_be_told, to_institution
from credit_rating.admin.standard_deeds import may
from credit_rating.choices import UNDER_REVIEW, Stage, StageKind
from credit_rating.models import Assessment
from credit_rating.queries.review import kind_due, review_kinds

ON_NOTICE = frozenset({Stage.PUBLIC_NOTICE, Stage.OBJECTION})


def at(*stages: Stage) -> Any:
    return lambda assessment: assessment.stage in stages


def _may_be_assigned(kind: StageKind) -> Any:
    def fits(assessment: Assessment) -> bool:
        return assessment.stage in UNDER_REVIEW and kind in review_kinds(assessment.round_id)

    return fits


def _assign(kind: StageKind) -> Any:
    def run(request: Any, assessment: Assessment, form: Any) -> Done:
        """Each person by an operation of its own; who is refused is named, the others stay assigned."""
        names = form.names
        done, refused = [], []
        for pk in form.cleaned_data["assessors"]:
            try:
                operations.assign_assessor(
                    actor=request.actor, assessment_id=assessment.pk, kind=kind, assessor_id=pk
                )
                done.append(names[pk])
            except DomainError as error:
                refused.append(f"{names[pk]}：{translated(error.sentence)}")
        if not done:
            raise InvalidInput("".join(refused))
        for sentence in refused:
            messages.error(request, sentence)
        return Done(_("已指派%(names)s，并已通知。") % {"names": "、".join(done)})

    return run


def _tells_assessors(_request: Any, assessment: Assessment) -> Foretold:
    does = _("为%(institution)s指派评估员。须先声明无利害关系，材料才会打开。") % {
        "institution": assessment.institution
    }
    return Foretold(does, [_("被指派的人，站内和邮件")])


def _release(request: Any, _assessment: Assessment, form: Any) -> Done:
    given = form.cleaned_data
    operations.end_assignment(actor=request.actor, assignment_id=given["assignment"], reason=given["reason"])
    return Done(_("指派已解除，已通知评估员。"))


def _before_release(_request: Any, assessment: Assessment) -> Foretold:
    does = _("评估员不再评审%(institution)s。已提交意见的，须有登记的利害关系才能解除，其意见不再计入。")
    return Foretold(does % {"institution": assessment.institution}, [_("被解除的评估员，站内和邮件")])


def _finish(request: Any, assessment: Assessment, form: Any) -> Done:
    operations.finish_review(actor=request.actor, assessment_id=assessment.pk, **form.cleaned_data)
    return Done(_("本环节评审已结束。"))


def _finish_each(request: Any, assessment: Assessment) -> None:
    operations.finish_review(actor=request.actor, assessment_id=assessment.pk)


def _supplement(request: Any, assessment: Assessment, form: Any) -> Done:
    supplement = operations.request_supplement(
        actor=request.actor, assessment_id=assessment.pk, items=form.items()
    )
    return Done(_("已要求补正。%(term)s") % {"term": supplement.arithmetic})


def _compute(request: Any, assessment: Assessment, _form: Any) -> Done:
    computed = operations.compute_assessment(actor=request.actor, assessment_id=assessment.pk)
    return Done(_("已计算：%(grade)s。") % {"grade": computed.grade or "—"})


def _prior_notice(request: Any, assessment: Assessment, _form: Any) -> Done:
    notice = operations.send_prior_notice(actor=request.actor, assessment_id=assessment.pk)
    return Done(_("已告知。%(term)s") % {"term": notice.arithmetic})


def _discontinue(request: Any, assessment: Assessment, form: Any) -> Done:
    operations.discontinue_assessment(
        actor=request.actor, assessment_id=assessment.pk, reason=form.cleaned_data["reason"]
    )
    return Done(_("评估已终止，已通知机构。"))


def _prior_notice_each(request: Any, assessment: Assessment) -> None:
    operations.send_prior_notice(actor=request.actor, assessment_id=assessment.pk)


def _objection(request: Any, assessment: Assessment, form: Any) -> Done:
    given = form.cleaned_data
    operations.file_objection(
        actor=request.actor,
        assessment_id=assessment.pk,
        text=given["text"],
        document_number=given["document_number"],
        objector_id=given["objector"].pk if given["objector"] else None,
    )
    return Done(_("异议已登记，公示条目已标注“异议中”。"))


def _before_supplement(_request: Any, assessment: Assessment) -> Foretold:
    does = _("补正只能提出一次，请列出全部须补正的内容；不须补正的指标留空。")
    return Foretold(does, [to_institution(assessment)])


def _before_prior_notice(_request: Any, assessment: Assessment) -> Foretold:
    does = _("拟定等级为不利等级“%(grade)s”：告知书写明事实、依据、申辩的权利和期限，内容发出后不变。")
    return Foretold(does % {"grade": assessment.grade}, [to_institution(assessment)])


def _before_objection(_request: Any, assessment: Assessment) -> Foretold:
    does = _("公示中的条目立即标注“异议中”，由未参与评定的委员按期答复。")
    return Foretold(does, [_("评定委员会和秘书处全体"), to_institution(assessment)])


def _before_discontinuing(_request: Any, assessment: Assessment) -> Foretold:
    does = _("机构停办或退出时使用。本轮不再评审，不评定等级，不能恢复；机构看到理由。")
    return Foretold(does, [to_institution(assessment)])


def _is_in_review(assessment: Assessment) -> bool:
    return kind_due(assessment, review_kinds(assessment.round_id)) is not None


def _plans(fits: Any) -> Any:
    def plans(_request: Any, rows: Sequence[Assessment]) -> Iterable[Planned]:
        for row in rows:
            fitting = fits(row)
            yield Planned(row, fitting and has_people(row), to_institution(row) if fitting else "")

    return plans


def _plans_finishing(_request: Any, rows: Sequence[Assessment]) -> Iterable[Planned]:
    return [Planned(row, _is_in_review(row), "") for row in rows]


OBJECT = (
    Deed(
        "assign-district",
        gettext_lazy("指派区级评估员"),
        may("assign_assessor"),
        _assign(StageKind.DISTRICT_REVIEW),
        form=forms.AssignDistrictForm,
        fits=_may_be_assigned(StageKind.DISTRICT_REVIEW),
        foretells=_tells_assessors,
        template="admin/assign.html",
        wide=True,
    ),
    Deed(
        "assign",
        gettext_lazy("指派评估员"),
        may("assign_assessor"),
        _assign(StageKind.REVIEW),
        form=forms.AssignForm,
        fits=_may_be_assigned(StageKind.REVIEW),
        foretells=_tells_assessors,
        template="admin/assign.html",
        main=True,
        wide=True,
    ),
    Deed(
        "release",
        gettext_lazy("解除指派"),
        may("end_assignment"),
        _release,
        form=forms.ReleaseForm,
        fits=at(*UNDER_REVIEW),
        foretells=_before_release,
    ),
    Deed(
        "supplement",
        gettext_lazy("要求补正"),
        may("request_supplement"),
        _supplement,
        form=forms.SupplementForm,
        fits=lambda assessment: (
            assessment.stage in {Stage.SUBMITTED, Stage.DISTRICT_REVIEWED} and has_people(assessment)
        ),
        foretells=_before_supplement,
        wide=True,
    ),
    Deed(
        "finish",
        gettext_lazy("结束评审"),
        may("finish_review"),
        _finish,
        form=forms.DiscussionForm,
        fits=_is_in_review,
        foretells=foretelling(gettext_lazy("本环节不再接受评审意见，评估进入下一环节。")),
    ),
    Deed(
        "compute",
        gettext_lazy("计算"),
        may("compute_round"),
        _compute,
        fits=at(Stage.REVIEWED, Stage.DETERMINED),
        foretells=foretelling(
            gettext_lazy("按现有的评审意见重新计算这一件；输入没有变化的，结果不变。是否评定由委员会决定。")
        ),
    ),
    Deed(
        "prior-notice",
        gettext_lazy("发出事先告知"),
        may("send_prior_notice"),
        _prior_notice,
        fits=lambda assessment: may_be_told(assessment) and has_people(assessment),
        foretells=_before_prior_notice,
        main=True,
    ),
    *ON_PAPER,
    Deed(
        "objection",
        gettext_lazy("登记书面异议"),
        may("file_objection"),
        _objection,
        form=forms.ObjectionForm,
        fits=at(*ON_NOTICE),
        foretells=_before_objection,
    ),
    Deed(
        "discontinue",
        gettext_lazy("终止评估"),
        may("discontinue_assessment"),
        _discontinue,
        form=forms.DiscontinueForm,
        fits=at(*UNDER_REVIEW, Stage.REVIEWED),
        foretells=_before_discontinuing,
    ),
)
BULK = (
    BulkDeed(
        "finish",
        gettext_lazy("结束评审"),
        may("finish_review"),
        _finish_each,
        _plans_finishing,
        gettext_lazy("意见不齐或分歧须合议的，会逐件说明，不影响其余。"),
    ),
    BulkDeed(
        "prior_notice",
        gettext_lazy("发出事先告知"),
        may("send_prior_notice"),
        _prior_notice_each,
        _plans(may_be_told),
        gettext_lazy(
            "只对已确认的不利等级发出；告知书发出后内容不变，申辩期从此计算。没有可以收到告知的人员的机构跳过，须书面送达。"
        ),
    ),
)
