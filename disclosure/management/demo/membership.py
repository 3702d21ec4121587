"""演示会籍: offices with a gap, one on probation, one that waits for review, one before the council, one draft."""

from datetime import date, timedelta

from association import clock
from association.actors import Actor
from association.choices import Role
from association.models import Appointment, DeadlineRule
from association.operations import confirm_deadline_rule
from association.rules.clock import beijing
from common import uscc
from disclosure.management.demo.answers import evidence
from disclosure.management.demo.institutions import REGION
from disclosure.management.demo.people import SINCE, act_for
from disclosure.management.demo.story import Cast
from members import operations
from members.choices import Field
from members.choices.membership import Choice, EvidenceKind, Office, Tier

ON_PROBATION = ("演示初心健康管理培训学校", Field.SKILLS, 201)
WAITING = ("演示新程职业技能培训学校", Field.SKILLS, 202)
VOTED_ON = ("演示同行电子商务培训中心", Field.PROFESSIONAL, 203)
COUNCIL = ("lishi1", "lishi2", "lishi3")
STATEMENT = "演示：愿意遵守章程和自律公约，接受行业监督。"
OPINION = "演示：材料齐全，登记信息相符，建议同意入会。"


def tell(cast: Cast, ids: list[int]) -> None:
    """The last of the institutions is no member yet."""
    _offices(cast, ids)
    _gap(cast, ids[5])
    _probation_of_the_charter(cast)
    _on_probation(cast)
    _before_the_council(cast)
    _waiting(cast)
    Appointment.objects.create(
        user=cast.users["shenqing"],
        name="演示申请机构管理员",
        role=Role.INSTITUTION_ADMIN,
        institution_id=ids[-1],
        from_on=SINCE,
    )
    with clock.rehearsing(cast.at(-1, 16)):
        _drafted(cast.actor("shenqing"), ids[-1], Field.SKILLS)


def _day(cast: Cast, days: int) -> date:
    return beijing(cast.at(days)).date()


def _offices(cast: Cast, ids: list[int]) -> None:
    """The first three hold offices since the founding; one has gone on to another."""
    with clock.rehearsing(cast.at(-480)):
        actor, first = cast.actor("mishu"), _day(cast, -480)
        basis = "演示：第一次会员大会决议"
        for pk, office in zip(ids, (Office.PRESIDENT, Office.DIRECTOR, Office.SUPERVISOR), strict=False):
            for held in (Office.FOUNDER, office):
                operations.give_office(
                    actor=actor, institution_id=pk, office=held, from_on=first, basis=basis
                )
        operations.change_tier(
            actor=actor, institution_id=ids[0], tier=Tier.PRESIDENT, from_on=first, reason=basis
        )


def _gap(cast: Cast, institution_id: int) -> None:
    """Left, and came back after some months: the gap stays visible."""
    with clock.rehearsing(cast.at(-400)):
        operations.end_membership(
            actor=cast.actor("mishu"),
            institution_id=institution_id,
            until_on=_day(cast, -400),
            reason="演示：书面申请退会",
        )
    with clock.rehearsing(cast.at(-250)):
        operations.admit_member(
            actor=cast.actor("mishu"),
            institution_id=institution_id,
            from_on=_day(cast, -250),
            reason="演示：理事会决议",
        )


def _probation_of_the_charter(cast: Cast) -> None:
    with clock.rehearsing(cast.at(-60)):
        rule = DeadlineRule.objects.get(code="MEMBER-PROBATION")
        confirm_deadline_rule(actor=cast.actor("mishu"), rule_id=rule.pk, reason="演示：章程第九条")


def _newcomer(cast: Cast, who: tuple[str, Field, int], days: int) -> tuple[int, Actor]:
    name, field, number = who
    with clock.rehearsing(cast.at(days - 2)):
        institution = operations.register_institution(
            actor=cast.actor("mishu"),
            name=name,
            uscc=uscc.with_body_check_digit(f"52{REGION}99{number:06d}"),
            field=field,
            region_code=REGION,
            is_demo=True,
        )
    return institution.pk, act_for(institution.pk, number)


def _drafted(actor: Actor, institution_id: int, field: Field) -> int:
    application = operations.save_application(
        actor=actor,
        institution_id=institution_id,
        field=field,
        licence_number="",
        statement=STATEMENT,
    )
    operations.add_application_evidence(
        actor=actor, application_id=application.pk, kind=EvidenceKind.REGISTRATION, upload=evidence()
    )
    return application.pk


def _applied(cast: Cast, who: tuple[str, Field, int], days: int) -> int:
    institution_id, actor = _newcomer(cast, who, days)
    with clock.rehearsing(cast.at(days, 10)):
        pk = _drafted(actor, institution_id, who[1])
        operations.submit_application(actor=actor, application_id=pk)
    return pk


def _voted_on(cast: Cast, who: tuple[str, Field, int], days: int) -> int:
    pk = _applied(cast, who, days)
    with clock.rehearsing(cast.at(days + 2, 10)):
        secretary = cast.actor("mishu")
        operations.take_up_application(actor=secretary, application_id=pk)
        return operations.open_council_vote(actor=secretary, application_id=pk, opinion=OPINION).pk


def _on_probation(cast: Cast) -> None:
    vote = _voted_on(cast, ON_PROBATION, -30)
    with clock.rehearsing(cast.at(-26, 10)):
        for key in COUNCIL:
            operations.cast_ballot(actor=cast.actor(key), vote_id=vote, choice=Choice.FOR)
    with clock.rehearsing(cast.at(-25, 10)):
        operations.close_council_vote(actor=cast.actor("mishu"), vote_id=vote)


def _before_the_council(cast: Cast) -> None:
    vote = _voted_on(cast, VOTED_ON, -6)
    with clock.rehearsing(cast.at(-3, 10) + timedelta(minutes=5)):
        operations.cast_ballot(actor=cast.actor("lishi2"), vote_id=vote, choice=Choice.FOR)


def _waiting(cast: Cast) -> None:
    _applied(cast, WAITING, -3)
