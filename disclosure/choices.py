from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Ground(TextChoices):
    """命中理由: by what a card was found, in the words that stand beside it; the closest first."""

    SAME_CODE = "same_code", _("统一社会信用代码相同")
    PART_OF_CODE = "part_of_code", _("统一社会信用代码中含有所输入的部分")
    NEAR_CODE = "near_code", _("统一社会信用代码与所输入的只差一位，或有两位颠倒；请核对")
    SAME_NAME = "same_name", _("名称相同")
    NAME_BEGINS = "name_begins", _("名称以所输入的字开头")
    NAME_CONTAINS = "name_contains", _("名称中含有所输入的字")
    SHORT_NAME = "short_name", _("简称中含有所输入的字")
    FORMER_NAME = "former_name", _("曾用名中含有所输入的字")
    SOUND = "sound", _("拼音相符")
    INITIALS = "initials", _("拼音首字母相符")
    SAME_SOUND = "same_sound", _("读音相同，字不同；请核对")
    PARTS = "parts", _("名称中依次有所输入的各个字")
    ONE_WRONG = "one_wrong", _("与所输入的只差一个字；请核对")
