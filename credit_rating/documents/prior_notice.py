"""事先告知书: the text an institution receives before an adverse grade is shown to anybody."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from association import clock
from association.choices import Unit
from association.deadlines import rule_in_force
from association.models import Association, DeadlineRule
from association.rules.clock import Due
from common.numbers import shown
from common.pdf import render_pdf
from credit_rating.models import Determination
from credit_rating.queries.explanation import result_of
from credit_rating.queries.standards import spec_of
from credit_rating.rules.waterfall import PartKind, waterfall

MOST_LOSSES = 5
DEFENCE = "ROUND-DEFENCE"


def prior_notice_text(determination: Determination, due: Due) -> str:
    """拟定等级、主要失分、依据、申辩的权利和期限, in words: in Chinese, whoever sends it from whatever pages."""
    with override(settings.LANGUAGE_CODE):
        return _text(determination, due.explanation)


def text_on_paper(determination: Determination, rule: DeadlineRule) -> str:
    """The same for delivery on paper: its term runs from a day that nobody knows when it is printed."""
    with override(settings.LANGUAGE_CODE):
        term = _("自送达之日起%(number)s个%(unit)s") % {"number": rule.number, "unit": Unit(rule.unit).label}
        return _text(determination, term)


def prior_notice_pdf(determination: Determination) -> bytes:
    """事先告知书 to be handed over, with a receipt to sign, by the rule in force today."""
    with override(settings.LANGUAGE_CODE):
        title = _("评估结果事先告知书")
        text = text_on_paper(determination, rule_in_force(DEFENCE, clock.today()))
        shown_as = {
            "title": title,
            "association": Association.objects.select_related("parent").get(pk=determination.association_id),
            "paragraphs": text.split("\n"),
            "printed_on": clock.today(),
        }
        return render_pdf(
            render_to_string("credit_rating/prior_notice.html", shown_as),
            Path(str(finders.find("css/letter.css"))).read_text(encoding="utf-8"),
            {},
            title=title,
            lang="zh-Hans",
            identifier=f"prior-notice-{determination.pk}".encode(),
        )


def prior_notice_file_name(determination: Determination) -> str:
    with override(settings.LANGUAGE_CODE):
        return f"{_('评估结果事先告知书')}-{determination.assessment.institution}.pdf"


def _text(determination: Determination, term: str) -> str:
    assessment = determination.assessment
    standard = assessment.round.standard
    lines = [
        _("%(institution)s：") % {"institution": assessment.institution},
        _("在“%(round)s”中，贵机构的拟定等级为%(grade)s（总分%(total)s）。评估依据为《%(standard)s》。")
        % {
            "round": assessment.round.title,
            "grade": determination.grade,
            "total": shown(determination.computation.total)
            if determination.computation.total is not None
            else "—",
            "standard": standard,
        },
        *_facts(determination),
        _("贵机构可在期限内陈述申辩；逾期未提出的，视为放弃申辩。期限：%(term)s。") % {"term": term},
        _("本告知不公开；拟定等级须经公示无异议或异议处理完毕后方可公布。"),
    ]
    return "\n".join(lines)


def _facts(determination: Determination) -> list[str]:
    """Where most points were lost, the vetoes, and the reason of an overruling."""
    spec = spec_of(determination.assessment.round.standard)
    result = result_of(determination.computation, spec)
    lines = [veto.sentence for veto in result.vetoes]
    if result.total is not None:
        parts = [part for part in waterfall(spec, result).parts if part.kind is PartKind.INDICATOR]
        lost = sorted(parts, key=lambda part: (part.final_points or 0) - (part.ceiling or 0))[:MOST_LOSSES]
        named = "；".join(
            f"{part.title} {part.final_points:f}/{part.ceiling:f}"
            for part in lost
            if part.ceiling and part.final_points is not None and part.final_points < part.ceiling
        )
        if named:
            lines.append(_("主要失分：%(items)s。") % {"items": named})
    if determination.overruled:
        lines.append(_("委员会改判的理由：%(reason)s") % {"reason": determination.reason})
    return lines
