"""Words of prepaid tuition."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RateKind(TextChoices):
    """利率 that 法释〔2025〕4号 第17条 names."""

    LPR = "lpr_1y", _("一年期贷款市场报价利率（LPR）")
    DEPOSIT = "deposit_1y", _("一年期存款基准利率")
