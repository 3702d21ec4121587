// Says when a save does not reach the server, and asks before leaving while something typed is not kept.
(() => {
  "use strict";
  const status = document.getElementById("desk-status");
  if (!status) return;
  const show = (text, failed) => {
    status.textContent = text;
    status.classList.toggle("failed", failed);
    status.hidden = false;
  };
  const kept = (element) => element.closest("form[data-keep]");
  const mark = (element, dirty) => kept(element)?.toggleAttribute("data-dirty", dirty);
  const on = (name, act) => document.body.addEventListener(name, act);

  on("input", (event) => mark(event.target, true));
  on("submit", (event) => {
    if (!event.defaultPrevented) mark(event.target, false);
  });
  on("htmx:beforeRequest", (event) => {
    document.getElementById("desk-refusal")?.replaceChildren();
    if (event.detail.requestConfig.verb !== "get") show(status.dataset.saving, false);
  });
  on("htmx:afterRequest", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status >= 200 && xhr.status < 400) mark(elt, false);
    if (!status.classList.contains("failed")) status.hidden = true;
  });
  const failure = (text) => (event) => {
    mark(event.detail.elt, true);
    show(text, true);
  };
  on("htmx:sendError", failure(status.dataset.offline));
  on("htmx:timeout", failure(status.dataset.offline));
  on("htmx:responseError", failure(status.dataset.failed));
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty]")) event.preventDefault();
  });
})();
