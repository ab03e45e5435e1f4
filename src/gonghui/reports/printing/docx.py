"""A report as .docx by GB/T 9704-2012, for Word and WPS: opened, corrected and printed by whoever gives the speech.

The same paper gives the same bytes: no time but the filing's, members of the package in one order.
"""

import io
from collections.abc import Iterable
from typing import Any

from gonghui.reports.charts import Chart
from gonghui.reports.printing import docx_parts, drawing, layout, qr
from gonghui.reports.printing.docx_parts import fonts, legal, twips
from gonghui.reports.printing.joined import joined, parts
from gonghui.reports.printing.paper import Paper, Run, Section, level_of
from gonghui.reports.printing.stands import stands
from gonghui.reports.printing.tables import Table, widths

FEW_ROWS = 12
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def render(paper: Paper) -> bytes:
    """The package."""
    return _Writer(paper).package()


class _Writer:
    """Writes one document; python-docx knows packages, pictures and relations, the layout is ours."""

    def __init__(self, paper: Paper) -> None:
        import docx  # only a print pays for it
        from docx.oxml import parse_xml

        self.paper = paper
        self.parse = parse_xml
        self.document = docx.Document()
        self.body = self.document.element.body
        self.section = self.document.sections[0]
        styles = self.document.part._styles_part
        styles._element = parse_xml(docx_parts.styles(english=paper.english))
        self._drop_relations()

    def _drop_relations(self) -> None:
        """Forget the parts that are left out of the package."""
        for source in (self.document.part, self.document.part.package):
            for key, relation in list(source.rels.items()):
                if relation.is_external or str(relation.target_part.partname).lstrip("/").startswith(
                    docx_parts.DROPPED
                ):
                    del source.rels[key]

    def package(self) -> bytes:
        paper = self.paper
        self._page()
        self._title()
        for section in paper.sections:
            self._section(section)
        self._end()
        for n, annex in enumerate(paper.annexes, start=1):
            self._annex(n, annex.title)
            for place, table in enumerate(annex.tables):
                self._table(table, on_page=place > 0 and len(table.rows) > FEW_ROWS)
        if paper.charts:
            self._annex(len(paper.attachments), paper.charts_title)
        for chart in paper.charts:
            self._chart(chart)
        self._sealed()
        out = io.BytesIO()
        self.document.save(out)
        parts = {
            "word/fontTable.xml": docx_parts.font_table(),
            "word/settings.xml": docx_parts.settings(english=paper.english),
            "docProps/core.xml": docx_parts.core_properties(
                paper.name, paper.agency, paper.filed_at, english=paper.english
            ),
            "docProps/app.xml": docx_parts.APP,
        }
        return docx_parts.packed(out.getvalue(), parts)

    # Page --------------------------------------------------------------------------------------------------------

    def _page(self) -> None:
        """A4, the edges, the grid of 22 lines and 28 characters, page numbers outside, the demo's line on each page."""
        width, height = layout.PAGE
        grid = (
            f'<w:docGrid w:type="linesAndChars" w:linePitch="{layout.LINE_TWIPS}" w:charSpace="{layout.CHAR_SPACE}"/>'
            if not self.paper.english
            else f'<w:docGrid w:type="lines" w:linePitch="{layout.LINE_TWIPS}"/>'
        )
        made = (
            f"<w:sectPr {docx_parts.NAMESPACES}>"
            f'<w:pgSz w:w="{twips(width)}" w:h="{twips(height)}"/>'
            f'<w:pgMar w:top="{twips(layout.TOP)}" w:right="{twips(layout.RIGHT)}" w:bottom="{twips(layout.BOTTOM)}"'
            f' w:left="{twips(layout.LEFT)}" w:header="{twips(20)}" w:footer="{twips(23)}" w:gutter="0"/>'
            f'<w:cols w:space="425"/>{grid}</w:sectPr>'
        )
        old = self.body.sectPr
        old.getparent().replace(old, self.parse(made))
        self.section = self.document.sections[0]
        header = " · ".join(part for part in (self._draft(), self.paper.banner) if part)
        self.document.settings.odd_and_even_pages_header_footer = True
        for where, style in ((self.section.footer, "FooterOdd"), (self.section.even_page_footer, "FooterEven")):
            where.is_linked_to_previous = False
            self._only(where, self._numbered(style))
        for above in (self.section.header, self.section.even_page_header):
            above.is_linked_to_previous = False
            self._only(above, self._made(header, "Header"))

    def _draft(self) -> str:
        if not self.paper.is_draft:
            return ""
        return "Draft" if self.paper.english else "草稿"  # zh

    def _only(self, where: Any, paragraph: Any) -> None:
        """A header or footer of this one paragraph."""
        root = where._element
        for child in list(root):
            root.remove(child)
        root.append(paragraph)

    def _numbered(self, style: str) -> Any:
        field = "".join(
            f"<w:r>{part}</w:r>"
            for part in (
                '<w:t xml:space="preserve">— </w:t>',
                '<w:fldChar w:fldCharType="begin"/>',
                '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
                '<w:fldChar w:fldCharType="separate"/>',
                "<w:t>1</w:t>",
                '<w:fldChar w:fldCharType="end"/>',
                '<w:t xml:space="preserve"> —</w:t>',
            )
        )
        song = fonts(layout.SONG).replace(layout.LATIN, layout.SONG)
        field = field.replace("<w:r>", f"<w:r><w:rPr>{song}</w:rPr>")
        return self.parse(f'<w:p {docx_parts.NAMESPACES}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{field}</w:p>')

    # Text --------------------------------------------------------------------------------------------------------

    def _made(self, text: str, style: str) -> Any:
        """A paragraph of one run."""
        paragraph = self.parse(f'<w:p {docx_parts.NAMESPACES}><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>')
        if text:
            paragraph.add_r().text = legal(text)
        return paragraph

    def paragraph(self, text: str, style: str) -> Any:
        """A paragraph at the end of the document."""
        made = self._made(text, style)
        self.body.insert_element_before(made, "w:sectPr")
        return made

    def _runs(self, runs: Iterable[Run], style: str) -> None:
        made = self._made("", style)
        for run in runs:
            for is_kept, text in parts(run):
                one = made.add_r()
                if is_kept and not self.paper.english:
                    # By Chinese rules LibreOffice breaks a line between any two characters, joined or not.
                    one.append(self.parse(f'<w:rPr {docx_parts.NAMESPACES}><w:lang w:eastAsia="en-GB"/></w:rPr>'))
                one.text = legal(joined(text) if is_kept else text)
        self.body.insert_element_before(made, "w:sectPr")

    def _title(self) -> None:
        paper = self.paper
        for line in paper.title:
            self.paragraph(line, "Title")
        if paper.subtitle:
            self.paragraph(paper.subtitle, "Subtitle")
        self.paragraph("", "Flush")
        if paper.addressee:
            self.paragraph(paper.addressee, "Normal")

    def _section(self, section: Section) -> None:
        self.paragraph(section.heading.text, f"Heading{section.heading.level}")
        for runs in section.paragraphs:
            level = level_of(runs)
            self._runs(runs, f"Heading{level}" if level else "Normal")

    def _annex(self, number: int, title: str) -> None:
        """An attachment begins a page: its mark, its title."""
        of = str(number) if len(self.paper.attachments) > 1 else ""
        self.paragraph(f"Annex {of}".strip() if self.paper.english else f"附件{of}", "AnnexMark")  # zh
        self.paragraph(title, "Title")
        self.paragraph("", "Note")

    def _chart(self, chart: Chart) -> None:
        """The picture with its words for whoever does not see it, and its caption on the same page."""
        paragraph = self.document.add_paragraph()
        self.body.remove(paragraph._p)
        self.body.insert_element_before(paragraph._p, "w:sectPr")
        paragraph._p.get_or_add_pPr().style = "Chart"
        words = "; ".join(" ".join(row) for row in chart.rows)
        self._picture(paragraph, drawing.png(chart), layout.TEXT_WIDTH, f"{chart.title}: {words}")
        self.paragraph(chart.title, "Caption")
        if chart.note or chart is not self.paper.charts[-1]:
            self.paragraph(chart.note, "Note")

    def _picture(self, paragraph: Any, picture: bytes, width: float, words: str) -> None:
        from docx.shared import Mm

        shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width))
        shape._inline.docPr.set("descr", legal(words))

    def _end(self) -> None:
        """What is attached, then agency and day, together, and with the end of the text where that is short."""
        paper, text = self.paper, self.body.sectPr.getprevious()
        if paper.attachments:
            self.paragraph("", "Normal")
        several = len(paper.attachments) > 1
        for n, title in enumerate(paper.attachments, start=1):
            number = f"{n}. " if several else ""
            mark = "Annexes:\t" if several else "Annex:\t"
            first, others = (mark, "\t") if paper.english else ("附件：", "\u3000" * 3)  # zh
            mark = first if n == 1 else others
            self.paragraph(f"{mark}{number}{title}", "Listed")
        if paper.is_signed and paper.dated:
            self.paragraph("", "Signed")
            for words, right in (
                (paper.agency, 2),
                (paper.dated, layout.dated_in(paper.agency, paper.dated, english=paper.english)),
            ):
                made = self.paragraph(words, "Signed")
                ind = f'<w:ind {docx_parts.NAMESPACES} w:firstLine="0" w:right="{round(right * 316)}"/>'
                made.get_or_add_pPr().append(self.parse(ind))
        end = list(text.itersiblings(f"{{{docx_parts.W}}}p"))
        if layout.goes_along(paper.last_words, english=paper.english):
            end.insert(0, text)
        for one in end[:-1]:
            one.get_or_add_pPr().get_or_add_keepNext()

    def _sealed(self) -> None:
        """The stand of the numbers, their table's hash, the checkpoint in words and as a square."""
        lines = stands(self.paper)
        self.paragraph("", "Note")
        seal = self.paper.seal
        table = self._grid([layout.TEXT_WIDTH - 27, 27] if seal else [layout.TEXT_WIDTH], inner=False)
        cells = self._row(table, head=True)
        for line in lines:
            self._cell_text(cells[0], line, "Note")
        if seal is not None:
            from docx.text.paragraph import Paragraph

            place = Paragraph(self._cell_text(cells[1], "", "Chart"), self.document._body)
            self._picture(place, qr.png(seal.qr), 24, " ".join(seal.groups))

    # Tables ------------------------------------------------------------------------------------------------------

    def _table(self, table: Table, *, on_page: bool) -> None:
        """A table with its head on every page; `on_page` begins a page with it."""
        if on_page:
            self.paragraph("", "NextPage")
        grid = self._grid(widths(table, layout.TEXT_WIDTH, english=self.paper.english), inner=True)
        for text, cell in zip(table.head, self._row(grid, head=True), strict=True):
            self._cell_text(cell, text, "CellHead")
        for row in table.rows:
            for n, (text, cell) in enumerate(zip(row, self._row(grid), strict=True)):
                self._cell_text(cell, text, "CellRight" if n else "Cell")
        self.paragraph(table.note, "Note")

    def _grid(self, widths: list[float], *, inner: bool) -> Any:
        """An empty table: ruled all over, or like the 版记 by one line above and one below."""
        edges = ("top", "left", "bottom", "right", "insideH", "insideV") if inner else ("top", "bottom")
        size = 4 if inner else 8
        lines = "".join(f'<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="auto"/>' for edge in edges)
        columns = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
        table = self.parse(
            f'<w:tbl {docx_parts.NAMESPACES}><w:tblPr><w:tblW w:w="{sum(map(twips, widths))}" w:type="dxa"/>'
            f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid></w:tbl>"
        )
        self.body.insert_element_before(table, "w:sectPr")
        self.widths = widths
        return table

    def _row(self, table: Any, *, head: bool = False) -> list[Any]:
        repeated = "<w:tblHeader/>" if head else ""
        fast = "" if head else "<w:noWrap/>"
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/>{fast if n else ""}<w:vAlign w:val="center"/>'
            "</w:tcPr></w:tc>"
            for n, width in enumerate(self.widths)
        )
        row = self.parse(f"<w:tr {docx_parts.NAMESPACES}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>")
        table.append(row)
        return [cell for cell in row if cell.tag.endswith("}tc")]

    def _cell_text(self, cell: Any, text: str, style: str) -> Any:
        paragraph = self._made(text, style)
        cell.append(paragraph)
        return paragraph
