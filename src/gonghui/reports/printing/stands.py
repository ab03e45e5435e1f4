"""What a print on paper says about its own numbers: where they stand, the hash of their table, the checkpoint."""

from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.reports.printing.paper import Paper


def stands(paper: Paper) -> list[str]:
    """One line for each thing a reader can check; the twelve groups in two lines of six."""
    with translation.override("en" if paper.english else "zh-hans"):
        lines = [paper.stand]
        if paper.is_draft:
            return lines
        if paper.hides:
            return [*lines, _("有些数字不对本次打印的读者显示，印作 —；数字表从略")]
        if paper.table_hash:
            lines.append(_("数字表 SHA-256：%(hash)s") % {"hash": paper.table_hash})
        if paper.seal is not None:
            words = {"origin": paper.seal.origin, "blocks": f"{paper.seal.blocks:,}"}
            lines.append(
                _("封存于“%(origin)s”的检查点（至第 %(blocks)s 段），可与任何一份留存的检查点逐组比对：") % words
            )
            groups = paper.seal.groups
            half = (len(groups) + 1) // 2
            lines += ["  ".join(groups[:half]), "  ".join(groups[half:])]
        return lines
