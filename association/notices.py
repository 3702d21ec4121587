"""通知: one for each event, person and channel, however often the event is reported."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet

from association import clock
from association.choices import Channel, Role
from association.links import absolute
from association.mails import send_mail
from association.models import Appointment, Notice
from association.outbox import enqueue
from common.said import as_parts


def notify(event: str, users: Iterable[int], *, subject: str, body: str, path: str = "") -> None:
    """Tell each person once, at the desk and by mail. ``path`` is relative to the association's mount.

    What is written stays in Chinese, whatever language the sender's pages are in: callers mark their sentences
    with ``gettext_noop``, and a ``Said`` keeps the parts it was put together from, for a desk in another language.
    """
    moment = clock.now()
    wording = {"subject": as_parts(subject), "body": as_parts(body)}
    rows = [
        Notice(
            event=event,
            user_id=user,
            channel=channel,
            subject=str(subject),
            body=str(body),
            wording=wording,
            path=path,
            created_at=moment,
        )
        for user in sorted(set(users))
        for channel in (Channel.DESK, Channel.MAIL)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    mails = Notice.objects.filter(event=event, channel=Channel.MAIL, sent_at__isnull=True)
    for notice_id in mails.values_list("pk", flat=True):
        enqueue("association.send_notice", key=f"notice-{notice_id}", notice_id=notice_id)


def posts_today() -> QuerySet[Appointment]:
    day = clock.today()
    return Appointment.objects.filter(from_on__lte=day, awaits=False).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day)
    )


def institutions_reached() -> QuerySet[Appointment, int | None]:
    """Ids of the institutions for which somebody acts today, for a condition."""
    return posts_today().filter(institution_id__isnull=False).values_list("institution_id", flat=True)


def people_of(*, roles: Iterable[Role] = (), institution_id: int | None = None) -> list[int]:
    """Ids of the people who hold a role today, or who act for an institution."""
    rows = posts_today()
    if institution_id is not None:
        rows = rows.filter(institution_id=institution_id)
    else:
        rows = rows.filter(role__in=list(roles))
    return sorted(set(rows.values_list("user_id", flat=True)))


def send_notice(*, notice_id: int) -> None:
    """Mail one notice. At least once: the mark is written after the gateway took it.

    Its name is always the same, so that a mail repeated after a crash is known as the same one on its way.
    """
    notice = Notice.objects.select_for_update().select_related("user").get(pk=notice_id)
    if notice.sent_at is not None:
        return
    text = f"{notice.body}\n\n{absolute(notice.path)}" if notice.path else notice.body
    name = f"<notice-{notice.association_id}-{notice.pk}@{settings.SHARED_HOST}>"
    send_mail(notice.user.email, notice.subject, text, headers={"Message-ID": name})
    notice.sent_at = clock.now()
    notice.save(update_fields=["sent_at"])
