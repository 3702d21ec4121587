from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("培训机构")

    def ready(self) -> None:
        from association import access  # noqa: PLC0415 - the models are there only now
        from members.access import READ_TERMS, cases_kept_from  # noqa: PLC0415 - the same

        access.KEPT_FROM.append(cases_kept_from)
        access.let_parties_read(*READ_TERMS)
