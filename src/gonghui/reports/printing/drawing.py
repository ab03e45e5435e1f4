"""Charts as SVG and PNG for prints: ECharts run by V8 in this process, from the option document the page uses.

One V8 for each process, made when it is first needed (never before a fork), one drawing at a time.
"""

import atexit
import json
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import Any

from gonghui import web
from gonghui.core.errors import Refusal
from gonghui.reports.charts import Chart

ECHARTS = Path(web.__file__).parent / "static/vendor/echarts.common.min.js"
FONT = "Noto Sans SC"
WIDTH = 620
INK, LINE, BAR = "#1c1f23", "#c9c6c0", "#27548a"
SECONDS = 20.0
PIXELS = 144.0
THEME: dict[str, Any] = {
    "color": [BAR],
    "backgroundColor": "#ffffff",
    "textStyle": {"fontFamily": FONT, "fontSize": 12, "color": INK},
    "categoryAxis": {"axisLine": {"lineStyle": {"color": LINE}}, "axisLabel": {"color": INK, "fontSize": 12}},
    "valueAxis": {"splitLine": {"lineStyle": {"color": LINE}}, "axisLabel": {"color": INK, "fontSize": 12}},
    "bar": {"label": {"color": INK, "fontSize": 12}},
    "line": {"label": {"color": INK, "fontSize": 12}},
}
"""What prints lay under the option; the page lays its own colours, light or dark."""

_DRAW = """
function draw(option, theme, width, height) {
  const chart = echarts.init(null, theme, {renderer: 'svg', ssr: true, width: width, height: height});
  try { chart.setOption(option); return chart.renderToSVGString(); } finally { chart.dispose(); }
}
"""


class _Engine:
    """V8 with ECharts loaded; made anew in a forked process or after something went wrong."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.racer: Any = None
        self.pid = 0
        self.left: list[Any] = []

    def draw(self, option: str, height: int) -> str:
        """The SVG of an option document."""
        with self.lock:
            return apart(lambda: self._drawn(option, height))

    def _drawn(self, option: str, height: int) -> str:
        if self.racer is None or self.pid != os.getpid():
            self.left.append(self.racer)  # a parent's V8 is left alone: its threads are not in this process
            self.racer, self.pid = self._made(), os.getpid()
        call = f"draw({option}, {json.dumps(THEME)}, {WIDTH}, {height})"
        try:
            return str(self.racer.eval(call, timeout_sec=SECONDS))
        except Exception as error:
            self.racer = None
            raise Refusal("reports.chart_undrawn", "图表没有画成：%(why)s", why=str(error)[:200]) from error

    def close(self) -> None:
        """Let V8 go while its threads still run; at the end of the process it would wait for them for ever."""
        racer, self.racer = self.racer, None
        if racer is not None and self.pid == os.getpid():
            racer.close()

    def _made(self) -> Any:
        from py_mini_racer import MiniRacer  # only prints pay for V8

        if not ECHARTS.exists():
            raise Refusal("reports.echarts_missing", "缺少 %(file)s，请先运行 make setup", file=ECHARTS.name)
        racer = MiniRacer()
        racer.eval(ECHARTS.read_text(encoding="utf-8") + _DRAW)
        return racer


def apart(call: Callable[[], str]) -> str:
    """What the call gives, made in a thread of its own: beside a running event loop V8 would wait for ever."""
    done: Future[str] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.result()


_ENGINE = _Engine()
atexit.register(_ENGINE.close)


def svg(chart: Chart) -> str:
    """The chart as SVG, the same text every time: no running numbers, no style attributes, names of its own."""
    return _svg(json.dumps(chart.option, ensure_ascii=False, sort_keys=True), chart.height, chart.id)


@lru_cache(maxsize=64)
def _svg(option: str, height: int, name: str) -> str:
    drawn = _ENGINE.draw(option, height)
    drawn = re.sub(r"<style.*?</style>\s*", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r' class="[^"]*"', "", drawn)
    drawn = re.sub(r"\bzr\d+-", f"{name}-", drawn)
    return re.sub(r' style="([^"]*)"', _attributes, drawn)


def _attributes(style: re.Match[str]) -> str:
    """A style attribute as attributes of SVG: the offline page allows no style in the text."""
    pairs = [part.partition(":") for part in style[1].split(";") if part.strip()]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _colon, value in pairs)


def png(chart: Chart) -> bytes:
    """The chart as a picture for .docx, which takes no SVG; typst draws it with the font we ship."""
    return _png(svg(chart))


@lru_cache(maxsize=32)
def _png(drawn: str) -> bytes:
    from gonghui.reports.printing import faces

    source = (
        b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: %dpt)'
    )
    return faces.compiled(source % WIDTH, {"svg": drawn}, form="png", ppi=PIXELS)
