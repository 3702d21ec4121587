"""机构自己办理: staff write nothing down for an institution that has an administrator to say it; else it stands on a paper."""

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from association.actors import Actor
from common.errors import Refused
from complaints.choices.complaints import Method, Party
from complaints.models import Complaint, Evidence
from complaints.operations.filing import keep_signed
from complaints.queries.voices import speaks_for_itself


def refuse_own_voice(institution_id: int | None) -> None:
    """Raises Refused where the institution can say it with its own account."""
    if speaks_for_itself(institution_id):
        raise Refused(_("这家机构有账号和管理员，须由机构登录后自己办理，工作人员不能代为登记。"))


def keep_word(
    actor: Actor, complaint: Complaint, party: str, method: Method, paper: UploadedFile | None
) -> Evidence | None:
    """The scan of what staff write down for a side, which has no other way to say it; nothing for who speaks itself.

    Raises InvalidInput without a paper, and Refused where the institution speaks for itself.
    """
    if method == Method.PAPER and party == Party.INSTITUTION:
        refuse_own_voice(complaint.institution_id)
    return keep_signed(actor, complaint, method, paper, Party(party))
