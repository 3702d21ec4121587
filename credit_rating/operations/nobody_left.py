"""无人可办: where every member of the committee is involved, the secretariat hears of it at once and can appoint another."""

from collections.abc import Collection

from django.utils.translation import gettext_noop

from association.choices import Role
from association.notices import notify, people_of
from common.said import Said
from credit_rating.models import Assessment
from credit_rating.operations.rounds import DESK


def tell_if_nobody_is_left(event: str, assessment: Assessment, left: Collection[int]) -> None:
    """``left``: the members who may still take in hand what ``event`` has made to wait."""
    if left:
        return
    notify(
        f"{event}-nobody-left",
        people_of(roles=[Role.SECRETARIAT]),
        subject=gettext_noop("没有可以办理的委员"),
        body=Said(
            gettext_noop(
                "%(institution)s的评估等待委员会办理，现任委员都参加过评分、评定或者应当回避。请另行任命委员。"
            ),
            institution=assessment.institution,
        ),
        path=DESK,
    )
