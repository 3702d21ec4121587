from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("投诉与线索")

    def ready(self) -> None:
        from association import access  # noqa: PLC0415 - the models are there only now
        from complaints.access.terms import READ_TERMS  # noqa: PLC0415 - the same
        from complaints.access.ties import cases_kept_from  # noqa: PLC0415 - the same

        access.KEPT_FROM.append(cases_kept_from)
        access.let_parties_read(*READ_TERMS)
