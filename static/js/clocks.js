// 今日钟表 by keyboard: j and k walk through the list, Enter follows the link, o opens the arithmetic. Without it: plain links.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("[data-clock]")];
  const link = (row) => row.querySelector("[data-clock-link]");
  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (place) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    link(row)?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };
  const toggle = () => {
    const how = rows[at()]?.querySelector("details");
    if (how) how.open = !how.open;
  };
  const acts = { j: () => go(at() + 1), k: () => go(at() < 0 ? 0 : at() - 1), o: toggle };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !rows.length) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
