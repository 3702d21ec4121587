"""自律公约与会员名册: the meeting's figures are held against the books before a version is adopted."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from association import pledge
from association.actors import Actor
from association.models import PledgeVersion
from common.errors import InvalidInput
from common.text import one_line
from members.queries.membership import members_on


@transaction.atomic
def adopt_version(
    *,
    actor: Actor,
    version_id: int,
    meeting: str,
    met_on: date,
    effective_on: date,
    entitled: int,
    votes_for: int,
    votes_against: int,
    abstentions: int,
    minutes: UploadedFile | None,
    remark: str = "",
) -> PledgeVersion:
    """登记公约经会员大会通过. Where the books say another number of members on that day, the remark must say why."""
    counted = members_on(met_on)
    if entitled != counted and not one_line(remark):
        told = _("会员名册在%(day)s有%(count)d家会员，与应到会员数不同，请在说明中写明原因。")
        sentence = told % {"day": met_on.isoformat(), "count": counted}
        raise InvalidInput(sentence, {"remark": sentence})
    return pledge.adopt_pledge(
        actor=actor,
        version_id=version_id,
        meeting=meeting,
        met_on=met_on,
        effective_on=effective_on,
        entitled=entitled,
        votes_for=votes_for,
        votes_against=votes_against,
        abstentions=abstentions,
        minutes=minutes,
        remark=remark,
    )
