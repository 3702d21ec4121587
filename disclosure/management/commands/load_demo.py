"""Loads the demo once: two associations, their people, a published round and work for every role."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from association.choices import Accent, Kind
from association.deadlines import load_defaults
from association.models import Association, AssociationHost
from association.tenancy import acting_for
from disclosure import operations
from disclosure.management.demo import branch, chaoyang
from disclosure.management.demo.people import accounts
from disclosure.management.demo.story import Cast

PARENT = {
    "slug": "bjce",
    "name": "北京继续教育协会",
    "short_name": "北京继续教育协会",
    "region_id": "110000",
    "is_open": False,
}
CHAOYANG = {
    "slug": "chaoyang",
    "name": "北京市朝阳区职业培训发展促进会",
    "short_name": "朝阳培训促进会",
    "name_en": "Chaoyang District Vocational Training Development Association, Beijing",
    "region_id": "110105",
    "supervising_unit": "北京市朝阳区人力资源和社会保障局",
    "registration_authority": "北京市朝阳区民政局",
    "accent": Accent.AZURITE,
    "is_demo": True,
}
BRANCH = {
    "slug": "beijing-pwh",
    "kind": Kind.BRANCH,
    "name": "北京继续教育协会专技类培训机构工作委员会",
    "short_name": "专技类培委会",
    "name_en": "Professional Training Institutions Committee, Beijing Continuing Education Association",
    "region_id": "110000",
    "supervising_unit": "北京市人力资源和社会保障局",
    "accent": Accent.PINE,
    "is_demo": True,
}
OWN_HOST = "localhost"


class Command(BaseCommand):
    help = "演示数据：载入一次，再次运行不作改动"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError("PORTAL_DEMO is off: demo data stays out of a real installation")
        if Association.objects.filter(slug=CHAOYANG["slug"]).exists():
            return
        self.stdout.write("demo data: about a minute, once")
        with transaction.atomic():  # a demo half told is no demo: the next start tells it again
            _tell()


def _tell() -> None:
    cast = Cast(accounts(), timezone.now() - timedelta(minutes=1))
    parent = Association.objects.create(**PARENT)
    with acting_for(parent.pk):
        load_defaults()  # not open yet, but complete: the next start finds nothing to add
    _found(Association.objects.create(**CHAOYANG), cast, chaoyang.tell)
    own = Association.objects.create(parent=parent, **BRANCH)
    AssociationHost.objects.create(association=own, host=OWN_HOST)
    _found(own, cast, branch.tell)


def _found(association: Association, cast: Cast, tell: Any) -> None:
    with acting_for(association.pk):
        load_defaults()
        tell(cast, cast.users)
    with acting_for(association.pk):
        operations.rebuild_register()
