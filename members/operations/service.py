"""送达: by a notice today where somebody of the institution reads it, else in writing on the day that is registered."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from association import clock
from association.notices import people_of
from association.rules.clock import BEIJING
from common.errors import InvalidInput
from members.choices.breach import ON_PAPER, Service

NOON = 12


def served(institution_id: int, service: str, served_on: date | None, *, since: date) -> tuple[Service, date]:
    """How and when it was told; on paper never before ``since`` and never later than today."""
    today = clock.today()
    if people_of(institution_id=institution_id):
        return Service.NOTICE, today
    if service not in ON_PAPER:
        sentence = _("该机构没有账号，须书面送达，请选择送达的方式。")
        raise InvalidInput(sentence, {"service": sentence})
    if served_on is None or not since <= served_on <= today:
        sentence = _("送达的日期不能早于提出之日，也不能晚于今天。")
        raise InvalidInput(sentence, {"served_on": sentence})
    return Service(service), served_on


def start_of(day: date) -> datetime:
    """Now, or noon of an earlier day: nobody kept the hour of a letter."""
    noon = datetime(day.year, day.month, day.day, NOON, tzinfo=BEIJING)
    return clock.now() if day == clock.today() else noon
