"""验证码 as somebody gives it: typed from paper in groups, in capitals, in full width, pasted with what a page adds."""

import re

from common.text import folded

# Printed in groups of four a code has 39 signs; one typed with a blank after every sign still fits.
LONGEST_TYPED = 100
CODE = re.compile(r"[0-9a-z]{8,32}")
BETWEEN = re.compile(r"[\s_\-\u2010-\u2015\u2212\u30fb\u00b7]+")


def code_of(typed: str) -> str:
    """The code as it is kept: half width, lower case, without blanks and dashes between its groups."""
    return BETWEEN.sub("", folded(typed))


def may_be_ours(code: str) -> bool:
    """Whether it has the shape of a code; what has not is not looked for."""
    return CODE.fullmatch(code) is not None
