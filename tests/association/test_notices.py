"""通知: one for each event, person and channel; sent after the deed, with an address that works."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.utils.translation import gettext_noop, override

from association import clock, operations
from association.access import notices_visible_to
from association.choices import Channel, Role
from association.models import Notice, OutboxJob
from association.notices import notify, people_of, send_notice
from association.tenancy import acting_for
from common.said import Said
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def association():
    association = make_association("first")
    with acting_for(association.pk):
        yield association


def tell(user, event="e"):
    notify(event, [user.pk, user.pk], subject="题", body="文", path="/desk/")
    return Notice.objects.get(event=event, channel=Channel.MAIL, user=user)


def test_person_is_told_once_in_each_channel():
    user = make_user()
    tell(user)
    tell(user)
    assert sorted(Notice.objects.values_list("channel", flat=True)) == [Channel.DESK, Channel.MAIL]
    assert OutboxJob.objects.count() == 1


def test_mail_waits_for_the_deed_and_goes_once():
    notice = tell(make_user())
    assert mail.outbox == []
    send_notice(notice_id=notice.pk)
    send_notice(notice_id=notice.pk)
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([notice.user.email], "题")
    assert message.message()["Message-ID"].startswith(f"<notice-{notice.association_id}-{notice.pk}@")


def test_the_desk_says_what_was_put_together_in_its_own_language_and_the_mail_stays_as_written():
    user = make_user()
    subject = Said(gettext_noop("请答复投诉%(number)s"), number="T2026-000009")
    notify("parts", [user.pk], subject=subject, body=Said("%(who)s", who=make_institution()))
    notice = Notice.objects.get(event="parts", channel=Channel.MAIL)
    assert notice.subject == notice.subject_here == "请答复投诉T2026-000009"
    with override("en"):
        assert "T2026-000009" in notice.subject_here
        assert "请" not in notice.subject_here
        assert notice.body_here == notice.body  # an institution's name is no word of the catalogue
    send_notice(notice_id=notice.pk)
    assert mail.outbox[0].subject == "请答复投诉T2026-000009"


def test_a_notice_from_before_the_parts_were_kept_is_shown_as_it_was_written():
    notice = tell(make_user())
    notice.wording = None
    with override("en"):
        assert (notice.subject_here, notice.body_here) == ("题", "文")


@override_settings(SITE_SCHEME="https", SITE_PORT="", SHARED_HOST="portal.example.org")
def test_mail_carries_the_address_of_the_association(association):
    send_notice(notice_id=tell(make_user()).pk)
    foot = f"本邮件由{association.name}（https://portal.example.org/first/）自动发出，请勿直接回复。"
    assert mail.outbox[0].body == f"文\n\nhttps://portal.example.org/first/desk/\n\n{foot}"


def test_people_of_a_role_are_those_of_today():
    day = clock.today()
    now, before, later = make_user(), make_user(), make_user()
    appoint(now, Role.SECRETARIAT)
    appoint(before, Role.SECRETARIAT, until_on=day - timedelta(days=1))
    appoint(later, Role.SECRETARIAT, from_on=day + timedelta(days=1))
    assert people_of(roles=[Role.SECRETARIAT]) == [now.pk]


def test_people_of_an_institution_are_its_own():
    institution = make_institution()
    actor = actor_with(Role.INSTITUTION_STAFF, institution)
    actor_with(Role.INSTITUTION_STAFF)
    assert people_of(institution_id=institution.pk) == [actor.user_id]


def test_reading_marks_the_own_notices_only():
    mine, other = actor_with(Role.ASSESSOR), actor_with(Role.ASSESSOR)
    notify("e", [mine.user_id, other.user_id], subject="题", body="文")
    notify("later", [mine.user_id], subject="题", body="文")
    shown = list(Notice.objects.filter(event="e").values_list("pk", flat=True))
    operations.mark_notices_read(actor=mine, notice_ids=shown)
    assert Notice.objects.get(event="later", channel="desk").read_at is None
    assert set(Notice.objects.filter(read_at__isnull=False).values_list("user_id", flat=True)) == {
        mine.user_id
    }
    assert notices_visible_to(mine).count() == 4


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM association_notice",
        "UPDATE association_notice SET body = '别的'",
        "UPDATE association_notice SET user_id = user_id + 1",
        "UPDATE association_notice SET read_at = NULL",
        "UPDATE association_notice SET sent_at = NULL",
    ],
)
def test_what_people_were_told_stays_as_it_was_told(statement):
    actor = actor_with(Role.ASSESSOR)
    notify("e", [actor.user_id], subject="题", body="文")
    operations.mark_notices_read(actor=actor, notice_ids=list(Notice.objects.values_list("pk", flat=True)))
    send_notice(notice_id=Notice.objects.get(channel=Channel.MAIL).pk)
    Notice.objects.filter(sent_at__isnull=True).update(sent_at=clock.now())
    with pytest.raises(IntegrityError, match="a notice"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
