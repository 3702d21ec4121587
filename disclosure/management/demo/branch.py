"""演示 of 培委会: the published results of 2023 with their source, and a round that is nearly decided."""

import csv
from pathlib import Path

from django.conf import settings

from association import clock
from association.models import User
from association.rules.clock import beijing
from credit_rating.choices import StageKind
from credit_rating.operations.historical import (
    HistoricalRow,
    confirm_historical_results,
    propose_historical_results,
)
from credit_rating.operations.prior_notice import send_prior_notice
from disclosure.management.demo import story
from disclosure.management.demo.institutions import BRANCH, register
from disclosure.management.demo.people import act_for, represent, take_office
from disclosure.management.demo.story import Cast, Windows

THIS_YEAR = Windows(opens=-75, closes=-45, reviewed=-25, determined=20)
SHARES = ("0.86", "0.70", "0.65", "0.45", "0.60")
FIRST_ROUND = "专技类诚信等级评估"


def tell(cast: Cast, users: dict[str, User]) -> None:
    take_office(users)
    ids = register(cast, BRANCH, first=101)
    represent(users, ids[3])
    _take_over_first_round(cast)
    numbers = range(1, len(ids) + 1)
    people = [act_for(one, number) for number, one in zip(numbers, ids, strict=True)]
    standard_id = story.settled_standard(cast, "beijing_draft", -120)
    round_id = story.open_round(
        cast,
        year=beijing(cast.at(-75)).year,
        standard_id=standard_id,
        windows=THIS_YEAR,
        invited=ids,
        district=True,
    )
    held = story.held_in(cast, round_id)
    assessed = [held[pk] for pk in ids[:5]]
    for assessment_id, actor, share in zip(assessed, people, SHARES, strict=False):
        story.self_assess(cast, actor, assessment_id, share=share, days=-60)
    story.tick(cast, -44)
    for assessment_id, share in zip(assessed[:4], SHARES, strict=False):
        story.assign(cast, assessment_id, StageKind.DISTRICT_REVIEW, ("quping",), -43)
        story.review(cast, assessment_id, "quping", share=share, days=-35)
        story.finish(cast, assessment_id, -30)
    story.assign(cast, assessed[4], StageKind.DISTRICT_REVIEW, ("quping",), -43)
    story.determine(cast, [assessed[0], assessed[1], assessed[3]], -2)
    with clock.rehearsing(cast.at(-1)):
        send_prior_notice(actor=cast.actor("mishu"), assessment_id=assessed[3])


def _take_over_first_round(cast: Cast) -> None:
    """2023年首评: the institutions that the press named, with source; nothing about them is made up."""
    path = Path(settings.BASE_DIR) / "reference" / "published_assessment_results.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scheme"].startswith(FIRST_ROUND)]
    with clock.rehearsing(cast.at(-110)):
        brought = propose_historical_results(
            actor=cast.actor("mishu"),
            rows=[
                HistoricalRow(
                    institution_name=row["institution_name"],
                    year=int(row["assessment_year"]),
                    scheme=row["scheme"],
                    grade=row["result"],
                    issuing_body=row["issuing_body"],
                    source_title=row["source_title"],
                    source_url=row["source_url"],
                    note=row["note"],
                )
                for row in rows
            ],
        )
        if brought is not None:
            confirm_historical_results(actor=cast.actor("zhuren"), import_id=brought.pk)
