"""回执码: sixteen characters of Crockford's base32, the last one a check; on paper in groups of four.

Fifteen random characters are 75 bits: nobody guesses one, and a slip of the pen is noticed before anything is asked.
"""

import secrets
import unicodedata
from collections.abc import Callable, Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 16, 4
READ_AS = str.maketrans("OIL", "011")
IGNORED = str.maketrans("", "", " -－—_·\t\r\n")
LONGEST_TYPED = 64


def new_code(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A code that nobody had before; it is shown to one person and stored nowhere."""
    body = "".join(choose(ALPHABET) for _place in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Luhn modulo 32: one wrong character is always noticed, two neighbours exchanged but for one pair (0 and Z)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 - place % 2)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def normalised(typed: str) -> str:
    """What somebody typed as it is compared: full width, small letters, blanks and O for 0 do not matter."""
    folded = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    return folded.translate(IGNORED).translate(READ_AS)


def is_well_formed(code: str) -> bool:
    """Whether a normalised code could have been given out here."""
    fits = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return fits and check_character(code[:-1]) == code[-1]


def grouped(code: str) -> str:
    """``ABCD-EFGH-JKMN-PQRS``, as it is printed and read out."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))
