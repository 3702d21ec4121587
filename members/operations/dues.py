"""会费标准: the resolution of the general meeting with its figures, and its publication to all members.

民发〔2014〕166号: only the general meeting sets or changes the dues, by secret ballot, a fixed amount for each tier. The
shares are rows of 章程参数 with their citation, read on the day of the meeting.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.charter import charter_rule
from association.choices import Side
from association.clocks import Case, Owner, start_deadline, stop_deadline
from association.in_turn import take_turn
from association.links import path_to
from association.locker import store_file
from association.models import CharterRule
from association.notices import notify, posts_today
from association.rules.clock import BEIJING
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from members.access import MAY, dues_resolutions_visible_to
from members.choices.dues import ResolutionState
from members.choices.membership import Tier
from members.models import DuesInvoice, DuesResolution, DuesStandard
from members.models.dues import FIRST_YEAR, LAST_YEAR
from members.operations.moves import move_resolution
from members.operations.parts import LONGEST_LINE, line
from members.queries.membership import members_on, members_today
from members.rules.council import Share
from members.rules.dues import Figures

QUORUM, MAJORITY, PUBLISH = "DUES-QUORUM", "DUES-MAJORITY", "DUES-PUBLISH"
TURN = "dues"
LARGEST_FEN = 10**11
NOON = 12


@transaction.atomic
def adopt_dues(
    *,
    actor: Actor,
    meeting: str,
    met_on: date,
    first_year: int,
    figures: Figures,
    is_secret: bool,
    amounts: Mapping[str, int],
    minutes: UploadedFile | None,
    remark: str = "",
) -> DuesResolution:
    """登记会费标准决议; the one before it ends with the year before. ``amounts``: 分 a year, for every tier.

    Raises Refused where the figures do not reach the shares of the day, without a secret ballot, and where bills of
    those years were made already; InvalidInput under the field that is wrong.
    """
    actor.require(MAY, "adopt_dues")
    take_turn(TURN)
    where = line(meeting, "meeting", _("请写明哪次会员大会。"))[:120]
    _refuse_wrong_days(met_on, first_year)
    why = one_line(remark)[:LONGEST_LINE]
    _refuse_unexplained(met_on, figures, why)
    if not is_secret:
        raise _wrong("is_secret", _("会费标准须由会员大会无记名投票表决。"))
    fixed = _every_tier(amounts)
    shares = charter_rule(QUORUM, met_on), charter_rule(MAJORITY, met_on)
    _refuse_short(figures, *shares)
    _end_before(first_year)
    resolution = DuesResolution(
        meeting=where,
        met_on=met_on,
        first_year=first_year,
        entitled=figures.entitled,
        present=figures.present,
        votes_for=figures.votes_for,
        votes_against=figures.votes_against,
        abstentions=figures.abstentions,
        is_secret=is_secret,
        quorum_rule=shares[0],
        majority_rule=shares[1],
        minutes=store_file(actor=actor, upload=minutes, institution_id=None),
        remark=why,
    )
    _keep(actor, resolution, fixed)
    record(actor, "adopt_dues", resolution, first_year=first_year, present=figures.present)
    return resolution


def _keep(actor: Actor, resolution: DuesResolution, fixed: Mapping[Tier, int]) -> None:
    """With its amounts, and the term of publishing from the day of the meeting."""
    met_on = resolution.met_on
    resolution.adopted_at, resolution.adopted_by_id = clock.now(), actor.person_id
    resolution.save()
    DuesStandard.objects.bulk_create(
        DuesStandard(resolution=resolution, tier=tier, amount_fen=fen) for tier, fen in fixed.items()
    )
    start_deadline(
        actor=actor,
        code=PUBLISH,
        case=_case(resolution),
        owner=Owner(Side.STAFF),
        action=gettext_noop("向全体会员公布会费标准决议"),
        start=datetime(met_on.year, met_on.month, met_on.day, NOON, tzinfo=BEIJING),
    )


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {field: sentence})


def _refuse_wrong_days(met_on: date, first_year: int) -> None:
    if met_on > clock.today():
        raise _wrong("met_on", _("会议日期不能晚于今天。"))
    if not max(FIRST_YEAR, met_on.year) <= first_year < LAST_YEAR:
        raise _wrong("first_year", _("会费标准不追溯：执行年度不能早于会议的年度。"))


def _refuse_unexplained(met_on: date, figures: Figures, remark: str) -> None:
    counted = members_on(met_on)
    if figures.entitled != counted and not remark:
        told = _("会员名册在%(day)s有%(count)d家会员，与应到会员数不同，请在说明中写明原因。")
        raise _wrong("remark", told % {"day": met_on.isoformat(), "count": counted})


def _every_tier(amounts: Mapping[str, int]) -> dict[Tier, int]:
    """One whole amount for each; no range, no share of a turnover: those would float."""
    missing = [tier for tier in Tier if amounts.get(tier) is None]
    if missing:
        raise _wrong(f"fen_{missing[0].value}", _("每一级会员都要有固定的金额，免缴的填0。"))
    found = {tier: amounts[tier] for tier in Tier}
    if any(not 0 <= fen <= LARGEST_FEN for fen in found.values()):
        raise InvalidInput(_("金额超出范围。"))
    if not any(found.values()):
        raise InvalidInput(_("各级会员的金额不能都是0。"))
    return found


def _refuse_short(figures: Figures, quorum: CharterRule, majority: CharterRule) -> None:
    if figures.present > figures.entitled:
        raise _wrong("entitled", _("到会的会员不能多于应到的会员。"))
    if not _share(quorum).is_reached(figures.present, figures.entitled):
        told = _("到会%(present)d家，未达到法定人数（应到%(entitled)d家的%(share)s），会费标准没有通过。")
        given = {"present": figures.present, "entitled": figures.entitled, "share": quorum.share}
        raise Refused(told % given)
    if not _share(majority).is_reached(figures.votes_for, figures.present):
        told = _("赞成%(votes)d票，未达到到会%(present)d家的%(share)s，会费标准没有通过。")
        given = {"votes": figures.votes_for, "present": figures.present, "share": majority.share}
        raise Refused(told % given)


def _share(rule: CharterRule) -> Share:
    return Share(rule.numerator, rule.denominator, rule.is_strict)


def _end_before(first_year: int) -> None:
    """The resolution that holds now ends with the year before; the turn is held."""
    if DuesInvoice.objects.filter(year__gte=first_year).exists():
        told = _("%(year)d年度的会费通知已经开具，新的标准只能从以后的年度起执行。")
        raise _wrong("first_year", told % {"year": first_year})
    open_ones = DuesResolution.objects.select_for_update().filter(last_year__isnull=True)
    before = open_ones.first()
    if before is None:
        return
    if before.first_year > first_year:
        told = _("已有从%(year)d年起执行的标准，新的标准不能早于它。")
        raise _wrong("first_year", told % {"year": before.first_year})
    before.last_year = first_year - 1
    before.save(update_fields=["last_year"])


@transaction.atomic
def publish_dues(*, actor: Actor, resolution_id: int) -> DuesResolution:
    """公布: on the association's page, and to everybody who acts for a member. Bills are made from it from now on."""
    actor.require(MAY, "publish_dues")
    rows = dues_resolutions_visible_to(actor).select_for_update(of=("self",))
    resolution = rows.filter(pk=resolution_id).first()
    if resolution is None:
        raise NotFound(_("没有这份会费标准决议。"))
    if resolution.state != ResolutionState.ADOPTED:
        raise Refused(_("这份决议已经公布。"))
    move_resolution(
        resolution,
        ResolutionState.PUBLISHED,
        published_at=clock.now(),
        published_by_id=actor.person_id,
    )
    stop_deadline(actor=actor, case=_case(resolution), code=PUBLISH)
    record(actor, "publish_dues", resolution)
    notify(
        f"dues-resolution-{resolution.pk}",
        people_of_members(members_today().values_list("institution_id", flat=True)),
        subject=gettext_noop("会员大会通过了会费标准"),
        body=Said(
            gettext_noop("自%(year)s年起执行，各级会员的金额和表决结果见会费标准页面。"),
            year=str(resolution.first_year),
        ),
        path=path_to("dues"),
    )
    return resolution


def people_of_members(institution_ids: Collection[int]) -> list[int]:
    """Who acts for one of these today; one query for all of them."""
    rows = posts_today().filter(institution_id__in=institution_ids)
    return sorted(set(rows.values_list("user_id", flat=True)))


def people_by_institution(institution_ids: Collection[int]) -> dict[int, set[int]]:
    """Who acts for each today; one query for all of them."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = posts_today().filter(institution_id__in=institution_ids)
    for institution_id, user_id in rows.values_list("institution_id", "user_id"):
        if institution_id is not None:
            found[institution_id].add(user_id)
    return found


def _case(resolution: DuesResolution) -> Case:
    title = gettext_noop("会费标准：%(meeting)s") % {"meeting": resolution.meeting}
    path = path_to("admin:members_duesresolution_change", resolution.pk)
    return Case("dues_resolution", resolution.pk, title, path)
