// Draws each chart of a page from its option document; without this script its table stands there open.
(() => {
  "use strict";
  const root = document.documentElement;
  const drawn = new Map();

  // The option says what is drawn; the page lays its own colours under it, light or dark.
  const theme = () => {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const text = { color: colour("--ink"), fontSize: 12 };
    return {
      color: [colour("--info")],
      backgroundColor: "transparent",
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, ...text },
      categoryAxis: { axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: text },
      valueAxis: { splitLine: { lineStyle: { color: colour("--line") } }, axisLabel: text },
      bar: { label: text },
      line: { label: text },
      tooltip: { backgroundColor: colour("--surface"), borderColor: colour("--line"), textStyle: text },
    };
  };

  const draw = (place) => {
    const option = JSON.parse(document.getElementById(place.dataset.option).textContent);
    drawn.get(place)?.dispose();
    const chart = window.echarts.init(place, theme(), { renderer: "svg" });
    chart.setOption(option);
    drawn.set(place, chart);
  };

  const drawAll = () => {
    for (const place of drawn.keys()) draw(place);
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!window.echarts) return;
    const seen = new ResizeObserver((changes) => changes.forEach((change) => drawn.get(change.target)?.resize()));
    for (const place of document.querySelectorAll("[data-option]")) {
      place.hidden = false;
      place.style.height = `${place.dataset.height}px`;
      const table = place.parentElement.querySelector("details");
      if (table) table.open = false;
      draw(place);
      seen.observe(place);
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
    new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  });
})();
