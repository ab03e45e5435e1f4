// Line numbers beside the text of a scheme, and the caret where a refusal points to. The page works without it.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const text = document.querySelector(".editor > textarea");
    if (!text) return;
    const numbers = document.createElement("div");
    numbers.className = "numbers";
    numbers.setAttribute("aria-hidden", "true");
    text.before(numbers);
    let shown = 0;
    const count = () => {
      const lines = text.value.split("\n").length;
      if (lines !== shown) {
        shown = lines;
        numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
      }
      numbers.scrollTop = text.scrollTop;
    };
    text.addEventListener("input", count);
    text.addEventListener("scroll", count);
    text.closest(".editor").classList.add("numbered");
    count();
    const line = Number(text.dataset.line);
    if (!line) return;
    const lines = text.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    // Columns count characters, the browser counts UTF-16 units.
    const at = before + [...(lines[line - 1] ?? "")].slice(0, Number(text.dataset.column) - 1).join("").length;
    text.focus({ preventScroll: true });
    text.setSelectionRange(at, Math.min(at + 1, before + (lines[line - 1] ?? "").length));
    const height = parseFloat(getComputedStyle(text).lineHeight);
    text.scrollTop = Math.max(0, (line - 6) * height);
    count();
  });
})();
