"""The number of the officials' work: how many social workers on post are qualified."""

from gonghui.core.figures import Figure, balance, ratio
from gonghui.spine.officials.facts import OnPostChanged, QualifiedChanged

QUALIFIED_SHARE = Figure(
    "officials.qualified_share",
    "专职工会社会工作者持证比例",
    unit="%",
    clock="stock",
    meaning="期末在岗专职工会社会工作者中，持有有效职业资格证书（社会工作者、心理咨询、劳动关系协调）的人数占比，一人只计一次。",
    fold=ratio(balance(QualifiedChanged, "people"), balance(OnPostChanged, "people")),
)
"""Union social workers on post with a certificate that counts and has not lapsed, over all on post, at the end."""
