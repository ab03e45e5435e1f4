"""The numbers of the officials' work; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

QUALIFIED_SHARE = Figure(
    "officials.qualified_share",
    "专职工会社会工作者持证比例",
    unit="%",
    clock="stock",
    meaning="期末在岗专职工会社会工作者中，取得全国社会工作者职业资格证书的人数占比。",
    fold=returned("ratio"),
)
"""Union social workers in post who hold the national certificate, over all in post, at the end of the period."""
