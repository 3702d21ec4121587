"""Finished results, written as rows: what a whole round leaves behind."""

from datetime import timedelta

from association import clock
from association.models import DeadlineRule
from credit_rating.choices import DeterminationState, RoundState, Stage
from credit_rating.models import (
    Assessment,
    Certificate,
    Computation,
    Determination,
    HistoricalResult,
    Publication,
    PublicNotice,
    Round,
)
from disclosure.operations import refresh_register
from tests.factories.corrections import confirmed_import
from tests.factories.people import NUMBERS, make_institution, make_user
from tests.factories.rating import beijing_standard, frozen_standard

PROFILE = [
    {"code": "A", "title": "基本条件", "title_en": "Basics", "points": "18.5", "ceiling": "20"},
    {"code": "B", "title": "教学服务", "title_en": "Teaching", "points": "41", "ceiling": "45"},
    {"code": "C", "title": "诚信经营", "title_en": "", "points": "0", "ceiling": "0"},
]


def held_round(year=None, state=RoundState.PUBLISHED, standard=None, **fields):
    year = year or clock.today().year
    return Round.objects.create(
        year=year,
        title=f"{year}年诚信等级评估",
        standard=standard or frozen_standard(),
        state=state,
        created_at=clock.now(),
        **fields,
    )


def notice_of(held):
    now = clock.now()
    return PublicNotice.objects.create(
        round=held,
        rule=DeadlineRule.objects.first(),
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=6),
        explanation="自公示次日起5个工作日。",
        opened_by=make_user(),
    )


def assessed(institution, held, stage, grade="", notice=None):
    now = clock.now()
    return Assessment.objects.create(
        round=held,
        institution=institution,
        stage=stage,
        grade=grade,
        invited_at=now,
        submitted_at=now,
        public_notice=notice,
    )


def published(institution, held=None, grade="B", stage=Stage.PUBLISHED, **fields):
    """A publication by two people, with all that stands behind it."""
    held = held or held_round()
    assessment = assessed(institution, held, stage, grade, notice_of(held))
    proposer, approver = make_user(), make_user()
    number, now = next(NUMBERS), clock.now()
    computation = Computation.objects.create(
        assessment=assessment,
        standard_hash="0" * 64,
        inputs_hash=f"{number:064d}",
        result_hash="2" * 64,
        engine_version="1",
        grade=grade,
        created_at=now,
    )
    determination = Determination.objects.create(
        assessment=assessment,
        computation=computation,
        state=DeterminationState.CONFIRMED,
        grade=grade,
        decided_by=proposer,
        decided_at=now,
    )
    values = {
        "profile": PROFILE,
        "published_at": now,
        "valid_until": clock.today() + timedelta(days=365),
        "proposed_at": now,
        "approved_by": approver,
    }
    return Publication.objects.create(
        assessment=assessment,
        determination=determination,
        grade=grade,
        proposed_by=proposer,
        **(values | fields),
    )


def certified(publication, code="abcd1234efgh5678"):
    return Certificate.objects.create(publication=publication, code=code, issued_at=clock.now())


def foreign_result(institution, year=2023, grade="A"):
    return HistoricalResult.objects.create(
        institution=institution,
        year=year,
        scheme="专技类诚信等级评估",
        grade=grade,
        issuing_body="演示协会培委会",
        source_title="演示日报2024-01-30",
        source_url="https://example.org/",
        taken_over_with=confirmed_import(),
    )


def a_season():
    """Every state once, in one association; returns the institutions by what they are for."""
    held = held_round(standard=beijing_standard())
    running = held_round(clock.today().year + 1, RoundState.PUBLIC_NOTICE, standard=held.standard)
    notice = notice_of(running)
    named = {
        "graded": "北京演示启明职业技能培训学校有限公司",
        "graded_a": "演示朝阳培训学校",
        "suspended": "演示远航职业培训中心",
        "expired": "演示博学教育科技有限公司",
        "in_progress": "演示新程技工培训学校",
        "objection": "演示星河专业技术培训中心",
        "proposed": "演示云山继续教育中心",
        "not_assessed": "演示青禾艺术培训学校",
    }
    made = {kind: make_institution(name, address="北京市朝阳区演示路1号") for kind, name in named.items()}
    certificate = certified(published(made["graded"], held))
    published(made["graded_a"], held, "A")
    published(
        made["suspended"], held, "C", Stage.SUSPENDED, suspended_at=clock.now(), suspension_reason="核查中"
    )
    published(made["expired"], held, "B", Stage.EXPIRED)
    assessed(made["in_progress"], running, Stage.REVIEWED)
    assessed(made["objection"], running, Stage.OBJECTION, "C", notice)
    assessed(made["proposed"], running, Stage.PUBLIC_NOTICE, "A", notice)
    made["foreign"] = make_institution("演示历史教育科技有限公司", uscc=None, source="演示日报2024-01-30")
    foreign_result(made["foreign"])
    refresh_register()
    return made | {"certificate": certificate, "held": held, "running": running}
