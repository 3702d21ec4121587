"""招生人数 of an institution: what its complaints are counted against."""

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, NotFound
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.models import Enrolment
from members.queries import institutions

FIRST_YEAR, MOST = 2000, 10_000_000


@transaction.atomic
def set_enrolment(*, actor: Actor, institution_id: int, year: int, learners: int, source: str) -> Enrolment:
    """登记招生人次 with its source; the figure of a year may be corrected, and the trail keeps who did."""
    actor.require(MAY, "set_enrolment")
    if not institutions().filter(pk=institution_id).exists():
        raise NotFound(_("没有这家机构。"))
    wrong = {}
    if not FIRST_YEAR <= year <= clock.today().year:
        wrong["year"] = _("年度不对，请检查。")
    if not 0 <= learners <= MOST:
        wrong["learners"] = _("人次须在0至1000万之间。")
    if not one_line(source):
        wrong["source"] = _("请写明数字的来源。")
    if wrong:
        raise InvalidInput(_("没有登记，请更正。"), wrong)
    row, is_new = Enrolment.objects.update_or_create(
        association_id=actor.association_id,
        institution_id=institution_id,
        year=year,
        defaults={"learners": learners, "source": one_line(source)[:120]},
    )
    record(actor, "set_enrolment", row, year=year, learners=learners, is_new=is_new)
    return row
