// The keyboard: the palette (Ctrl K), single keys that walk lists and lead to places, the sheet that names them (?).
// Lists are what the look calls lists; places are links marked data-go. Nothing here is needed to work.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const palette = one("#palette"), find = one("#palette-find"), sheet = one("#keys-sheet");
  if (!palette || !find) return;

  /* the palette */
  let asked = null, answered = null, wanted = false;
  const options = () => all("[role=option]", palette);
  const chosen = () => one("[role=option][aria-selected=true]", palette);
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) find.setAttribute("aria-activedescendant", option.id);
    else find.removeAttribute("aria-activedescendant");
  };
  const open = () => {
    if (palette.open) return find.select();
    palette.showModal();
    find.select();
    if (answered !== find.value) find.dispatchEvent(new Event("asked"));
  };
  for (const door of all("[data-palette]")) {
    door.setAttribute("aria-haspopup", "dialog");
    door.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
  find.addEventListener("htmx:configRequest", () => { asked = find.value; });
  palette.addEventListener("htmx:afterSwap", () => {
    answered = asked;
    one("#hits-told").textContent = one("#hit-list").dataset.told || "";
    choose(answered.trim() ? options()[0] : null);
    if (answered !== find.value) return; // what was typed since is asked next
    if (wanted) (chosen() || options()[0])?.click();
    wanted = false;
  });
  find.addEventListener("input", () => { wanted = false; });
  find.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const listed = options(), here = listed.indexOf(chosen()), last = listed.length - 1;
    const next = { ArrowDown: here === last ? 0 : here + 1, ArrowUp: here <= 0 ? last : here - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      choose(listed[next]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (answered !== find.value) wanted = true; // the answer to what was typed last is on its way
      else chosen()?.click();
    }
  });
  palette.addEventListener("pointermove", (event) => {
    const option = event.target.closest?.("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  for (const dialog of [palette, sheet]) dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  /* lists: every row with something to open, in the order of the page */
  const ROWS = "main table.t tbody tr, main .doors > li, main .nodes > li, main [data-list] > *";
  const DOOR = "a[href], summary, button:not([disabled])";
  const rows = () => all(ROWS).filter((row) => one(DOOR, row)?.checkVisibility());
  const rowOf = (element) => element?.closest?.(ROWS);
  const walk = (step) => {
    const listed = rows(), here = listed.indexOf(rowOf(document.activeElement));
    const current = listed.findIndex((row) => one("[aria-current]", row));
    const next = listed[here >= 0 ? here + step : Math.max(current, 0)];
    if (!next) return;
    const door = one(DOOR, next);
    door.focus({ focusVisible: true });
    door.scrollIntoView({ block: "nearest" });
  };
  const follow = (selector) => one(selector)?.click();
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    o: () => { if (rowOf(document.activeElement)) one(DOOR, rowOf(document.activeElement)).click(); },
    x: () => { const row = rowOf(document.activeElement); if (row) one("input[type=checkbox]:not(:disabled)", row)?.click(); },
    "[": () => follow("main a[rel=prev]"),
    "]": () => follow("main a[rel=next]"),
    "/": () => { const own = one("main form[role=search] input[type=search]"); if (own) { own.focus(); own.select(); } else open(); },
    u: () => window.history.back(),
    "?": () => sheet?.showModal(),
  };

  /* what is pressed */
  const typing = (element) => element.matches?.("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable]");
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (event.key === "Escape") {
      if (typing(event.target)) event.target.blur();
      else if (event.target.closest?.("#pane")) one("a[data-pane][aria-current]")?.focus({ focusVisible: true });
      return;
    }
    if (document.body.dataset.keys === "off" || typing(event.target)) return;
    const key = event.key === "？" ? "?" : event.key;
    const led = Date.now() - going < 1500;
    going = 0;
    if (led) {
      event.preventDefault();
      follow(`[data-go="${CSS.escape(key)}"]`);
    } else if (key === "g") {
      going = Date.now();
    } else if (keys[key]) {
      event.preventDefault();
      keys[key]();
    }
  });
})();
