"""What the script of the .html print says; %1, %2 … are filled in by it."""

from django.utils.translation import gettext as _


def words() -> list[tuple[str, str]]:
    """Each sentence with the name the script asks for it by, in the language that is on."""
    return [*_verdicts(), *_prose(), *_words(), *_chain(), *_kept()]


def _verdicts() -> list[tuple[str, str]]:
    return [
        ("verdict-same", _("与检查点 %1 一致。请再拿别处存的十二组字符比对（见页末“核对”）。")),
        ("verdict-open", _("数字、表和各级指纹与检查点 %1 一致，但此浏览器无法核对签名。请拿别处存的十二组字符比对。")),
        ("verdict-bad", _("不一致：有 %1 步没有通过，见页末“核对”。不要采用本页的数字。")),
        ("verdict-none", _("正文与数字表相同，但本页没有凭据，不能说明它们没有改过。")),
        ("verdict-apart", _("正文里另有数字没有凭据，见“核对”第一步。")),
        ("unreadable", _("这一步读不懂：%1")),
        ("not-reached", _("前面的步骤没有走通，这一步没有核对")),
    ]


def _prose() -> list[tuple[str, str]]:
    return [
        ("prose-same", _("正文里 %1 处数字，处处与表相同")),
        ("loose", _("正文里另有 %1 处数字不在表里，没有凭据：%2")),
        ("typed", _("正文里另有 %1 处数字不在表里，是备案时文字里的原话，随文字核对：%2")),
        ("absent", _("表里另有 %1 行，正文没有写：%2")),
        ("unseen-row", _("表里第 %1 行看不见")),
        ("unseen", _("正文里第 %1 行的数字看不见")),
        ("no-row", _("正文里的“%1”说是第 %2 行，表里没有这一行")),
        ("row-twice", _("表里有一行出现了两次")),
        ("differs", _("第 %1 行的%2：正文是“%3”，表里是“%4”")),
        ("of-printed", _("印法")),
        ("of-value", _("数值")),
        ("of-figure", _("数字代码")),
        ("of-version", _("定义版本")),
        ("of-days", _("起止")),
        ("of-scope", _("单位")),
        ("of-cut", _("切点")),
        ("of-card", _("说明里的精确值")),
        ("of-name", _("名称")),
    ]


def _words() -> list[tuple[str, str]]:
    return [
        ("words-same", _("%1 行文字，与台账第 %2 条所记一致")),
        ("words-differ", _("文字的指纹是 %1，台账里记的是 %2：有字句改过，或凭据不是这份报告的")),
        ("words-unseen", _("有文字或图片看不见，或不该在这里：%1")),
        ("words-none", _("这份报告备案时还没有记文字的指纹：文字、图表、附表和数字的说明没有核对")),
        ("later", _("以下是备案以后加的，不在凭据里，没有核对。")),
    ]


def _chain() -> list[tuple[str, str]]:
    return [
        ("entry-same", _("表的指纹与台账第 %1 条所记一致")),
        ("table-differs", _("表的指纹是 %1，台账里记的是 %2：表里有数字改过，或凭据不是这份报告的")),
        ("entry-differs", _("本页写的是“%1”，台账那一条写的是“%2”")),
        ("other-kind", _("台账那一条不是报告备案，而是 %1")),
        ("block-same", _("在第 %1 块里，这一块共 %2 条")),
        ("block-differs", _("沿路算出的块根与第 %1 块的块头不同：算出 %2，块头 %3")),
        ("block-outside", _("第 %1 条不在第 %2 块的起止之间")),
        ("tree-same", _("在检查点所盖的 %1 块里")),
        ("tree-differs", _("沿路算出的树根与检查点不同：算出 %1，检查点 %2")),
        ("groups-same", _("十二组与检查点原文一致")),
        ("groups-many", _("印了 %1 组，检查点只有十二组")),
        ("group-differs", _("第 %1 组印作 %2，按检查点原文应为 %3")),
        ("signature-same", _("签名与公钥 %1 一致")),
        ("signature-differs", _("签名与公钥 %1 不一致：检查点原文或签名改过")),
        ("key-differs", _("印出的公钥不是签名所指的 %1")),
        ("no-signature", _("此浏览器无法核对签名；其余各步照常核对")),
    ]


def _kept() -> list[tuple[str, str]]:
    return [
        ("kept-same", _("十二组完全相同：别处存的检查点与本页的一致")),
        ("kept-differs", _("第 %1 组不同：您输入 %2，本页是 %3")),
        ("kept-short", _("已输入 %1 组，目前相同，还没有满十二组")),
    ]
