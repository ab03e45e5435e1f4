"""Chinese numerals, as documents use them for small numbers, ordinals and headings (GB/T 15835)."""

import re

DIGITS = "零一二三四五六七八九"  # zh
_READ = {digit: number for number, digit in enumerate(DIGITS)} | {"〇": 0, "两": 2}  # zh
_PLACES = {"十": 10, "百": 100, "千": 1000}  # zh
_SCALES = {"万": 10**4, "亿": 10**8}  # zh
_SHAPE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+\Z")  # zh
LIMIT = 10**12


def han(number: int) -> str:
    """The number in Chinese numerals: 0 零, 12 十二, 105 一百零五, 20,000 二万."""
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} has no short Chinese numeral")
    if number < 10:
        return DIGITS[number]
    written = _sections(number)
    return written[1:] if written.startswith("一十") else written  # zh


def han_counted(number: int) -> str:
    """The numeral before a measure word, where 2 is 两."""
    return "两" if number == 2 else han(number)  # zh


def read_han(text: str) -> int | None:
    """The number a Chinese numeral stands for, or None when the text is not one."""
    if not _SHAPE.match(text):
        return None
    total, section, digit = 0, 0, None
    for sign in text:
        if sign in _READ:
            if digit:
                return None  # two digits in a row are a code, not a number
            digit = _READ[sign]
        elif sign in _PLACES:
            section += (1 if digit is None or digit == 0 else digit) * _PLACES[sign]
            digit = None
        else:
            section += digit or 0
            if not section and not total:
                return None
            total = (total + section) * _SCALES[sign] if sign == "亿" else total + section * _SCALES[sign]  # zh
            section, digit = 0, None
    return total + section + (digit or 0)


def _sections(number: int) -> str:
    for scale, word in ((10**8, "亿"), (10**4, "万")):  # zh
        if number >= scale:
            high, low = divmod(number, scale)
            gap = "零" if low and low < scale // 10 else ""  # zh
            return _sections(high) + word + (gap + _sections(low) if low else "")
    for place, word in ((1000, "千"), (100, "百"), (10, "十")):  # zh
        if number >= place:
            high, low = divmod(number, place)
            gap = "零" if low and low < place // 10 else ""  # zh
            return DIGITS[high] + word + (gap + _sections(low) if low else "")
    return DIGITS[number]
