"""检索途径: by what else than its characters a card may be meant, each a range of the same index."""

from dataclasses import dataclass

from common import uscc
from common.sounds import as_typed, sounds_of
from disclosure.choices import Ground
from disclosure.rules.keys import CODE, HEADS, INITIALS, SOUND, head

MOST_INITIALS = 40
DIGITS_OF_A_PART = 3


@dataclass(frozen=True, slots=True)
class Way:
    """Cards with this gram whose text is like the pattern; ``%`` and ``_`` come from here, never from what was typed."""

    ground: Ground
    gram: str
    pattern: str


def ways_of(words: tuple[str, ...]) -> tuple[Way, ...]:
    """Of letters and digits: pinyin, initials, a part of a code. Nothing of words with Chinese characters."""
    letters = as_typed("".join(words))
    if not letters.isascii():
        return ()
    ways = []
    if len(letters) >= HEADS[SOUND]:
        ways.append(Way(Ground.SOUND, head(SOUND, letters), f"{letters}%"))
    if len(words) > 1 and len(words[0]) >= HEADS[SOUND]:
        apart = [as_typed(word) for word in words]
        ways.append(Way(Ground.SOUND, head(SOUND, apart[0]), "%".join([*apart, ""])))
    if len(letters) == HEADS[INITIALS]:  # too short for pinyin, but letters of a name all the same
        ways.append(Way(Ground.NAME_CONTAINS, "".join(words), f"%{''.join(words)}%"))
    if HEADS[INITIALS] <= len(letters) <= MOST_INITIALS:
        ways.append(Way(Ground.INITIALS, head(INITIALS, letters), f"{letters}%"))
    return (*ways, *part_of_code("".join(words)))


def part_of_code(typed: str) -> tuple[Way, ...]:
    """A piece of a code, as long as that of a key and with some digits."""
    code = uscc.normalised(typed)
    fits = HEADS[CODE] <= len(code) < uscc.LENGTH and set(code) <= set(uscc.ALPHABET)
    if not fits or sum(map(str.isdigit, code)) < DIGITS_OF_A_PART:
        return ()
    return (Way(Ground.PART_OF_CODE, head(CODE, code), f"{code}%"),)


def same_sound(words: tuple[str, ...]) -> tuple[Way, ...]:
    """Names that sound like the words: what an input method offers beside the right characters."""
    letters = ["".join(units) for units in sounds_of("".join(words))]
    return tuple(
        Way(Ground.SAME_SOUND, head(SOUND, sound), f"{sound}%")
        for sound in letters
        if len(sound) >= HEADS[SOUND]
    )
