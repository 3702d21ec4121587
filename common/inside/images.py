"""Pictures: decoded whole, then encoded anew, which drops EXIF, GPS, comments and whatever was hidden behind."""

import io
import warnings
from typing import Final

from PIL import Image, ImageFile, ImageOps

from common.errors import InvalidInput

MOST_PIXELS: Final = 40_000_000
FORMATS: Final = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
SAVING: Final[dict[str, dict[str, int]]] = {
    "jpg": {"quality": 88},
    "png": {"compress_level": 3},
    "webp": {"quality": 85, "method": 1},
}
DAMAGED = "图片已损坏或不完整，请重新导出后上传。"

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
Image.init()


def clean_image(data: bytes, kind: str) -> bytes:
    """The first frame, upright, without any metadata."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # other libraries switch it on for the whole process
    try:
        with Image.open(io.BytesIO(data), formats=(FORMATS[kind],)) as picture:
            picture.load()
            upright = _plain(picture, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise InvalidInput("图片超过4000万像素，请缩小后再上传。") from fault
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError) as fault:
        raise InvalidInput(DAMAGED) from fault
    out = io.BytesIO()
    upright.save(out, FORMATS[kind], **SAVING[kind])
    return out.getvalue()


def _plain(picture: Image.Image, kind: str) -> Image.Image:
    """Turned as the camera meant it, in a colour mode the format has; nothing but pixels is left."""
    ImageOps.exif_transpose(picture, in_place=True)
    clear = kind != "jpg" and picture.has_transparency_data
    wanted = "L" if picture.mode in {"1", "L"} and not clear else "RGBA" if clear else "RGB"
    plain = picture if picture.mode == wanted else picture.convert(wanted)
    plain.info.clear()
    return plain
