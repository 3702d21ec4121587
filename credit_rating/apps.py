from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditRatingConfig(AppConfig):
    name = "credit_rating"
    verbose_name = _("诚信等级评估")
