from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("培训机构")

    def ready(self) -> None:
        from association.access import let_parties_read  # noqa: PLC0415 - the models are there only now
        from members.access import READ_TERMS  # noqa: PLC0415 - the same

        let_parties_read(*READ_TERMS)
