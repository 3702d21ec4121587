from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssociationConfig(AppConfig):
    name = "association"
    verbose_name = _("协会")

    def ready(self) -> None:
        from association import checks  # noqa: F401, PLC0415 - registers itself
