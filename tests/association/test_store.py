"""Files on disk against rows: bytes go after the commit, what a crash or a refusal left is swept, no time is told."""

import functools
import io
import threading

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import Image

from association import locker, originals, store
from association.choices import Role
from association.locker import forget_case, read_file, store_file, store_for_case, sweep_copies
from association.models import Attachment
from association.tenancy import acting_for
from tests.association.test_locker import DAY, picture, upload
from tests.factories.people import actor_with, make_association

ONE = {"case": "lead-1", "name": "证据1", "at": DAY}
OTHER = {"case": "lead-2", "name": "证据1", "at": DAY}


@pytest.fixture
def here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association()


@pytest.fixture
def scope(db, here):
    with acting_for(here.pk):
        yield here


@pytest.fixture
def after(django_capture_on_commit_callbacks):
    return functools.partial(django_capture_on_commit_callbacks, execute=True)


def copy_of(attachment):
    return locker.path_of(attachment.association_id, attachment.sha256)


def on_disk(settings):
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def other_picture():
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "blue").save(target, "PNG")
    return target.getvalue()


def refused(**given):
    """An upload that is refused after its bytes were written."""
    with transaction.atomic():
        kept = store_for_case(upload=upload(picture() + b"\0"), **given)
        paths = copy_of(kept), originals._path(kept.original)
        transaction.set_rollback(True)
    return paths


# -- what is forgotten ------------------------------------------------------------------------------------------


def test_bytes_stay_when_the_forgetting_is_rolled_back(scope, settings, after):
    kept = store_for_case(upload=upload(picture()), **ONE)
    before = on_disk(settings)
    with after(), transaction.atomic():
        forget_case("lead-1")
        transaction.set_rollback(True)
    assert on_disk(settings) == before
    kept.refresh_from_db()
    assert read_file(kept)


def test_bytes_go_with_the_next_round_when_the_process_died_after_the_commit(scope, settings):
    store_for_case(upload=upload(picture()), **ONE)
    forget_case("lead-1")  # what follows the commit never ran
    assert len(on_disk(settings)) == 2
    assert (sweep_copies(), originals.sweep_originals()) == (1, 1)
    assert (sweep_copies(), originals.sweep_originals()) == (0, 0)
    assert on_disk(settings) == []


@pytest.mark.django_db(transaction=True)
def test_bytes_another_is_just_storing_are_not_taken_away(here):
    """He has found the file and not yet committed his row; whoever forgets theirs waits for him."""
    with acting_for(here.pk):
        store_for_case(upload=upload(picture()), **ONE)

    def forget():
        with acting_for(here.pk):
            forget_case("lead-1")
        connection.close()

    forgets = threading.Thread(target=forget)
    with acting_for(here.pk):
        mine = store_for_case(upload=upload(picture()), **OTHER)
        forgets.start()
        forgets.join(1)
    forgets.join(20)
    with acting_for(here.pk):
        assert Attachment.objects.filter(forgotten_on__isnull=True).get() == mine
        assert read_file(mine)


# -- what a refusal left ------------------------------------------------------------------------------------------


def test_bytes_of_a_refused_upload_are_swept_and_the_others_stay(scope, settings):
    kept = store_for_case(upload=upload(picture()), **ONE)

    _copy, sealed = refused(**OTHER)
    assert sealed.exists()
    assert (sweep_copies(), originals.sweep_originals()) == (0, 1)
    assert not sealed.exists()
    assert read_file(kept)


def test_working_copy_of_a_refused_upload_is_swept(scope, settings):
    copy, _sealed = refused(**OTHER)
    # Nothing was ever kept: the wrong database, perhaps.
    assert sweep_copies() == originals.sweep_originals() == 0
    assert copy.exists()
    kept = store_file(
        actor=actor_with(Role.SECRETARIAT),
        upload=SimpleUploadedFile("现场.png", other_picture()),
        institution_id=None,
    )
    (copy.parent / ("f" * 64 + store.PART)).write_bytes(b"half")
    assert (sweep_copies(), originals.sweep_originals()) == (2, 1)
    assert on_disk(settings) == sorted([copy_of(kept), originals._path(kept.original)])


def test_what_is_under_way_is_not_swept(scope, django_db_setup):
    store_for_case(upload=upload(picture()), **ONE)
    stray = locker.path_of(scope.pk, "a" * 64)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    settings_of = connection.get_connection_params()
    uploader = psycopg2.connect(
        **{key: settings_of[key] for key in ("dbname", "user", "password", "host", "port")}
    )
    with uploader.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [store.lock_of(stray)])
        assert sweep_copies() == 0
    uploader.close()
    assert sweep_copies() == 1


# -- what the disk tells ------------------------------------------------------------------------------------------


def test_after_the_daily_round_no_file_or_folder_bears_the_time_it_came(scope, settings):
    store_for_case(upload=upload(picture()), **ONE)
    files = on_disk(settings)
    came = {path: path.stat().st_ctime_ns for path in [*files, *(path.parent for path in files)]}
    sweep_copies()
    originals.sweep_originals()
    assert {path.stat().st_mtime for path in came} == {store.NO_TIME}
    assert all(path.stat().st_ctime_ns > moment for path, moment in came.items())


def test_a_quiet_round_touches_nothing(scope, settings):
    store_for_case(upload=upload(picture()), **ONE)
    sweep_copies()
    files = {path: path.stat().st_ctime_ns for path in settings.MEDIA_ROOT.glob("*/??/*")}
    sweep_copies()
    assert {path: path.stat().st_ctime_ns for path in files} == files


# -- sealed again ---------------------------------------------------------------------------------------------------


def test_bytes_that_come_again_after_the_original_was_destroyed_are_sealed_again(scope, after):
    kept = store_for_case(upload=upload(picture()), **ONE)
    with after():
        originals.forget_originals([kept.pk])
    assert not kept.original or kept.original.destroyed_at
    again = store_for_case(upload=upload(picture()), **ONE)
    assert again == kept
    assert kept.original.destroyed_at is None
    assert originals._unsealed(kept.original) == picture()
    assert kept.originals.count() == 2
