"""Search terms: two characters, initials, readings of places and surnames."""

from collections.abc import Sequence
from typing import ClassVar

import pytest
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import search

HAN_NAMES = st.text(st.sampled_from("朝阳区望京街道总工会示例科技有限公司第一二三"), min_size=2, max_size=20)


@pytest.mark.parametrize(
    ("name", "initials", "key"),
    [
        ("望京街道总工会", "wjjdzgh", "wang jing jie dao zong gong hui"),
        ("大栅栏街道", "dsljd", "da shi lan jie dao"),
        ("十里堡", "slp", "shi li pu"),
        ("重庆", "cq", "chong qing"),
        ("朝阳区", "cyq", "chao yang qu"),
        ("示例（北京）A1有限公司", "slbja1yxgs", "shi li bei jing a 1 you xian gong si"),
        ("ＡＢＣ", "abc", "a b c"),
        ("", "", ""),
    ],
)
def test_pinyin_of_names(name: str, initials: str, key: str) -> None:
    assert search.initials(name) == initials
    assert search.pinyin_key(name) == key


@pytest.mark.parametrize(
    ("name", "initials"), [("单雄", "sx"), ("尉迟恭", "ycg"), ("曾国", "zg"), ("解缙", "xj"), ("仇英", "qy")]
)
def test_surnames_of_people_have_their_own_reading(name: str, initials: str) -> None:
    assert search.initials(name, people=True) == initials


def test_shorter_syllables_come_first() -> None:
    names = ["西安路", "先锋", "西城"]
    assert sorted(names, key=search.pinyin_key) == ["西安路", "西城", "先锋"]


def test_terms_of_a_name() -> None:
    assert search.terms("望京 3号") == sorted(["望", "京", "望京", "号", "3号", "~wj", "~j3", "~3h", "~wj3", "~j3h"])
    assert search.terms("望京", "望京") == search.terms("望京")
    assert search.terms("") == []


def test_a_query_is_read_as_written_and_as_initials() -> None:
    assert search.query_terms("望京街道") == ["京街", "望京", "街道"]
    assert search.query_terms("望") == ["望"]
    assert search.query_terms(" 望京 ABC ") == ["ab", "bc", "望京"]
    assert search.query_terms("%_' --") == []
    assert search.initials_terms("wjjd") == ["~jjd", "~wjj"]
    assert search.initials_terms("wj") == ["~wj"]
    assert search.initials_terms("w") == search.initials_terms("望京") == []


@given(HAN_NAMES, st.data())
def test_any_run_of_a_name_finds_it(name: str, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(name) - 2))
    end = draw.draw(st.integers(start + 2, len(name)))
    found_by = set(search.terms(name))
    assert set(search.query_terms(name[start:end])) <= found_by
    assert set(search.initials_terms(search.initials(name)[start:end])) <= found_by


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert all(search.terms(text, people=True))
    search.query_terms(text)
    search.pinyin_key(text)


class Place(models.Model):
    """A named row, in a table that lives as long as one test."""

    name = models.CharField(max_length=60)
    path = models.CharField(max_length=60)
    terms = ArrayField(models.TextField())
    objects: ClassVar[models.Manager["Place"]] = models.Manager()

    class Meta:
        app_label = "search_test"
        indexes = [GinIndex(fields=["terms"], name="search_test_terms")]


@pytest.fixture
def places(db: None) -> None:
    names = ["望京街道总工会", "望京", "京望科技有限公司", "示例望远科技有限公司", "朝阳区总工会", "示例A1（北京）公司"]
    with connection.schema_editor() as editor:
        editor.create_model(Place)
    Place.objects.bulk_create(
        Place(name=name, path=f"/1/{at % 2 + 2}/{at}/", terms=[*search.terms(name), f"@{at % 2 + 2}"])
        for at, name in enumerate(names)
    )


def found(q: str, beside: Sequence[str] = ()) -> set[str]:
    return {place.name for place in search.matching(Place.objects.all(), "terms", "name", q, beside)}


@pytest.mark.usefixtures("places")
def test_two_characters_find_the_names_that_hold_them_in_order() -> None:
    assert found("望京") == {"望京街道总工会", "望京"}
    assert found("京望") == {"京望科技有限公司"}
    assert found("科技公司") == set()
    assert found("科技 公司") == {"京望科技有限公司", "示例望远科技有限公司"}
    assert found("远") == {"示例望远科技有限公司"}


@pytest.mark.usefixtures("places")
def test_pairs_that_are_apart_are_no_find() -> None:
    Place.objects.create(name="望京东京望", path="/1/", terms=search.terms("望京东京望"))
    assert "望京东京望" not in found("东京望京")


@pytest.mark.usefixtures("places")
def test_initials_and_letters_find_names() -> None:
    assert found("wj") == {"望京街道总工会", "望京"}
    assert found("zgh") == {"望京街道总工会", "朝阳区总工会"}
    assert found("WJJD 总工会") == {"望京街道总工会"}
    assert found("a1") == {"示例A1（北京）公司"}
    assert found("") == found("%") == found("zzz") == set()


@pytest.mark.usefixtures("places")
def test_terms_beside_narrow_and_the_very_name_comes_first() -> None:
    assert found("望京", ["@2"]) == found("wj", ["@2"]) == {"望京街道总工会"}
    assert found("示", ["@2"]) == set()
    best = search.ranked(Place.objects.all(), "terms", "name", "望京", limit=2)
    assert [place.name for place in best] == ["望京", "望京街道总工会"]


@pytest.mark.usefixtures("places")
def test_words_of_mixed_script_part_where_the_script_changes() -> None:
    assert found("望京wjjd") == found("望京 wjjd") == {"望京街道总工会"}
    assert found("ＷＪＪＤ") == {"望京街道总工会"}
    assert found("wjzd") == set()


@pytest.mark.usefixtures("places")
def test_runs_of_initials_that_are_apart_are_no_best_hit() -> None:
    name = "望京街望街道"
    Place.objects.create(name=name, path="/1/", terms=[*search.terms(name), "~jjd"])
    assert name in {place.name for place in search.matching(Place.objects.all(), "terms", "name", "wjjd")}
    assert name not in {place.name for place in search.ranked(Place.objects.all(), "terms", "name", "wjjd")}


@pytest.mark.usefixtures("places")
def test_what_goes_first_stands_before_shorter_names() -> None:
    far = "示例望远科技有限公司"
    ranked = search.ranked(Place.objects.all(), "terms", "name", "科技", first=("name", [far], Q(name=far)), limit=1)
    assert [place.name for place in ranked] == [far]


@pytest.mark.usefixtures("places")
def test_among_more_rows_than_are_ranked_the_very_name_and_what_goes_first_are_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 2)
    others = [f"望京第{n}公司" for n in range(9)]
    Place.objects.bulk_create(Place(name=name, path="/0/", terms=search.terms(name)) for name in others)
    rows = Place.objects.order_by("path", "id")  # the two that are ranked are others
    best = search.ranked(
        rows, "terms", "name", "望京", first=("name", ["望京街道总工会"], Q(name="望京街道总工会")), limit=3
    )
    assert [place.name for place in best] == ["望京", "望京街道总工会", "望京第0公司"]


@pytest.mark.parametrize(
    ("typed", "names", "numbers"),
    [
        ("朝阳110105", "朝阳", ["110105"]),
        ("朝阳 hjjd", "朝阳 hjjd", []),
        ("１１０１０５-BA-00231-7", "", ["110105-ba-00231-7"]),
        ("BA-00231", "", ["ba-00231"]),
        ("12351-2020-", "", ["12351-2020"]),
        ("第3小学", "第3小学", []),
        ("a1", "a1", []),
    ],
)
def test_codes_are_told_from_names(typed: str, names: str, numbers: list[str]) -> None:
    assert search.parted(typed) == (names, numbers)


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("工作报告", ["工作报告", "工作报告目录", "本单位工作报告", None]),
        ("gzbg", ["工作报告", "工作报告目录", "本单位工作报告", None]),
        ("rep", [None, None, None, "Reports of others"]),
        ("orts", [None, None, None, None]),
        ("报告 工作", ["工作报告", "工作报告目录", "本单位工作报告", None]),
        ("", [None, None, None, None]),
    ],
)
def test_how_near_a_name_is(typed: str, order: list[str | None]) -> None:
    names = ["工作报告", "工作报告目录", "本单位工作报告", "Reports of others"]
    near = [search.fits(typed, name) for name in names]
    assert [name if n is not None else None for n, name in zip(near, names, strict=True)] == order
    known = [n for n in near if n is not None]
    assert known == sorted(known)
