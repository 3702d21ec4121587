"""回避 in the committee: who may still take a matter in hand, told alike to the operations, the pages and the secretariat."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association.actors import Actor
from association.choices import COMMITTEE_ROLES
from association.notices import people_of
from credit_rating.choices import Clearance, StageKind
from credit_rating.models import Assessment, Determination, Opinion, PriorNotice
from credit_rating.queries.conflicts import ConflictCheck, conflict_checks

REVIEWS = (StageKind.DISTRICT_REVIEW, StageKind.REVIEW)
SCORED_IT = gettext_lazy("您参加了这家机构的评分，不能参加评定。")
REVIEWED_IT = gettext_lazy("您参加了这家机构的评分，不能处理异议。")
DECIDED_IT = gettext_lazy("异议须由未参与该项评定的委员处理。")


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hands a matter is in: ``why_not`` the reader's, or nothing; ``left``: which members of the committee may."""

    why_not: str
    left: frozenset[int]


def has_scored(user_ids: Collection[int], assessment: Assessment, kinds: Collection[str] = ()) -> set[int]:
    """Who of these wrote an opinion on it, of these kinds or of any, a correction after an objection included."""
    rows = Opinion.objects.filter(assessment=assessment, author_id__in=user_ids)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return {who for who in rows.values_list("author_id", flat=True) if who is not None}


def deciders_of(assessment: Assessment) -> set[int | None]:
    """Whoever signed any determination of it, superseded ones included, or answered a defence."""
    signed = Determination.objects.filter(assessment=assessment)
    answered = PriorNotice.objects.filter(assessment=assessment, answered_at__isnull=False)
    pairs = signed.values_list("decided_by_id", "countersigned_by_id")
    return {who for pair in pairs for who in pair} | {notice.answered_by_id for notice in answered}


def kept_from_deciding(user_ids: Collection[int], assessment: Assessment) -> Mapping[int, str]:
    """For each one who may not determine, sign or answer a defence: why, in the language of the page."""
    return _tied(user_ids, assessment) | dict.fromkeys(has_scored(user_ids, assessment), str(SCORED_IT))


def kept_from_objections(user_ids: Collection[int], assessment: Assessment) -> Mapping[int, str]:
    """The same for an objection: nobody judges one to their own decision, nor who scored or has an interest."""
    scored = dict.fromkeys(has_scored(user_ids, assessment, REVIEWS), str(REVIEWED_IT))
    deciders = deciders_of(assessment)
    signed = {who: str(DECIDED_IT) for who in user_ids if who in deciders}
    return _tied(user_ids, assessment) | scored | signed


def _tied(user_ids: Collection[int], assessment: Assessment) -> dict[int, str]:
    checks = conflict_checks(user_ids, assessment)
    return {who: sentence for who, check in checks.items() if (sentence := said_of(check))}


def said_of(check: ConflictCheck) -> str:
    """Why this person has to stand back, or nothing."""
    if check.clearance != Clearance.BLOCKED:
        return ""
    return _("存在利害关系，应当回避：%(why)s。") % {"why": _("；").join(check.told())}


def hands_for_deciding(actor: Actor, assessment: Assessment) -> Hands:
    """Of a determination, a second signature and the answer to a defence."""
    return _hands(actor, assessment, kept_from_deciding)


def hands_for_objections(actor: Actor, assessment: Assessment) -> Hands:
    return _hands(actor, assessment, kept_from_objections)


def _hands(
    actor: Actor,
    assessment: Assessment,
    kept_from: Callable[[Collection[int], Assessment], Mapping[int, str]],
) -> Hands:
    """The reader and today's members of the committee in the same few queries."""
    members = set(people_of(roles=COMMITTEE_ROLES))
    kept = kept_from(members | ({actor.person_id} if actor.user_id else set()), assessment)
    return Hands(kept.get(actor.person_id, "") if actor.user_id else "", frozenset(members - kept.keys()))
