"""The fixed parts of a .docx by GB/T 9704-2012: styles, font table, settings, and how the package is written."""

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from gonghui.reports.printing import layout

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
DROPPED = ("docProps/thumbnail.jpeg", "word/stylesWithEffects.xml", "customXml/", "word/numbering.xml")
"""What python-docx's own template brings along and an official paper does not need."""


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def legal(text: str) -> str:
    """The text without the signs that no XML can hold."""
    return _ILLEGAL.sub("", text)


def twips(millimetres: float) -> int:
    """A length in twentieths of a point."""
    return round(millimetres / 25.4 * 1440)


def fonts(name: str) -> str:
    """The face of a run: Chinese by its official name, Latin beside it."""
    return (
        f'<w:rFonts w:ascii="{layout.LATIN}" w:hAnsi="{layout.LATIN}" w:cs="{layout.LATIN}" w:eastAsia="{name}"'
        ' w:hint="eastAsia"/>'
    )


def _style(
    name: str,
    title: str,
    *,
    font: str,
    size: int = layout.SIZE_3,
    paragraph: str = "",
    level: int = 0,
    bold: bool = False,
) -> str:
    outline = f'<w:keepNext/><w:outlineLvl w:val="{level - 1}"/>' if level else ""
    ordered = _in_order(outline + paragraph)
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val={quoteattr(title)}/><w:basedOn w:val="Normal"/>'
        f'<w:next w:val="Normal"/><w:qFormat/><w:pPr>{ordered}</w:pPr>'
        f'<w:rPr>{fonts(font)}{"<w:b/>" if bold else ""}<w:sz w:val="{size * 2}"/><w:szCs w:val="{size * 2}"/></w:rPr>'
        "</w:style>"
    )


_ORDER = ("keepNext", "keepLines", "pageBreakBefore", "pBdr", "spacing", "ind", "jc", "outlineLvl")


def _in_order(properties: str) -> str:
    """Properties of a paragraph in the order the schema asks for."""
    parts = ["<w:" + part for part in properties.split("<w:") if part]
    return "".join(sorted(parts, key=lambda part: _ORDER.index(part[3:].split()[0].rstrip("/>"))))


_CENTRE, _LEFT, _RIGHT = ('<w:jc w:val="center"/>', '<w:jc w:val="left"/>', '<w:jc w:val="right"/>')
_NO_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_HANGING = '<w:ind w:left="1360" w:hanging="1360"/>'
_FREE = '<w:spacing w:line="240" w:lineRule="auto"/>'


def _small(size: float, before: int = 0, after: int = 0) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{round(size * 29)}" w:lineRule="exact"/>'


def styles(*, english: bool) -> bytes:
    """word/styles.xml: body, title, four levels of heading, tables, header and footer.

    The page names the grid of 22 lines and 28 characters; the text keeps it by its own pitch. Set by the grid itself
    LibreOffice rounds every number up to whole characters, which leaves up to a character's width empty beside it.
    """
    indent = 'w:firstLineChars="0" w:firstLine="0"' if english else 'w:firstLineChars="200" w:firstLine="632"'
    jc = "left" if english else "both"
    language = "en-GB" if english else "zh-CN"
    small = layout.SIZE_SMALL
    made = [
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts(layout.BODY)}<w:sz w:val="32"/><w:szCs w:val="32"/>'
        f'<w:lang w:val="{language if english else "en-US"}" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr>'
        f'<w:widowControl w:val="{int(english)}"/><w:overflowPunct w:val="0"/>'
        '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{layout.LINE_TWIPS}" w:lineRule="exact"/>'
        f'<w:ind {indent}/><w:jc w:val="{jc}"/></w:pPr>'
        '<w:rPr><w:spacing w:val="-6"/><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val='
        '"Default Paragraph Font"/></w:style>',
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        "</w:style>",
        _style(
            "Title",
            "Title",
            font=layout.TITLE,
            size=layout.SIZE_2,
            paragraph=_CENTRE + _NO_INDENT,
            bold=english,
        ),
        _style("Subtitle", "Subtitle", font=layout.KAI, paragraph=_CENTRE + _NO_INDENT),
        _style("Heading1", "heading 1", font=layout.HEI, level=1, bold=english),
        _style("Heading2", "heading 2", font=layout.KAI, level=2, bold=english),
        _style("Heading3", "heading 3", font=layout.BODY, level=3),
        _style("Heading4", "heading 4", font=layout.BODY, level=4),
        _style("Flush", "Flush", font=layout.BODY, paragraph=_LEFT + _NO_INDENT),
        _style("Listed", "Listed", font=layout.BODY, paragraph=_HANGING if english else ""),
        _style("Signed", "Signed", font=layout.BODY, paragraph=_RIGHT + _NO_INDENT),
        _style("AnnexMark", "Annex mark", font=layout.HEI, paragraph=_LEFT + _NO_INDENT + "<w:pageBreakBefore/>"),
        _style("Chart", "Chart", font=layout.BODY, paragraph="<w:keepNext/>" + _CENTRE + _NO_INDENT + _FREE),
        _style("Caption", "caption", font=layout.SONG, size=12, paragraph=_CENTRE + _NO_INDENT + _small(12, 80, 160)),
        _style("Cell", "Cell", font=layout.SONG, size=small, paragraph=_LEFT + _NO_INDENT + _small(small)),
        _style("CellRight", "Cell right", font=layout.SONG, size=small, paragraph=_RIGHT + _NO_INDENT + _small(small)),
        _style("CellHead", "Cell head", font=layout.HEI, size=small, paragraph=_CENTRE + _NO_INDENT + _small(small)),
        _style("Note", "Note", font=layout.SONG, size=small, paragraph=_LEFT + _NO_INDENT + _small(small * 0.85)),
        _style("NextPage", "Next page", font=layout.SONG, size=2, paragraph="<w:pageBreakBefore/>" + _small(2)),
        _style("Header", "header", font=layout.SONG, size=small, paragraph=_CENTRE + _NO_INDENT + _small(small)),
        _style("FooterOdd", "Footer odd", font=layout.SONG, size=layout.SIZE_4, paragraph=_edge("right", "right")),
        _style("FooterEven", "Footer even", font=layout.SONG, size=layout.SIZE_4, paragraph=_edge("left", "left")),
    ]
    return f"{XML}<w:styles {NAMESPACES}>{''.join(made)}</w:styles>".encode()


def _edge(side: str, jc: str) -> str:
    """One character in from the edge of the type area."""
    ind = f'<w:ind w:firstLineChars="0" w:firstLine="0" w:{side}Chars="100" w:{side}="{layout.SIZE_4 * 20}"/>'
    return f'{ind}<w:jc w:val="{jc}"/><w:spacing w:line="240" w:lineRule="auto"/>'


def font_table() -> bytes:
    """word/fontTable.xml: each official face with the names of those that may stand in for it."""
    made = []
    for name, others in layout.ALTERNATIVES.items():
        family = "roman" if name in (layout.LATIN, layout.SONG, layout.TITLE) else "modern"
        charset = "00" if name == layout.LATIN else "86"
        made.append(
            f'<w:font w:name="{name}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="{charset}"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )
    return f"{XML}<w:fonts {NAMESPACES}>{''.join(made)}</w:fonts>".encode()


def settings(*, english: bool) -> bytes:
    """word/settings.xml: odd and even pages differ, Chinese line rules, the layout of Word 2013 and later."""
    return (
        f'{XML}<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:evenAndOddHeaders/><w:defaultTabStop w:val="420"/>'
        '<w:drawingGridHorizontalSpacing w:val="316"/><w:drawingGridVerticalSpacing w:val="579"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        "<w:spaceForUL/>"
        "<w:balanceSingleByteDoubleByteWidth/>"
        "<w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/>"
        '<w:useFELayout/><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        f'<w:themeFontLang w:val="{"en-GB" if english else "en-US"}" w:eastAsia="zh-CN"/></w:settings>'
    ).encode()


def core_properties(title: str, author: str, filed_at: datetime | None, *, english: bool) -> bytes:
    """docProps/core.xml: title, author and language; the filing's instant and no other time."""
    escaped = [escape(legal(text)) for text in (title, author)]
    times = ""
    if filed_at is not None:
        instant = filed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        times = "".join(
            f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{instant}</dcterms:{name}>' for name in ("created", "modified")
        )
    return (
        f"{XML}<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escaped[0]}</dc:title><dc:creator>{escaped[1]}</dc:creator>"
        f"<dc:language>{'en-GB' if english else 'zh-CN'}</dc:language>{times}</cp:coreProperties>"
    ).encode()


APP = (
    f'{XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>gonghui</Application></Properties>"
).encode()


def packed(package: bytes, parts: dict[str, bytes]) -> bytes:
    """The package with fixed parts put in, what is not needed left out, members in one order and without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = [name for name in source.namelist() if not name.startswith(DROPPED)]
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, MEMBER_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(info, parts.get(name, source.read(name)))
    return out.getvalue()
