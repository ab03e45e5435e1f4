"""A stamped summary is a page that every reader opens, and says that it was generated."""

from datetime import date

import puremagic

from gonghui.scenario.papers import stamped_summary
from gonghui.web.papers.pdf import Book
from gonghui.web.shell import DEMO_WORDS

PAGE = stamped_summary("朝阳区总工会", "2020年上半年收数", [("建成职工之家", "132 个")], on=date(2020, 7, 9))


def test_the_page_is_a_pdf_whose_table_of_objects_is_right():
    assert puremagic.from_string(PAGE) == ".pdf"
    start = int(PAGE.rsplit(b"startxref\n", 1)[1].split()[0])
    assert PAGE[start:].startswith(b"xref")
    for number, row in enumerate(PAGE[start:].splitlines()[3:11], 1):
        assert PAGE[int(row[:10]) :].startswith(b"%d 0 obj" % number)


def test_the_page_says_that_it_was_generated():
    assert DEMO_WORDS.encode("utf-16-be").hex().encode() in PAGE


def test_the_same_numbers_make_the_same_page():
    again = stamped_summary("朝阳区总工会", "2020年上半年收数", [("建成职工之家", "132 个")], on=date(2020, 7, 9))
    assert again == PAGE


def test_the_product_reads_every_word_of_the_page():
    (page,) = Book(PAGE).pages()
    assert page.read
    assert {"朝阳区总工会", "建成职工之家", "132 个", "2020年7月9日"} <= set(page.lines)
