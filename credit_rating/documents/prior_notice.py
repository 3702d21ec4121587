"""事先告知书: the text an institution receives before an adverse grade is shown to anybody."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from association.rules.clock import Due
from common.numbers import shown
from credit_rating.models import Determination
from credit_rating.queries.explanation import result_of
from credit_rating.queries.standards import spec_of
from credit_rating.rules.waterfall import PartKind, waterfall

MOST_LOSSES = 5


def prior_notice_text(determination: Determination, due: Due) -> str:
    """拟定等级、主要失分、依据、申辩的权利和期限, in words: in Chinese, whoever sends it from whatever pages."""
    with override(settings.LANGUAGE_CODE):
        return _text(determination, due)


def _text(determination: Determination, due: Due) -> str:
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
        _("贵机构可在期限内陈述申辩；逾期未提出的，视为放弃申辩。期限：%(term)s。")
        % {"term": due.explanation},
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
