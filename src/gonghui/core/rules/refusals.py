"""What is said when a scheme, or what is given to one, is refused."""

from typing import NoReturn

from gonghui.core.errors import Refusal

MESSAGES = {
    "rules.too_long": "第 %(line)s 行第 %(column)s 列：方案有 %(length)s 个字，最多 %(longest)s 个，请删减",
    "rules.toml": "第 %(line)s 行第 %(column)s 列不合 TOML 的写法：%(why)s",
    "rules.unknown_key": "第 %(line)s 行第 %(column)s 列：这里不认识“%(name)s”，可写：%(allowed)s",
    "rules.twice": "第 %(line)s 行第 %(column)s 列：“%(name)s”已经有了，请另取一个名字",
    "rules.table": "第 %(line)s 行第 %(column)s 列：“%(name)s”下面应当是一行一个“名字 = 值”",
    "rules.steps_quotes": "第 %(line)s 行第 %(column)s 列：“steps”的式子请写在 ''' 与 ''' 之间，一行一步",
    "rules.name": "第 %(line)s 行第 %(column)s 列："
    "“%(name)s”不能作名字，请用小写英文字母、数字与下划线，字母开头，最多 40 个字符",
    "rules.input": '第 %(line)s 行第 %(column)s 列：“%(name)s”应写成 [最小, 最大] 两个整数、"date" 或 "yes_no"',
    "rules.certainty": "第 %(line)s 行第 %(column)s 列："
    "参数“%(name)s”请写在 [parameters.certain] 或 [parameters.default] 下面",
    "rules.segments_order": "第 %(line)s 行第 %(column)s 列：“%(name)s”各段的起点应是整数，从小到大，不重复",
    "rules.empty": "第 %(line)s 行第 %(column)s 列：“%(name)s”是空的，请写上数",
    "rules.number": '第 %(line)s 行第 %(column)s 列：“%(name)s”的值“%(value)s”应是整数；小数请写成文字，如 "12.5"',
    "rules.titles": '第 %(line)s 行第 %(column)s 列：“%(name)s”应写成 "中文" 或 ["中文", "English"]',
    "rules.title_of_nothing": "第 %(line)s 行第 %(column)s 列：没有名为“%(name)s”的输入、参数或步骤",
    "rules.no_examples": "第 %(line)s 行第 %(column)s 列：请至少写一个算例：[[examples]]，下面写 title 与 cases",
    "rules.example_shape": "第 %(line)s 行第 %(column)s 列：算例应有 title，和写着一次或几次给付的 cases",
    "rules.too_many": "第 %(line)s 行第 %(column)s 列：步骤太多，最多 %(most)s 步，请拆成几个方案",
    "rules.last_step": "第 %(line)s 行第 %(column)s 列：最后一步是结果，应当是数，不是“是”或“否”",
    "rules.syntax": "第 %(line)s 行第 %(column)s 列不是完整的算式，请核对括号、逗号与运算符",
    "rules.no_steps": "第 %(line)s 行第 %(column)s 列：还没有步骤，请写 steps，一行一步，如 pays_fen = …",
    "rules.too_deep": "第 %(line)s 行第 %(column)s 列：算式太长或嵌套太深，请拆成几步",
    "rules.not_a_step": "第 %(line)s 行第 %(column)s 列：每一行应是“名字 = 算式”",
    "rules.no_divisor": "第 %(line)s 行第 %(column)s 列：除数可能是 0，请保证它不为 0，如写成 max(…, 1)",
    "rules.too_large": "第 %(line)s 行第 %(column)s 列：这里的数可能超过 64 位整数，请缩小输入的范围或改写算式",
    "rules.decimal": "第 %(line)s 行第 %(column)s 列：这里不写小数，请写成分数，如 125 / 1000，或设一个参数",
    "rules.not_allowed": "第 %(line)s 行第 %(column)s 列："
    "只能写数、名字、+ - * /、比较、and or not、if else 与 %(functions)s",
    "rules.not_a_number": "第 %(line)s 行第 %(column)s 列：这里应当是数，写的却是“是”或“否”",
    "rules.not_a_truth": "第 %(line)s 行第 %(column)s 列：这里应当是条件（比较或是否），写的却是数",
    "rules.before_input": "第 %(line)s 行第 %(column)s 列："
    "before 只能用于由累计数与参数算出的步骤，这一步用到了本次的“%(name)s”",
    "rules.is_a_table": "第 %(line)s 行第 %(column)s 列："
    "“%(name)s”是一张表，请用 segments(数, %(name)s) 或 nth(%(name)s, 第几)",
    "rules.not_a_table": "第 %(line)s 行第 %(column)s 列：这里应写一个分段参数的名字，如 [[0, 0], [130000, 30]]",
    "rules.not_a_list": "第 %(line)s 行第 %(column)s 列：这里应写一个列表参数的名字，如 [100, 90, 80]",
    "rules.unknown_name": "第 %(line)s 行第 %(column)s 列：不认识“%(name)s”，是“%(near)s”吗？",
    "rules.unknown_name_alone": "第 %(line)s 行第 %(column)s 列："
    "不认识“%(name)s”，请先在输入、参数或上面的步骤里写出它",
    "rules.arguments": "第 %(line)s 行第 %(column)s 列：括号里只写用逗号隔开的算式",
    "rules.arguments_many": "第 %(line)s 行第 %(column)s 列：括号里应有 %(count)s 个算式，现有 %(found)s 个",
    "rules.running_inside": "第 %(line)s 行第 %(column)s 列：running(…) 应单独成一步，如 so_far_fen = running(…)",
    "rules.own_step": "第 %(line)s 行第 %(column)s 列：请先把这里写成单独的一步",
    "rules.nth_range": "第 %(line)s 行第 %(column)s 列："
    "列表有 %(length)s 个数，这里可能是 %(low)s 到 %(high)s，请限制在其中",
    "rules.before_step": "第 %(line)s 行第 %(column)s 列：before(…) 里只写上面某一步的名字，且不能套着用",
    "rules.same_day": "“%(title)s”有两份自 %(day)s 起执行，请只留一份",
    "rules.other_version": "这一决定出自另一版方案（%(version)s），请找出那一版再复算",
    "rules.differs": "复算不符：“%(title)s”存的是 %(kept)s，算得 %(found)s",
    "rules.missing": "缺少“%(title)s”，请填写",
    "rules.total_range": "“%(title)s”累计到 %(value)s，超出了 %(low)s 至 %(high)s，请核对",
    "rules.unknown_input": "方案里没有“%(title)s”这一项，请核对",
    "rules.kind": "“%(title)s”的值“%(value)s”不是整数、日期或是否，请按方案填写",
    "rules.range": "“%(title)s”的值 %(value)s 应在 %(low)s 至 %(high)s 之间，请核对",
    "rules.example_name": "第 %(line)s 行第 %(column)s 列的算例“%(title)s”：没有“%(name)s”这个输入或步骤",
    "rules.example_result": "第 %(line)s 行第 %(column)s 列的算例“%(title)s”：请写上应得的“%(name)s”",
    "rules.example_given": "第 %(line)s 行第 %(column)s 列的算例“%(title)s”：请写全输入，各在范围之内（%(name)s）",
    "rules.example": "第 %(line)s 行第 %(column)s 列"
    "的算例“%(title)s”第 %(number)s 次：“%(name)s”应是 %(wanted)s，算得 %(found)s",
    "rules.column_missing": "表里缺少这些列：%(columns)s，请补上",
    "rules.column_kind": "“%(column)s”一列是 %(found)s，应是 %(kind)s，请改正",
    "rules.no_title": "第 %(line)s 行第 %(column)s 列：请写 title，方案的名称",
    "rules.no_valid_from": "第 %(line)s 行第 %(column)s 列：请写 valid_from，从哪一天起执行，如 2020-01-01",
    "rules.no_source": "第 %(line)s 行第 %(column)s 列：请写 source，依据哪份文件",
}


def refuse(code: str, line: int, column: int = 1, **params: object) -> NoReturn:
    """Say what is wrong in a text, and where."""
    raise refusal(code, line=line, column=column, **params)


def refusal(code: str, **params: object) -> Refusal:
    """What is said of it, with its values."""
    return Refusal(code, MESSAGES[code], **params)
