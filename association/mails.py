"""邮件: every one that goes out says on whose behalf, as its sender and in its last line. There is no other place that sends."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr, quote

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from association import clock
from association.links import base_url, platform_url
from association.models import Association
from association.moments import in_words, minute
from association.tenancy import current_association_id


def send_mail(
    to: str, subject: str, text: str, *, at_platform: bool = False, headers: Mapping[str, str] | None = None
) -> None:
    """One mail to one person, on behalf of the association of the scope, or of the platform.

    ``text`` comes in the language of whoever reads it; the last line follows it.
    """
    name = name_of_sender(at_platform=at_platform)
    place = f"{platform_url() if at_platform else base_url()}/"
    foot = _("本邮件由%(name)s（%(place)s）自动发出，请勿直接回复。") % {"name": name, "place": place}
    more = dict(headers) if headers else None
    EmailMessage(subject, f"{text}\n\n{foot}", sender(name), [to], headers=more).send()


def name_of_sender(*, at_platform: bool) -> str:
    """On whose behalf, in the language of the mail where the association has a name in it."""
    if at_platform:
        return _("培训行业协会门户")
    found = Association.objects.get(pk=current_association_id())
    return found.name_en if get_language() == "en" and found.name_en else found.name


def sender(name: str) -> str:
    """``名称 <address>``: the name of whom it comes from over the one address of the installation."""
    return f'"{quote(name)}" <{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}>'


def link_ends() -> str:
    """Until when a link for a new password works that is made now, in the words of the language."""
    moment = clock.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return minute(moment) if get_language() == "en" else in_words(moment)
