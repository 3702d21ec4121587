"""办学许可证号: what looks odd about one is said, never refused (numbers of other places are written otherwise)."""

import re

SKILLS = "skills"
# 民办学校办学许可证: 教民 or 人社民, then the number of the place and a running number.
USUAL = re.compile(r"(教民|人社民|劳社民)?\s*[0-9]{12,15}号?")


def licence_doubts(number: str, field: str) -> tuple[str, ...]:
    """Sentences of warning; none for a number as it is usually written."""
    if not number:
        return ("职业技能类培训机构一般持有办学许可证，您没有填写许可证号。",) if field == SKILLS else ()
    if not USUAL.fullmatch(number):
        return ("办学许可证号一般为12至15位数字（可以带“人社民”或者“教民”），请核对。",)
    return ()
