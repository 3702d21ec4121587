"""丢失第二因素: the way back for whoever lost both the phone and the recovery codes; only the operator of the machine opens it."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import system
from association.audit import record
from association.choices import Role
from association.models import Appointment, Association, User
from association.notices import notify, people_of
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from common.said import Said
from common.text import one_line


@transaction.atomic
def reset_second_factor(*, email: str, grounds: str = "") -> list[Association]:
    """移除第二因素 of one account: authenticator and recovery codes go, every session ends; the password stays.

    Outside any association, and by no role: a colleague who could do this would need one password to be somebody else.
    Where the account holds a post the trail says it, and the person and the secretariat are told; these are returned.
    Raises NotFound, Refused.
    """
    user = User.objects.select_for_update().filter(email__iexact=email.strip()).first()
    if user is None:
        raise NotFound(_("没有使用这个邮箱的账号。"))
    factors = Authenticator.objects.filter(user=user)
    if not factors.exists():
        raise Refused(_("这个账号没有第二因素，下次登录时会要求设置。"))
    factors.delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    places = [
        one for one in Association.objects.order_by("pk") if _told_there(one, user, one_line(grounds)[:300])
    ]
    if not places:
        raise Refused(_("这个账号没有在任何协会任职，无人可以告知。"))
    return places


def _told_there(association: Association, user: User, grounds: str) -> bool:
    """On record and told in one association; nothing where the person holds no post now or later."""
    with acting_for(association.pk):
        posts = Appointment.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=clock.today()), user=user
        )
        last = posts.order_by("pk").last()
        if last is None:
            return False
        entry = record(system(association.pk), "reset_second_factor", user, reason=grounds)
        body = gettext_noop(
            "%(name)s的第二因素已由平台运维移除，所有登录均已退出，密码没有变化；下次登录时须重新设置。"
            "如果不是本人所请，请本人立即修改密码，并告知平台运维。"
        )
        notify(
            f"factor-{entry.pk}",
            {user.pk, *people_of(roles=[Role.SECRETARIAT])},
            subject=gettext_noop("一个账号的第二因素已移除"),
            body=Said(body, name=last.name),
            path="/desk/notices/",
        )
    return True
