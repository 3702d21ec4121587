from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrepaidEscrowConfig(AppConfig):
    name = "prepaid_escrow"
    verbose_name = _("预付学费")
