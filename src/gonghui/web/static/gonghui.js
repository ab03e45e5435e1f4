// gonghui: the pane beside a list, and questions before what cannot be undone. Pages work without it.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const narrow = window.matchMedia("(max-width: 820px)");

  // Links marked data-pane load the other page's pane beside this list; on a phone they are plain links.
  document.addEventListener("htmx:load", (event) => {
    if (narrow.matches) return;
    for (const link of all("a[data-pane]:not([hx-get])", event.detail.elt)) {
      link.setAttribute("hx-get", link.getAttribute("href"));
      link.setAttribute("hx-target", "#pane");
      link.setAttribute("hx-select", "#pane");
      link.setAttribute("hx-swap", "outerHTML");
      link.setAttribute("hx-push-url", "true");
      window.htmx.process(link);
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.target.closest?.("a[data-pane]");
    if (!link) return;
    for (const other of all("a[data-pane]")) other.removeAttribute("aria-current");
    for (const row of all("tr.on")) row.classList.remove("on");
    link.setAttribute("aria-current", "true");
    link.closest("tr")?.classList.add("on");
  });
  // The connection broke or the server refused: go there plainly, so that its own page says what is wrong.
  document.addEventListener("htmx:responseError", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link) window.location.assign(link.href);
  });

  let insertInto = one("[data-insert-here]");
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-insert-here]")) insertInto = event.target;
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    // Where the answer is a file the page stays, and the form may be sent again.
    if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  }, true);
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
    for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // A thing that waits is no longer new once its link was followed; the words go along without holding it up.
  for (const kind of ["click", "auxclick"]) document.addEventListener(kind, (event) => {
    const link = event.target.closest?.("a[data-seen]");
    if (!link || event.button > 1) return;
    const form = link.closest("section").querySelector("form"), words = new FormData(form);
    words.set("key", link.dataset.seen);
    navigator.sendBeacon(form.action, words);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) window.print();
    // A button marked data-insert puts its words where the cursor last stood in a text.
    const insert = event.target.closest?.("[data-insert]");
    if (insert && insertInto) {
      insertInto.setRangeText(insert.dataset.insert, insertInto.selectionStart, insertInto.selectionEnd, "end");
      insertInto.focus();
    }
    if (event.target.closest?.("[data-back]")) window.history.back();
    for (const open of all("details.more[open]")) if (!open.contains(event.target)) open.open = false;
  });

  // One box above a column of boxes ticks them all.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.ticks;
    if (!name) return;
    for (const box of event.target.form.elements) if (box.type === "checkbox" && box.name === name && !box.disabled) box.checked = event.target.checked;
  });
  // A form marked data-live sends itself when a choice changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("select, input[type=radio], input[type=checkbox]")) event.target.closest("form[data-live]")?.requestSubmit();
  });
})();
