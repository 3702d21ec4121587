"""Buttons for an institution that nobody can sign in for: its notice on paper, and its defence on paper."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.actors import Actor
from association.choices import Role
from association.deeds import Deed, Done, Foretold
from association.downloads import download, sent_pdf
from association.notices import people_of
from credit_rating import operations
from credit_rating.admin.paper_forms import DeliveryForm, PaperDefenceForm
from credit_rating.admin.standard_deeds import may
from credit_rating.choices import DeterminationState, Stage
from credit_rating.documents.prior_notice import prior_notice_file_name, prior_notice_pdf
from credit_rating.models import Assessment, PriorNotice


def may_be_told(assessment: Assessment) -> bool:
    """An adverse grade that the committee confirmed, not told yet."""
    if assessment.stage != Stage.DETERMINED:
        return False
    adverse = assessment.round.standard.bands.filter(grade=assessment.grade, adverse=True).exists()
    return adverse and assessment.determinations.filter(state=DeterminationState.CONFIRMED).exists()


def has_people(assessment: Assessment) -> bool:
    return bool(people_of(institution_id=assessment.institution_id))


def to_institution(assessment: Assessment) -> str:
    """Whom a notice reaches; in words that nobody overlooks where it reaches nobody."""
    people = len(people_of(institution_id=assessment.institution_id))
    if not people:
        return _("%(institution)s没有可以收到告知的人员") % {"institution": assessment.institution}
    return _("%(institution)s的管理员和经办人，共%(people)d人") % {
        "institution": assessment.institution,
        "people": people,
    }


def _on_paper_only(assessment: Assessment) -> bool:
    return may_be_told(assessment) and not has_people(assessment)


def _print(request: Any, assessment: Assessment, _form: Any) -> Any:
    told = operations.print_prior_notice(actor=request.actor, assessment_id=assessment.pk)
    return sent_pdf(prior_notice_pdf(told), prior_notice_file_name(told))


def _deliver(request: Any, assessment: Assessment, form: Any) -> Done:
    notice = operations.deliver_prior_notice(
        actor=request.actor, assessment_id=assessment.pk, **form.cleaned_data
    )
    return Done(_("已登记书面送达。%(term)s") % {"term": notice.arithmetic})


def _before_delivery(_request: Any, assessment: Assessment) -> Foretold:
    does = _(
        "%(institution)s没有可以收到告知的人员：凭签收的回证登记，申辩期限从送达之日起算，登记后不能更改。"
    )
    return Foretold(does % {"institution": assessment.institution}, [_("评定委员会主任和秘书处，站内和邮件")])


def _register(request: Any, assessment: Assessment, form: Any) -> Done:
    operations.register_defence(actor=request.actor, assessment_id=assessment.pk, **form.cleaned_data)
    return Done(_("书面申辩已登记，由评定委员会答复。"))


def _before_defence(_request: Any, assessment: Assessment) -> Foretold:
    does = _("按机构的书面申辩登记，只能登记一次，不能更改；申辩期限停止，由评定委员会答复。")
    tells = [_("评定委员会和秘书处全体")]
    return Foretold(does, [*tells, to_institution(assessment)] if has_people(assessment) else tells)


def _waits_for_defence(assessment: Assessment) -> bool:
    return assessment.stage == Stage.NOTICED and _told(assessment).filter(defended_at__isnull=True).exists()


def _told(assessment: Assessment) -> Any:
    return PriorNotice.objects.filter(
        assessment=assessment, determination__state=DeterminationState.CONFIRMED
    )


def _opens(what: str) -> Any:
    def run(request: Any, assessment: Assessment, _form: Any) -> Any:
        return download(
            operations.read_notice_paper(actor=request.actor, assessment_id=assessment.pk, what=what)
        )

    return run


def _has(what: str) -> Any:
    return lambda assessment: any(
        getattr(row, f"{what}_id") is not None for row in assessment.prior_notices.all()
    )


def _opens_files(actor: Actor) -> bool:
    """An auditor opens no file."""
    return Role.SECRETARIAT in actor.roles


ON_PAPER = (
    Deed(
        "print-notice",
        gettext_lazy("打印告知书（书面送达用）"),
        may("deliver_prior_notice"),
        _print,
        fits=_on_paper_only,
        reads=True,
    ),
    Deed(
        "deliver",
        gettext_lazy("登记书面送达"),
        may("deliver_prior_notice"),
        _deliver,
        form=DeliveryForm,
        fits=_on_paper_only,
        foretells=_before_delivery,
        main=True,
    ),
    Deed(
        "paper-defence",
        gettext_lazy("登记书面申辩"),
        may("register_defence"),
        _register,
        form=PaperDefenceForm,
        fits=_waits_for_defence,
        foretells=_before_defence,
    ),
    Deed(
        "receipt",
        gettext_lazy("查看送达回证"),
        _opens_files,
        _opens("proof"),
        fits=_has("proof"),
        reads=True,
    ),
    Deed(
        "defence-file",
        gettext_lazy("查看书面申辩"),
        _opens_files,
        _opens("defence_paper"),
        fits=_has("defence_paper"),
        reads=True,
    ),
)
