"""邮件告知投诉人: that there is something to see, soon due, or written down in the complainant's name; and where."""

from django.conf import settings
from django.utils.translation import gettext_noop, override

from association.links import absolute
from association.mails import send_mail
from complaints.choices.complaints import PersonalField
from complaints.models import Complaint, PersonalData, WrittenDown
from complaints.queries.people import opened
from complaints.queries.written import what_of

TRACK = "/complaints/track/"
SUBJECT = gettext_noop("您的投诉%(number)s有新的进展")
BODY = gettext_noop(
    "您的投诉%(number)s有新的进展，请凭查询码查看：\n%(address)s\n\n为保护您的个人信息，邮件中不写具体内容。"
)
REMIND_SUBJECT = gettext_noop("您的投诉%(number)s有事项即将到期")
REMIND_BODY = gettext_noop(
    "您的投诉%(number)s有需要您办理的事项即将到期，请凭查询码查看：\n%(address)s\n\n为保护您的个人信息，邮件中不写具体内容。"
)
WRITTEN_SUBJECT = gettext_noop("您的投诉%(number)s有一项代您所作的登记")
WRITTEN_BODY = gettext_noop(
    "协会工作人员按有您签名的书面意见，在您的投诉%(number)s中代您登记了：%(what)s。\n\n"
    "请凭查询码查看：\n%(address)s\n\n"
    "不是您的意思的，请在页面写明的期限内点“这不是我的意思”，登记即不作数。"
)


def mail_complainant(*, complaint_id: int, reminds: bool = False, written_id: int | None = None) -> None:
    """One mail to each address that was given. At least once."""
    complaint = Complaint.objects.get(pk=complaint_id)
    data = PersonalData.objects.filter(person__complaint=complaint).exclude(email_box=b"")
    to = sorted({opened(row, PersonalField.EMAIL) for row in data})
    values = {"number": complaint.number, "address": absolute(TRACK)}
    with override(settings.LANGUAGE_CODE):
        subject, body = (REMIND_SUBJECT, REMIND_BODY) if reminds else (SUBJECT, BODY)
        if written_id is not None:
            row = WrittenDown.objects.get(pk=written_id, complaint=complaint)
            subject, body = WRITTEN_SUBJECT, WRITTEN_BODY
            values["what"] = what_of(row)
        for address in to:
            send_mail(address, subject % values, body % values)
