"""Looks that the shells themselves write down."""

from gonghui.core.facts import look

look("denied", "越权被拒")
look("web.list_exported", "导出名单")
look("web.purged", "到期清理")
