"""演示 of 朝阳: a published round of last year, and this year's round with work for every role."""

from association import clock
from association.actors import Actor
from association.models import User
from association.rules.clock import beijing
from credit_rating.choices import StageKind
from credit_rating.operations.supplements import request_supplement
from credit_rating.queries.self_sheet import self_sheet
from disclosure.management.demo import books, disputes, dues, leads, membership, orders, pledge, story
from disclosure.management.demo.institutions import CHAOYANG, register
from disclosure.management.demo.people import act_for, represent, take_office
from disclosure.management.demo.story import ASSESSORS, Cast, Windows

LAST_YEAR = Windows(opens=-330, closes=-310, reviewed=-290, determined=-270)
THIS_YEAR = Windows(opens=-14, closes=12, reviewed=40, determined=60)
LAST_YEAR_SHARES = ("0.86", "0.70", "0.65", "0.60")


def tell(cast: Cast, users: dict[str, User]) -> None:
    take_office(users)
    ids = register(cast, CHAOYANG, first=1)
    represent(users, ids[0])
    people = [cast.actor("jigou"), *(act_for(one, number) for number, one in enumerate(ids[1:], 2))]
    standard_id = story.settled_standard(cast, "beijing_draft", -400)
    _last_year(cast, standard_id, ids, people)
    _this_year(cast, standard_id, ids, people)
    story.standard_before_experts(cast, "tianjin_form", -3)
    disputes.tell(cast, ids[0], CHAOYANG[0][0])
    orders.tell(cast, ids[0], CHAOYANG[0][0])
    leads.tell(cast, CHAOYANG[0][0])
    membership.tell(cast, ids)
    books.tell(cast)
    pledge.tell(cast, ids, people)
    dues.tell(cast)


def _last_year(cast: Cast, standard_id: int, ids: list[int], people: list[Actor]) -> None:
    """Five invited, four assessed, one did not file: 未申报 is not a grade."""
    year = beijing(cast.at(-330)).year
    round_id = story.open_round(
        cast, year=year, standard_id=standard_id, windows=LAST_YEAR, invited=ids[:5], district=False
    )
    held = story.held_in(cast, round_id)
    assessed = [held[pk] for pk in ids[:4]]
    for assessment_id, actor, share in zip(assessed, people, LAST_YEAR_SHARES, strict=False):
        story.self_assess(cast, actor, assessment_id, share=share, days=-320)
    story.tick(cast, -309)
    for assessment_id, share in zip(assessed, LAST_YEAR_SHARES, strict=True):
        story.assign(cast, assessment_id, StageKind.REVIEW, ASSESSORS, -308)
        for key in ASSESSORS:
            story.review(cast, assessment_id, key, share=share, days=-300)
        story.finish(cast, assessment_id, -295)
    story.tick(cast, -288)
    story.determine(cast, assessed, -285)
    story.publish(cast, round_id, notice=-280, published=-265)


def _this_year(cast: Cast, standard_id: int, ids: list[int], people: list[Actor]) -> None:
    """Invited, filling in, submitted, asked to supplement, under review, reviewed."""
    year = beijing(cast.at(-14)).year
    year += year == beijing(cast.at(-330)).year
    round_id = story.open_round(
        cast, year=year, standard_id=standard_id, windows=THIS_YEAR, invited=ids, district=False
    )
    held = story.held_in(cast, round_id)
    own, _waiting, partly, submitted, supplement, reviewing, reviewed = (held[pk] for pk in ids[:7])
    story.self_assess(cast, people[0], own, share="0.75", days=-5, most=20)
    story.self_assess(cast, people[2], partly, share="0.8", days=-4, most=40)
    for assessment_id, actor in zip((submitted, supplement, reviewing, reviewed), people[3:], strict=False):
        story.self_assess(cast, actor, assessment_id, share="0.75", days=-8)
    for assessment_id in (supplement, reviewing, reviewed):
        story.assign(cast, assessment_id, StageKind.REVIEW, ASSESSORS, -6)
    _ask_for_more(cast, supplement)
    story.review(cast, reviewing, "pinggu2", share="0.70", days=-3)
    for key in ASSESSORS:
        story.review(cast, reviewed, key, share="0.70", days=-3)
    story.finish(cast, reviewed, -2)


def _ask_for_more(cast: Cast, assessment_id: int) -> None:
    with clock.rehearsing(cast.at(-3)):
        secretary = cast.actor("mishu")
        wanted = {row.leaf.code: row.indicator_id for row in self_sheet(secretary, assessment_id).rows}
        request_supplement(
            actor=secretary,
            assessment_id=assessment_id,
            items={
                wanted["A4.1.1"]: "演示：请补充合同样本的续页",
                wanted["B4.1.1"]: "演示：请补充教师资格证书复印件",
            },
        )
