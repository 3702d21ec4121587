from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Field(TextChoices):
    """培训类别: licensed vocational skills, or exam training by an ordinary company."""

    SKILLS = "skills", _("职业技能类")
    PROFESSIONAL = "professional", _("专业技术类")
    OTHER = "other", _("其他")
