"use strict";
// Checks this page against the proof printed in it. Everything compared is read from what the page shows, so whoever
// changes a number, the table, the proof or the groups is found out. Needs no network and no other file.
(() => {
  const K = new Uint32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2]);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  function sha256(bytes) {
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer), w = new Uint32Array(64);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
    view.setUint32(padded.length - 4, bytes.length << 3);
    const h = new Uint32Array([
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      const v = Array.from(h);
      for (let i = 0; i < 64; i++) {
        const one = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
        const two = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        v.pop();
        v[3] = (v[3] + one) | 0;
        v.unshift((one + two) | 0);
      }
      for (let i = 0; i < 8; i++) h[i] += v[i];
    }
    const out = new DataView(new ArrayBuffer(32));
    h.forEach((x, i) => out.setUint32(4 * i, x));
    return new Uint8Array(out.buffer);
  }

  const utf8 = (text) => new TextEncoder().encode(text);
  const hex = (bytes) => Array.from(bytes, (x) => x.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
  const unbase64 = (text) => Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const unhex = (text) => {
    if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error(text);
    return Uint8Array.from(text.match(/../g) || [], (x) => parseInt(x, 16));
  };
  const find = (selector, at = document) => at.querySelector(selector);
  const all = (selector, at = document) => Array.from(at.querySelectorAll(selector));
  const shown = (element) => (element ? element.textContent.trim() : "");
  const said = (word, ...values) =>
    values.reduce((text, value, i) => text.split("%" + (i + 1)).join(value), shown(find(`[data-word="${word}"]`, find("#words").content)));

  // The table as its rows show it, in the one text that was hashed: ordered keys, no blanks, a line feed at the end.
  const whole = (text) => {
    const digits = text.replace(/[,\s]/g, "");
    if (!/^-?\d+$/.test(digits)) throw new Error(text);
    return BigInt(digits);
  };
  const written = (x) => {
    if (Array.isArray(x)) return "[" + x.map(written).join(",") + "]";
    if (typeof x === "bigint") return x.toString();
    if (x === null || typeof x === "string") return JSON.stringify(x);
    return "{" + Object.keys(x).sort().map((key) => JSON.stringify(key) + ":" + written(x[key])).join(",") + "}";
  };
  const part = (name, at) => shown(find(`[data-k="${name}"]`, at));
  // Whether a reader sees what is read here: the element itself, and nothing of it covered by a part that is hidden.
  const isSeen = (element) => element.getClientRects().length > 0 && !element.firstElementChild;

  function tableShown() {
    const top = find("#table-of"), cut = part("cut", top), salt = part("salt", top);
    const scope = {code: part("code", top), path: part("path", top)};
    const rows = all("#table tbody tr").map((tr) => {
      if (!all("[data-k]", tr).every(isSeen)) throw new Error(said("unseen-row", part("row", tr)));
      const value = part("value", tr);
      const row = {scope, cut: cut === "—" ? null : whole(cut), version: whole(part("version", tr))};
      for (const name of ["row", "figure", "first", "last", "printed", "printed_en"]) {
        if (find(`[data-k="${name}"]`, tr)) row[name] = part(name, tr);
      }
      row.value = value === "—" ? [] : value.split("/").map(whole);
      return row;
    });
    const table = {form: part("form", top), format: part("format", top), period: part("period", top), rows};
    return salt ? {...table, salt} : table;
  }

  // One number of the prose against the row it names.
  function differences(number, table, english) {
    const own = number.dataset, row = table.rows.find((one) => one.row === own.row), found = [];
    if (!row) return [said("no-row", shown(number), own.row)];
    if (!isSeen(number)) found.push(said("unseen", own.row));
    const words = english && "printed_en" in row ? row.printed_en : row.printed;
    const same = (what, here, there) => { if (here !== there) found.push(said("differs", own.row, what, here || "—", there || "—")); };
    same(said("of-printed"), shown(number), words);
    same(said("of-value"), number.getAttribute("value"), row.value.join("/"));
    same(said("of-figure"), own.figure, row.figure);
    same(said("of-version"), own.version, String(row.version));
    same(said("of-days"), own.first + " – " + own.last, row.first + " – " + row.last);
    same(said("of-scope"), own.organisation, row.scope.code);
    same(said("of-cut"), own.cut, row.cut === null ? "" : String(row.cut));
    const card = document.getElementById(number.closest("[aria-describedby]").getAttribute("aria-describedby"));
    const exact = shown(find("[data-k=exact]", card));
    if (exact && !agrees(exact, row.value)) same(said("of-card"), exact, row.value.join("/"));
    same(said("of-days"), part("days", card), own.clock === "stock" ? row.last : row.first + " – " + row.last);
    same(said("of-scope"), part("code", card), row.scope.code);
    same(said("of-name"), part("title", card), part("title", document.getElementById("r-" + own.row)));
    same(said("of-cut"), part("cut", card).replace(/,/g, ""), row.cut === null ? "—" : String(row.cut));
    return found;
  }

  // Whether the exact words of a card say the value: 2,060,012 人次; 245,187,902.36 元; 46.6087%（536 / 1,150）.
  function agrees(exact, value) {
    const digits = (text) => (text.match(/-?\d[\d,]*(\.\d+)?/g) || []).map((one) => one.replace(/,/g, ""));
    const numbers = digits(exact);
    if (value.length === 2) {
      if (value[1] === 0n) return numbers.join("/") === value.join("/");
      const [share, ...both] = numbers, percent = (Number(value[0]) / Number(value[1])) * 100;
      return both.join("/") === value.join("/") && Math.abs(Number(share) - percent) < 0.00006;
    }
    const fen = numbers[0] && numbers[0].includes(".") ? numbers[0].replace(".", "").replace(/^0+(?=\d)/, "") : numbers[0];
    return numbers.length === 1 && value.length === 1 && fen === value[0].toString();
  }

  // Numbers that stand in the words by themselves, dates and the hotline's name apart: no proof covers them.
  function unproven(table) {
    const known = new Set(["12351", ...table.rows.flatMap((row) => [...row.value, row.cut].map(String))]);
    const months = "January|February|March|April|May|June|July|August|September|October|November|December";
    const dates = new RegExp(
      "\\d+年(?:\\d+月(?:\\d+日)?)?|\\d+月(?:\\d+日)?|\\b\\d{1,2} (?:" + months + ")\\b(?: \\d{4})?|\\b(?:" + months
      + ") \\d{4}|\\b[HQ]\\d\\b|\\b(?:19|20)\\d\\d\\b(?! ?[%A-Za-z]| ?(?![年至到和与及])[\u4e00-\u9fff])", "g");
    const plain = (one) => (/[%万亿千百]/.test(one) ? "" : one.replace(/[.,](?!\d)|,/g, "").match(/^[\d.]+/)[0]);
    const token = /\d[\d,.]*[^\s\d，。；、：,.;:（）()]{0,3}/g, found = [];
    found.push(...all("#report data:not([data-row])").map(shown).filter((text) => /\d/.test(text.normalize("NFKC"))));
    const walker = document.createTreeWalker(find("#report"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const inside = walker.currentNode.parentElement;
      if (inside.closest("data, .card, figure, [data-later]")) continue;
      const text = walker.currentNode.data.normalize("NFKC").replace(dates, " ");
      const words = inside.matches("h2, h3") ? text.replace(/^\s*(?:\d+[.)]|\(\d+\))/, "") : text;
      for (const one of words.match(token) || []) if (!known.has(plain(one))) found.push(one);
    }
    return found;
  }

  // What a reader reads, line by line, in the one text that was hashed. Everything on the page outside the table and
  // this check is a line, so that words that were put in are found as well as words that were changed.
  const APART = "#verdict, [aria-labelledby=table-title], [aria-labelledby=proof-title], [data-later], .card, noscript, template, style, script";
  const PARTS = "a article b br data details div figcaption figure h1 h2 h3 img main p section span summary table tbody td th thead tr".split(" ");
  function linesShown() {
    const plain = (text) => text.replace(/[ \t\n\r\f]+/g, " ").replace(/^ | $/g, "");
    const unseen = (one) => { throw new Error(said("words-unseen", shown(one).slice(0, 30) || one.localName)); };
    const isDrawn = (img) => {
      const figure = img.closest("figure");
      return figure && find("img", figure) === img && img.src.startsWith("data:image/svg+xml;base64,") && shown(find("summary", figure));
    };
    const owners = new Map(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode, text = at.nodeType === Node.TEXT_NODE ? at.data : "", inside = text ? at.parentElement : at;
      if (inside.closest(APART)) continue;
      if (!text && (!PARTS.includes(at.localName) || (at.localName === "img" && !isDrawn(at)))) unseen(at);
      if (text.trim() && !inside.getClientRects().length) unseen(inside);
      const owner = inside.closest("h1 span, h2, h3, p, summary, tr") || inside;
      if (text) owners.set(owner, (owners.get(owner) || "") + text);
    }
    const lines = [...owners].map(([owner, text]) =>
      owner.localName === "tr" ? Array.from(owner.cells, (cell) => plain(cell.textContent)).join("\t") : plain(text));
    lines.push(...all(".card").map((card) => ["title", "exact", "clock", "days", "meaning"].map((name) => plain(part(name, card))).join("\t")));
    return lines.filter((line) => line.replace(/\t/g, ""));
  }
  function allOpen(read) {
    const closed = all("details").filter((one) => !one.open);
    closed.forEach((one) => { one.open = true; });
    try { return read(); } finally { closed.forEach((one) => { one.open = false; }); }
  }

  const node = (left, right) => sha256(joined([1], left, right));
  const climbed = (leaf, list) => all("li", list).reduce((hash, step) => {
    const other = unhex(shown(find("code", step)));
    return find("[data-side=left]", step) ? node(other, hash) : node(hash, other);
  }, leaf);

  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  function groupsOf(text) {
    let bits = 0n;
    for (const x of sha256(utf8(text)).slice(0, 30)) bits = (bits << 8n) | BigInt(x);
    const signs = Array.from({length: 48}, (_, i) => ALPHABET[Number((bits >> BigInt(5 * (47 - i))) & 31n)]).join("");
    return signs.match(/.{4}/g);
  }
  const plainGroups = (text) =>
    text.normalize("NFKC").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1").replace(/[^0-9A-Z]/g, "").match(/.{1,4}/g) || [];

  // What the note says, line by line; a page that carries another form of note is not read as this one.
  function noteShown() {
    const text = find("[data-p=note]").textContent.replace(/\r\n/g, "\n"), at = text.indexOf("\n\n");
    const body = text.slice(0, at + 1), lines = body.split("\n"), signed = text.slice(at + 2).trim().split(" ");
    if (at < 0 || lines[0] !== "gonghui checkpoint v1") throw new Error(lines[0]);
    return {body, origin: lines[1], blocks: lines[2], root: lines[3], key: signed[1], signature: signed[2]};
  }

  const state = {failed: 0, apart: false, unsigned: false};
  function say(step, kind, ...texts) {
    const item = document.getElementById("step-" + step), out = find(".out", item);
    item.className = kind;
    out.replaceChildren(...texts.map((text) => { const p = document.createElement("p"); p.textContent = text; return p; }));
    if (kind === "bad") state.failed += 1;
  }
  function step(name, check) {
    try {
      return check();
    } catch (error) {
      say(name, "bad", said("unreadable", String(error.message).slice(0, 60)));
      return null;
    }
  }

  // The words against the entry; whether they are proven. A filing of before words were hashed says nothing of them.
  function wordsStep(table, english) {
    const entry = JSON.parse(find("[data-p=entry]").textContent), told = (entry.facts || {})[english ? "paper_en" : "paper"];
    if (!told) {
      say("words", "", said("words-none"));
      return false;
    }
    const lines = allOpen(linesShown), head = ["gonghui-paper-1", table.salt || "", shown(find("[data-p=document]"))];
    const hash = hex(sha256(utf8([...head, ...lines].join("\n") + "\n")));
    find("#words-hash").textContent = hash;
    if (hash !== told) say("words", "bad", said("words-differ", hash, told));
    else say("words", "good", said("words-same", lines.length, entry.entry));
    return hash === told;
  }

  function proseStep(table, english, isRead) {
    const numbers = all("#report data[data-row]"), wrong = numbers.flatMap((one) => differences(one, table, english));
    const rows = new Set(table.rows.map((row) => row.row)), used = new Set(numbers.map((one) => one.dataset.row));
    if (rows.size !== table.rows.length) wrong.push(said("row-twice"));
    const loose = unproven(table), absent = [...rows].filter((row) => !used.has(row)), apart = [];
    const first = loose.slice(0, 40).join("  ");
    if (loose.length) apart.push(isRead ? said("typed", loose.length, first) : said("loose", loose.length, first));
    if (absent.length) apart.push(said("absent", absent.length, absent.join("  ")));
    state.apart = loose.length > 0 && !isRead;
    if (wrong.length) say("prose", "bad", ...wrong, ...apart);
    else say("prose", state.apart ? "open" : "good", said("prose-same", numbers.length), ...apart);
  }

  function entryStep(table, hash) {
    const text = find("[data-p=entry]").textContent, entry = JSON.parse(text);
    const wrong = [], facts = entry.facts || {};
    const same = (word, here, there) => { if (here !== there) wrong.push(said(word, here, there)); };
    if (entry.kind !== "reports.report_filed") wrong.push(said("other-kind", entry.kind));
    same("table-differs", hash, facts.table || "—");
    same("entry-differs", table.form, facts.form);
    same("entry-differs", table.period, facts.period);
    same("entry-differs", table.rows.length ? table.rows[0].scope.path : "", entry.path);
    if (wrong.length) say("entry", "bad", ...wrong);
    else say("entry", "good", said("entry-same", entry.entry));
    return joined([0], unhex(shown(find("[data-p=salt]"))), utf8(text));
  }

  function blockStep(leaf) {
    const root = hex(climbed(sha256(leaf), find("[data-p=path]"))), text = find("[data-p=header]").textContent, block = JSON.parse(text);
    const entry = JSON.parse(find("[data-p=entry]").textContent).entry;
    if (root !== block.root) say("block", "bad", said("block-differs", block.number, root, block.root));
    else if (!(block.first_id <= entry && entry <= block.last_id)) say("block", "bad", said("block-outside", entry, block.number));
    else say("block", "good", said("block-same", block.number, block.entries));
    return sha256(joined([0], utf8(text)));
  }

  function treeStep(block, note) {
    const root = base64(climbed(block, find("[data-p=tree]")));
    if (root !== note.root) say("tree", "bad", said("tree-differs", root, note.root));
    else say("tree", "good", said("tree-same", note.blocks));
  }

  function groupsStep(note) {
    const printed = all("#groups li").map(shown), own = groupsOf(note.body);
    const wrong = own.flatMap((group, i) => (printed[i] === group ? [] : [said("group-differs", i + 1, printed[i] || "—", group)]));
    if (printed.length > 12) wrong.push(said("groups-many", printed.length));
    if (wrong.length) say("groups", "bad", ...wrong);
    else say("groups", "good", said("groups-same"));
    return own;
  }

  async function signatureStep(note) {
    const key = unbase64(shown(find("[data-p=key]"))), signature = unbase64(note.signature);
    if (hex(sha256(key)).slice(0, 16) !== note.key) return say("signature", "bad", said("key-differs", note.key));
    let good;
    try {
      const imported = await crypto.subtle.importKey("raw", key, {name: "Ed25519"}, false, ["verify"]);
      good = await crypto.subtle.verify({name: "Ed25519"}, imported, signature, utf8(note.body));
    } catch (error) {
      state.unsigned = true;
      return say("signature", "open", said("no-signature"));
    }
    if (good) say("signature", "good", said("signature-same", note.key));
    else say("signature", "bad", said("signature-differs", note.key));
  }

  function compare(own) {
    const field = find("#kept"), out = find("#kept-said");
    if (!field) return;
    field.addEventListener("input", () => {
      const typed = plainGroups(field.value), n = typed.findIndex((group, i) => group !== own[i]);
      const whole = typed.length === 12 && typed[11].length === 4;
      const text = !typed.length ? "" : n >= 0 && (typed[n].length === 4 || !own[n] || !own[n].startsWith(typed[n]))
        ? said("kept-differs", n + 1, typed[n], own[n] || "—") : whole ? said("kept-same") : said("kept-short", typed.length);
      out.textContent = text;
      out.className = whole && n < 0 ? "good" : n >= 0 && text !== said("kept-short", typed.length) ? "bad" : "";
    });
    field.disabled = false;
  }

  function verdict(hasProof, note) {
    const out = find("#verdict");
    const word = state.failed ? "bad" : !hasProof ? "none" : state.unsigned ? "open" : "same";
    const text = said("verdict-" + word, state.failed || note.blocks) + (word !== "bad" && state.apart ? said("verdict-apart") : "");
    out.className = state.failed ? "bad" : !hasProof || state.unsigned || state.apart ? "open" : "good";
    out.textContent = text;
    document.documentElement.dataset.checked = out.className;
  }

  // What the chain is read from must be what a reader sees, each part once: no second, hidden copy of groups or proof.
  function proofSeen() {
    const named = ["entry", "salt", "path", "header", "tree", "note", "key", "document"].map((name) => all(`[data-p=${name}]`));
    const parts = [...named, all("#groups"), all("#table"), all("#table-of"), all("#report"), all("#verdict")];
    const hidden = [...all("#groups li"), ...all("#table-of [data-k]")].find((one) => !isSeen(one));
    const wrong = parts.find((found) => found.length !== 1 || !found[0].getClientRects().length);
    if (hidden || wrong) throw new Error(said("words-unseen", shown(hidden || wrong[0]).slice(0, 30)));
  }

  async function check() {
    const english = document.documentElement.lang.startsWith("en"), hasProof = Boolean(find("[data-p=note]"));
    const table = step("prose", tableShown);
    let hash = "", note = null;
    if (table) {
      const isRead = hasProof && step("words", () => wordsStep(table, english)) === true;
      step("prose", () => proseStep(table, english, isRead));
      hash = hex(sha256(utf8(written(table) + "\n")));
      const out = find("#table-hash");
      if (out) out.textContent = hash;
    }
    if (hasProof) {
      note = step("groups", noteShown);
      const leaf = table && step("entry", () => entryStep(table, hash));
      const block = leaf && step("block", () => blockStep(leaf));
      if (!table) say("words", "bad", said("not-reached"));
      if (!leaf) say("block", "bad", said("not-reached"));
      if (block && note) step("tree", () => treeStep(block, note));
      else say("tree", "bad", said("not-reached"));
      const own = note && step("groups", () => allOpen(proofSeen) || groupsStep(note));
      if (own) compare(own);
      if (note) {
        try {
          await signatureStep(note);
        } catch (error) {
          say("signature", "bad", said("unreadable", String(error.message).slice(0, 60)));
        }
      } else say("signature", "bad", said("not-reached"));
    }
    verdict(hasProof, note || {blocks: "?"});
  }

  // Cards: hover and focus show them without this script; a tap or Enter keeps one open, Escape closes it.
  function cards() {
    let kept = null;
    const keep = (one) => {
      if (kept) kept.classList.remove("kept");
      kept = kept === one ? null : one;
      if (kept) kept.classList.add("kept");
    };
    document.addEventListener("click", (event) => {
      const anchor = event.target.closest("a.n");
      if (anchor) {
        event.preventDefault();
        keep(anchor.parentElement);
      } else if (kept && !event.target.closest(".card")) keep(kept);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (kept) keep(kept);
      document.documentElement.classList.add("quiet");
    });
    for (const kind of ["focusin", "pointermove"]) {
      document.addEventListener(kind, () => document.documentElement.classList.remove("quiet"));
    }
  }

  // What was added after the filing says so itself; no hash of the filing covers it.
  function markLater() {
    for (const one of all("[data-later]")) {
      const p = document.createElement("p");
      p.className = "later";
      p.textContent = said("later");
      one.prepend(p);
    }
  }

  globalThis.gonghui = {sha256: (text) => hex(sha256(utf8(text)))};
  cards();
  markLater();
  check();
})();
