"""评估规范、轮次和自评, made through the operations people use; everything inside an open scope."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid5

from association import clock
from association.actors import system
from association.choices import DayKind, Role
from association.models import Attachment, CalendarDay
from association.tenancy import current_association_id
from credit_rating import operations
from credit_rating.choices import RoundState, Stage, StageKind
from credit_rating.models import Assessment, Evidence, Indicator, Opinion, OpinionItem
from credit_rating.operations.standard_rows import write_standard
from credit_rating.queries.standards import spec_of
from credit_rating.rules import parameters
from credit_rating.rules.grid.tree import IDENTITIES
from credit_rating.rules.shipped import shipped
from credit_rating.rules.specification import (
    BandSpec,
    IndicatorSpec,
    Method,
    NaPolicy,
    StandardSpec,
    Veto,
    VetoEffect,
)
from tests.factories.people import NUMBERS, actor_with, make_institution

D = Decimal
BANDS = (
    BandSpec("A", "优秀", D(90), None),
    BandSpec("B", "良好", D(75), D(90)),
    BandSpec("C", "合格", D(60), D(75), adverse=True),
    BandSpec("D", "不合格", D(0), D(60), adverse=True),
)
TIERS = {
    "tiers": [
        {"label": "优", "points": "15"},
        {"label": "良", "points": "10"},
        {"label": "差", "points": "0"},
    ]
}
THREE_STAGES = (StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.DETERMINATION)
DISTRICT_STAGES = (StageKind.SELF_ASSESSMENT, StageKind.DISTRICT_REVIEW, StageKind.DETERMINATION)


def _leaf(code, points, method, position, params=None, **more):
    return IndicatorSpec(
        code=code,
        parent_code=code.rpartition(".")[0],
        level=2,
        title=f"指标{code}",
        points=D(points),
        method=method,
        params=params or {},
        position=position,
        **more,
    )


def _heading(code, parent, level, points, position):
    return IndicatorSpec(
        code=code, parent_code=parent, level=level, title=f"标题{code}", points=D(points), position=position
    )


def small_spec(**changes) -> StandardSpec:
    """Seven scored indicators, one for each method; 100 points, grades A to D."""
    values = {
        "code": f"small-{next(NUMBERS)}",
        "version": "1",
        "title": "测试评估规范",
        "official": False,
        "total_points": D(100),
        "bands": BANDS,
        "indicators": (
            _heading("A", None, 0, 60, 1),
            _heading("A1", "A", 1, 35, 1),
            _leaf(
                "A1.1",
                10,
                Method.PASS_FAIL,
                1,
                evidence_required=True,
                evidence_hint="许可证",
                veto=Veto(VetoEffect.CAP, "D"),
            ),
            _leaf("A1.2", 10, Method.DEDUCT_EACH, 2, {"per": "2", "unit": "次"}),
            _leaf("A1.3", 15, Method.BAND, 3, TIERS),
            _heading("A2", "A", 1, 25, 2),
            _leaf("A2.1", 15, Method.RATIO, 1, {"full": "100", "zero": "60"}),
            _leaf("A2.2", 10, Method.SAMPLE_RATE, 2, {"minimum_sample": "10"}),
            _heading("B", None, 0, 40, 2),
            _heading("B1", "B", 1, 40, 1),
            _leaf(
                "B1.1",
                20,
                Method.SURVEY,
                1,
                {"full": "5", "zero": "1", "minimum_sample": "0"},
                na_policy=NaPolicy.EXCLUDE_AND_RESCALE,
            ),
            _leaf("B1.2", 20, Method.EXPERT, 2),
        ),
    }
    return StandardSpec(**(values | changes))


def draft_standard(spec=None, successor_of=None):
    return write_standard(_named(spec or small_spec()), successor_of.pk if successor_of else None)


def _named(spec):
    """Identities as an import gives them: the same code under the same standard is the same indicator."""
    named = [
        one if one.identity else replace(one, identity=str(uuid5(IDENTITIES, f"{spec.code}/{one.code}")))
        for one in spec.indicators
    ]
    return replace(spec, indicators=tuple(named))


def freeze(standard):
    """定稿 by the way people take: experts, an opinion, freezing."""
    clerk, expert = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE)
    operations.send_to_experts(actor=clerk, standard_id=standard.pk)
    operations.give_expert_opinion(actor=expert, standard_id=standard.pk, verdict="agree", text="同意")
    return operations.freeze_standard(actor=clerk, standard_id=standard.pk)


def frozen_standard(spec=None):
    return freeze(draft_standard(spec))


def beijing_standard():
    """The shipped draft: 3 aspects, 21 headings, 58 scored indicators."""
    return frozen_standard(shipped("beijing_draft"))


def frozen_successor(old, spec, rows=None):
    """The next version, with the map that the rules suggest or ``rows``."""
    new = draft_standard(spec, successor_of=old)
    clerk = actor_with(Role.SECRETARIAT)
    rows = rows or operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    return freeze(new)


def windows(kinds=THREE_STAGES, opens_at=None, days=20):
    """One after the other, ``days`` each; the first opened yesterday."""
    start = opens_at or clock.now() - timedelta(days=1)
    return [
        operations.StageWindow(
            kind, start + timedelta(days=days * place), start + timedelta(days=days * (place + 1))
        )
        for place, kind in enumerate(kinds)
    ]


def draft_round(standard=None, institutions=(), stages=None, year=None):
    clerk = actor_with(Role.SECRETARIAT)
    round_ = operations.plan_round(
        actor=clerk,
        year=year or clock.today().year,
        title="诚信等级评估",
        standard_id=(standard or frozen_standard()).pk,
        stages=stages or windows(),
    )
    if institutions:
        operations.invite(actor=clerk, round_id=round_.pk, institution_ids=[one.pk for one in institutions])
    return round_


def open_round(standard=None, institutions=None, stages=None, year=None):
    """A round in its self-assessment; one institution is made when none is named."""
    invited = [make_institution()] if institutions is None else institutions
    round_ = draft_round(standard, invited, stages, year)
    return operations.open_round(actor=actor_with(Role.SECRETARIAT), round_id=round_.pk)


def assessment_of(round_, institution=None) -> Assessment:
    rows = Assessment.objects.filter(round=round_)
    return rows.get(institution=institution) if institution else rows.get()


def full_answer(leaf: IndicatorSpec) -> dict[str, str]:
    """What gives all the points of an indicator."""
    match leaf.method:
        case Method.PASS_FAIL:
            return {"passed": "yes"}
        case Method.DEDUCT_EACH:
            return {"count": "0"}
        case Method.BAND:
            return {"tier": parameters.tiers(leaf)[0].label}
        case Method.EXPERT:
            return {"points": f"{leaf.points:f}"}
    return _full_measure(leaf)


def _full_measure(leaf: IndicatorSpec) -> dict[str, str]:
    shape = parameters.curve(leaf)
    best = shape.steps[0].at if shape.steps else shape.full
    if leaf.method is Method.RATIO:
        return {"value": f"{best:f}"}
    count = str(max(shape.minimum_sample, 10))
    if leaf.method is Method.SAMPLE_RATE:
        return {"sampled": count, "passed": count}
    return {"mean": f"{best:f}", "responses": count}


def make_attachment(institution, name="许可证.pdf", valid_until=None) -> Attachment:
    """A row of the locker without bytes behind it."""
    digest = hashlib.sha256(str(next(NUMBERS)).encode()).hexdigest()
    return Attachment.objects.create(
        institution=institution,
        name=name,
        media_type="application/pdf",
        size=1000,
        sha256=digest,
        original_sha256=digest,
        valid_until=valid_until,
        created_at=clock.now(),
    )


def give_evidence(item: OpinionItem, actor, valid_until=None) -> Evidence:
    attachment = make_attachment(item.opinion.assessment.institution, valid_until=valid_until)
    return Evidence.objects.create(
        item=item, attachment=attachment, added_by_id=actor.user_id, added_at=clock.now()
    )


def begun_assessment(assessment, actor=None) -> Opinion:
    """自评 opened by the institution's administrator."""
    actor = actor or actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    return operations.open_self_assessment(actor=actor, assessment_id=assessment.pk)


def fill(assessment, actor, answers=None) -> Opinion:
    """Every row with full marks, or with what ``answers`` says by code; evidence where it is required."""
    opinion = begun_assessment(assessment, actor)
    spec = spec_of(assessment.round.standard)
    ids = dict(Indicator.objects.filter(standard=assessment.round.standard).values_list("code", "id"))
    versions = dict(OpinionItem.objects.filter(opinion=opinion).values_list("indicator_id", "version"))
    for leaf in spec.leaves:
        raw = (answers or {}).get(leaf.code, full_answer(leaf))
        item = operations.save_row(
            actor=actor,
            assessment_id=assessment.pk,
            indicator_id=ids[leaf.code],
            version=versions[ids[leaf.code]],
            raw=raw,
        )
        if leaf.evidence_required and not Evidence.objects.filter(item=item).exists():
            give_evidence(item, actor)
    return opinion


def submitted_assessment(round_=None, institution=None, answers=None) -> Assessment:
    """已自评: a whole self-assessment, filed."""
    institution = institution or make_institution()
    if round_ is None:
        round_ = open_round(institutions=[institution])
    elif not Assessment.objects.filter(round=round_, institution=institution).exists():
        operations.invite(
            actor=actor_with(Role.SECRETARIAT), round_id=round_.pk, institution_ids=[institution.pk]
        )
    assessment = assessment_of(round_, institution)
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    fill(assessment, admin, answers)
    return operations.submit_self_assessment(actor=admin, assessment_id=assessment.pk)


def close_windows(round_, until=StageKind.SELF_ASSESSMENT):
    """The clock goes past the end of a stage: windows are moved back, then the clock does its work."""
    moment = clock.now()
    stages = list(round_.stages.order_by("position"))
    last = next(stage for stage in stages if stage.kind == until)
    back = last.closes_at - moment + timedelta(seconds=1)
    for stage in stages:
        stage.opens_at -= back
        stage.closes_at -= back
        stage.save()
    operations.keep_the_clock(actor=system(current_association_id()))
    round_.refresh_from_db()
    return round_


def begin_determination(round_):
    """The window of the determination has begun: late reviews and early decisions both fit in."""
    moment = clock.now()
    round_.stages.filter(kind=StageKind.DETERMINATION, opens_at__gt=moment).update(opens_at=moment)


def announce_holidays():
    """放假安排 known to the end of next year: no term is provisional."""
    last = date(clock.today().year + 1, 12, 31)
    CalendarDay.objects.get_or_create(date=last, defaults={"kind": DayKind.OFF, "holiday": "演示假日"})


def reviewing_round(standard=None, institutions=None, stages=None, answers=None):
    """评审中: every institution has filed, the self-assessment is closed."""
    institutions = institutions or [make_institution()]
    round_ = open_round(standard, institutions, stages)
    for institution in institutions:
        submitted_assessment(round_, institution, answers)
    close_windows(round_)
    announce_holidays()
    begin_determination(round_)
    assert round_.state in {RoundState.REVIEWING, RoundState.DETERMINING}
    assert {row.stage for row in Assessment.objects.filter(round=round_)} == {Stage.SUBMITTED}
    return round_
