"""告知书与送达通知书: what is printed for a side that no mail and no notice reaches. Persons appear masked,
but for those who complain in the paper that serves the institution: it has to find each contract, as on its own page.
"""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from association import clock
from association.choices import Unit
from association.deadlines import rule_in_force
from association.rules.clock import beijing
from complaints.choices.complaints import Party
from complaints.choices.telling import SERVING, TellingSubject
from complaints.documents.letters import LANGUAGE, as_pdf, head
from complaints.models import Telling, WrittenDown
from complaints.queries.shown import as_told_to_institution, named_to_institution
from complaints.queries.written import what_of
from complaints.rules.money import in_yuan

REPLY_BY = "CMP-REPLY"
SENTENCES = {
    TellingSubject.SERVED: gettext_noop(
        "协会已受理上述投诉。请在期限内书面答复，说明事实和处理意见；期限自本通知书送达之日起算，逾期未答复将作为事实记录。"
    ),
    TellingSubject.AGAIN: gettext_noop(
        "投诉人否认问题已经解决，这件投诉重新办理。请在期限内再次书面答复并说明情况；期限自本通知书送达之日起算，逾期未答复将作为事实记录。"
    ),
    TellingSubject.ACCEPTED: gettext_noop("协会已受理您的投诉，将请机构答复并组织双方协商或者调解。"),
    TellingSubject.SURVEY: gettext_noop(
        "请您凭查询码告诉我们问题是否已经解决；没有查询码的，请联系协会补发，或者交来有您签名的书面意见。自您收到询问之日起逾期未答复的，记为“投诉人未答复”。"
    ),
    TellingSubject.WRITTEN: gettext_noop(
        "协会工作人员按有您签名的书面意见代您登记了：%(what)s。不是您的意思的，请自收到本告知书之日起在提出异议的期限内，凭查询码在页面上点“这不是我的意思”，登记即不作数；没有查询码的，请联系协会补发。"
    ),
    TellingSubject.FOLLOW_UP: gettext_noop(
        "投诉办结已满四周，请您告诉我们问题是否仍然解决；没有解决的，可以提出异议。"
    ),
}
PROGRESS = gettext_noop(
    "这件投诉有新的进展。投诉人请凭查询码查看或者致电协会；机构请联系协会开通账号后查看。"
)


def telling_pdf(telling: Telling) -> bytes:
    """The same telling gives the same bytes."""
    with override(LANGUAGE):
        title = telling_title(telling)
        html = render_to_string("complaints/telling.html", _telling(telling, title))
        return as_pdf(html, f"{title} {telling.complaint.number}", f"telling-{telling.pk}")


def telling_title(telling: Telling) -> str:
    return _("送达通知书") if telling.subject in SERVING else _("告知书")


def telling_file_name(telling: Telling) -> str:
    return f"{telling_title(telling)}-{telling.complaint.number}.pdf"


def _telling(telling: Telling, title: str) -> dict[str, Any]:
    complaint = telling.complaint
    shown = head(telling.association_id, complaint)
    to_institution = telling.party == Party.INSTITUTION
    serves = telling.subject in SERVING
    facts, demand = as_told_to_institution(complaint)
    paid = _("未填") if complaint.paid_fen is None else in_yuan(complaint.paid_fen)
    return shown | {
        "title": title,
        "complainants": named_to_institution(complaint) if serves else shown["complainants"],
        "addressee": shown["respondent"] if to_institution else shown["complainants"],
        "subject": telling.get_subject_display(),
        "sentence": _sentence(telling),
        "serves": serves,
        "facts": facts.split("\n"),
        "demand": demand.split("\n"),
        "paid": paid,
        "claimed": in_yuan(complaint.claimed_fen),
        "term": _term(),
        "asked_on": beijing(telling.asked_at).date(),
    }


def _sentence(telling: Telling) -> str:
    sentence = _(SENTENCES.get(TellingSubject(telling.subject), PROGRESS))
    if telling.subject != TellingSubject.WRITTEN:
        return sentence
    row = WrittenDown.objects.get(pk=telling.event.partition("-")[2], complaint=telling.complaint_id)
    return sentence % {"what": what_of(row)}


def _term() -> str:
    rule = rule_in_force(REPLY_BY, clock.today())
    return _("自送达之日起%(number)s个%(unit)s") % {"number": rule.number, "unit": Unit(rule.unit).label}
