"""Buttons of 评估轮次: each calls one operation."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.choices import Role
from association.deeds import Deed, Done, Foretold, foretelling
from association.language import translated
from association.notices import people_of
from common.errors import Refused
from credit_rating import operations
from credit_rating.admin import round_forms as forms
from credit_rating.admin.standard_deeds import in_state, may
from credit_rating.choices import WITHOUT_RESULT, RoundState, Stage
from credit_rating.models import Assessment, Round
from credit_rating.queries.staff_queue import QUEUE


def round_address(pk: int) -> str:
    return reverse("admin:credit_rating_round_change", args=[pk])


def _plan(request: Any, _obj: None, form: Any) -> Done:
    given = form.cleaned_data
    round_ = operations.plan_round(
        actor=request.actor,
        year=given["year"],
        title=given["title"],
        standard_id=int(given["standard"]),
        stages=form.windows(),
        authorising_document=given["authorising_document"],
    )
    return Done(_("轮次已建立，接下来邀请机构。"), round_address(round_.pk))


def _stages(request: Any, round_: Round, form: Any) -> Done:
    operations.set_stages(actor=request.actor, round_id=round_.pk, stages=form.windows())
    return Done(_("环节已保存。"))


def _move_windows(request: Any, round_: Round, form: Any) -> Done:
    operations.move_windows(
        actor=request.actor,
        round_id=round_.pk,
        stages=form.windows(),
        reason=form.cleaned_data["reason"],
    )
    return Done(_("窗口已调整，已通知受邀机构。"))


def _invite(request: Any, round_: Round, form: Any) -> Done:
    wanted = form.ids()
    new = operations.invite(actor=request.actor, round_id=round_.pk, institution_ids=wanted)
    return Done(
        _("新邀请%(new)d家，%(before)d家以前已邀请。") % {"new": len(new), "before": len(wanted) - len(new)}
    )


def _open(request: Any, round_: Round, _form: Any) -> Done:
    operations.open_round(actor=request.actor, round_id=round_.pk)
    return Done(_("轮次已开展，邀请已发出。"))


def _compute(request: Any, round_: Round, _form: Any) -> Done:
    job = operations.compute_round(actor=request.actor, round_id=round_.pk)
    return Done(_("已开始计算，可随时查看进度。"), reverse("job", args=[job.pk]))


def _notice(request: Any, round_: Round, _form: Any) -> Done:
    notice = operations.open_public_notice(actor=request.actor, round_id=round_.pk)
    return Done(_("公示已开始。%(term)s") % {"term": notice.arithmetic})


def _propose(request: Any, round_: Round, _form: Any) -> Done:
    rows = operations.propose_publication(actor=request.actor, round_id=round_.pk)
    return Done(_("已提请公布%(count)d家，等待委员会主任批准。") % {"count": len(rows)})


def _of(round_: Round, *stages: Stage) -> int:
    return Assessment.objects.filter(round=round_, stage__in=stages).count()


def _tells_invited(_request: Any, round_: Round) -> Foretold:
    if round_.state == RoundState.DRAFT:
        return Foretold(_("轮次还在筹备：先列入名单，开展时一并通知。"))
    return Foretold(
        _("轮次已开展：新邀请的机构立即收到通知。"), [_("新邀请机构的管理员和经办人，站内和邮件")]
    )


def _tells_all_invited(_request: Any, round_: Round) -> Foretold:
    count = _of(round_, Stage.INVITED)
    return Foretold(
        _("开展后环节不能增减，调整窗口须说明理由；自评按窗口开始和截止，到期未交的记为“未申报”。"),
        [_("受邀的%(count)d家机构的管理员和经办人，站内和邮件") % {"count": count}],
    )


def _before_moving(_request: Any, round_: Round) -> Foretold:
    count = Assessment.objects.filter(round=round_).exclude(stage__in=WITHOUT_RESULT).count()
    return Foretold(
        _(
            "环节不增减。已经开始的不改开始时间；自评开始后只能延后截止；不能改到现在以前，也不能互相重叠。"
            "提醒和到期办理随之改变。"
        ),
        [_("受邀的%(count)d家机构的管理员和经办人，站内和邮件") % {"count": count}],
    )


def _before_computing(_request: Any, round_: Round) -> Foretold:
    count = _of(round_, Stage.REVIEWED, Stage.DETERMINED)
    return Foretold(_("计算%(count)d家已完成评审的机构。输入没有变化的，结果不变。") % {"count": count})


def _before_notice(_request: Any, round_: Round) -> Foretold:
    try:
        count = len(operations.ready_for_notice(round_))
    except Refused as refusal:
        return Foretold(_("现在还不能公示：%(why)s") % {"why": translated(refusal.sentence)})
    return Foretold(
        _("%(count)d家的拟定结果进入公示，任何人可见，期内可提出异议。不利等级须先告知。") % {"count": count},
        [_("公示机构的管理员和经办人，站内和邮件")],
    )


def _before_proposal(_request: Any, round_: Round) -> Foretold:
    rows = QUEUE["to_propose"](Assessment.objects.filter(round=round_)).count()
    chairs = len(people_of(roles=[Role.COMMITTEE_CHAIR]))
    return Foretold(
        _("公示期满且无异议的%(count)d家提请公布；内容就此固定，由另一人批准。") % {"count": rows},
        [_("评定委员会主任，共%(count)d人") % {"count": chairs}],
    )


LIST = (
    Deed(
        "plan",
        gettext_lazy("筹备轮次"),
        may("plan_round"),
        _plan,
        form=forms.PlanForm,
        main=True,
        wide=True,
        foretells=foretelling(gettext_lazy("新建一个筹备中的轮次，还没有邀请机构，可以再改环节。")),
    ),
)
OBJECT = (
    Deed(
        "invite",
        gettext_lazy("邀请机构"),
        may("invite"),
        _invite,
        form=forms.InviteForm,
        fits=in_state(RoundState.DRAFT, RoundState.OPEN),
        foretells=_tells_invited,
    ),
    Deed(
        "stages",
        gettext_lazy("修改环节"),
        may("plan_round"),
        _stages,
        form=forms.StagesForm,
        fits=in_state(RoundState.DRAFT),
        wide=True,
        foretells=foretelling(gettext_lazy("改写筹备中轮次的环节和窗口；轮次开展以前随时可以再改。")),
    ),
    Deed(
        "windows",
        gettext_lazy("调整窗口"),
        may("move_windows"),
        _move_windows,
        form=forms.MoveWindowsForm,
        fits=in_state(RoundState.OPEN, RoundState.REVIEWING, RoundState.DETERMINING),
        foretells=_before_moving,
        wide=True,
    ),
    Deed(
        "open",
        gettext_lazy("开展轮次"),
        may("open_round"),
        _open,
        fits=in_state(RoundState.DRAFT),
        foretells=_tells_all_invited,
        main=True,
    ),
    Deed(
        "compute",
        gettext_lazy("计算全轮"),
        may("compute_round"),
        _compute,
        fits=in_state(RoundState.REVIEWING, RoundState.DETERMINING, RoundState.PUBLIC_NOTICE),
        foretells=_before_computing,
    ),
    Deed(
        "notice",
        gettext_lazy("开始公示"),
        may("open_public_notice"),
        _notice,
        fits=in_state(RoundState.REVIEWING, RoundState.DETERMINING, RoundState.PUBLIC_NOTICE),
        foretells=_before_notice,
    ),
    Deed(
        "propose",
        gettext_lazy("提请公布"),
        may("propose_publication"),
        _propose,
        fits=in_state(RoundState.PUBLIC_NOTICE),
        foretells=_before_proposal,
        main=True,
        step_up=True,
    ),
)
