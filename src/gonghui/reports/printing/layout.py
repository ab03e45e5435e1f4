"""Measures and fonts of an official paper by GB/T 9704-2012, for both renderers; lengths in millimetres and points."""

PAGE = (210, 297)
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
"""White edges: 天头 37, 订口 28, type area (版心) 156 x 225."""
TEXT_WIDTH, SIGNS = 156, 28
LINE_TWIPS = 579
"""22 lines fill 225 mm: 28.95 points a line, so that the last one has its place."""
SIZE_2, SIZE_3, SIZE_4, SIZE_SMALL = 22, 16, 14, 9
"""2号, 3号, 4号 and what is smaller than the standard knows: annex tables, the line about the demo."""
CHAR_SPACE = -848
"""28 characters fill 156 mm: a 3号 character is set 0.21 points closer; in 4096ths of a point."""

BODY, KAI, HEI, TITLE, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"  # zh
LATIN = "Times New Roman"
ALTERNATIVES = {
    BODY: ("仿宋", "FangSong", "FandolFang R", "STFangsong", "Noto Serif CJK SC"),  # zh
    KAI: ("楷体", "KaiTi", "FandolKai", "STKaiti", "Noto Serif CJK SC"),  # zh
    HEI: ("SimHei", "FandolHei R", "Noto Sans CJK SC", "Noto Sans SC"),
    TITLE: ("方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "SimSun"),  # zh
    SONG: ("SimSun", "FandolSong", "Noto Serif CJK SC", "Noto Serif SC"),
    LATIN: ("Liberation Serif", "Noto Serif", "Noto Serif SC"),
}
"""The official faces are not free: they are named first; where a machine lacks one, another stands in."""


def dated_in(agency: str, dated: str, *, english: bool) -> float:
    """How many characters the day stands in from the right: two to the right of the agency's first one."""
    if english:
        return 2
    wide = len(dated) - sum(sign.isdecimal() for sign in dated) / 2
    return max(0.0, len(agency) - wide)


def goes_along(text: str, *, english: bool) -> bool:
    """Whether a last paragraph is so short that it goes over to the next page with the list and the day after it."""
    return len(text) <= 4 * SIGNS * (2 if english else 1)


JOINER = "\u2060"
