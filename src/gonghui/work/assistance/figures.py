"""The numbers assistance gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

WARMTH_FEN = Figure(
    "assistance.warmth_fen",
    "送温暖资金投入",
    unit="分",
    clock="asof",
    meaning="各级工会结合疫情防控投入的送温暖资金，从起算日累计到截止日，按拨付日计。",
    fold=returned("total"),
)
"""Warmth-giving money unions of all levels put in during the epidemic, from a first day to a stated day, by
day of outlay."""

IDENTIFICATION_ACCURACY = Figure(
    "assistance.identification_accuracy",
    "困难职工认定准确率",
    unit="%",
    clock="flow",
    meaning="外部机构抽查的困难职工档案中，认定正确的份数占抽查份数的比重。",
    fold=returned("ratio"),
    sensitive=True,
    returned_by="city",
)
"""Of the hardship files a third party sampled, the share rightly recognised."""

EXIT_ACCURACY = Figure(
    "assistance.exit_accuracy",
    "困难职工退出准确率",
    unit="%",
    clock="flow",
    meaning="外部机构抽查的困难职工档案中，退出正确的份数占抽查份数的比重。",
    fold=returned("ratio"),
    sensitive=True,
    returned_by="city",
)
"""Of the hardship files a third party sampled, the share rightly closed."""

HELP_ACCURACY = Figure(
    "assistance.help_accuracy",
    "困难职工帮扶准确率",
    unit="%",
    clock="flow",
    meaning="外部机构抽查的困难职工档案中，帮扶到位的份数占抽查份数的比重。",
    fold=returned("ratio"),
    sensitive=True,
    returned_by="city",
)
"""Of the hardship files a third party sampled, the share rightly helped."""
