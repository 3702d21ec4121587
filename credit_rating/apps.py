from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditRatingConfig(AppConfig):
    name = "credit_rating"
    verbose_name = _("诚信等级评估")

    def ready(self) -> None:
        from association.access import let_parties_read  # noqa: PLC0415 - the models are there only now
        from credit_rating.access import READ_TERMS  # noqa: PLC0415 - the same

        let_parties_read(*READ_TERMS)
