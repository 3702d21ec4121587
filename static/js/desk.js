// Says when a save does not reach the server, so that nobody leaves the page believing it is kept.
(() => {
  "use strict";
  const status = document.getElementById("desk-status");
  if (!status) return;
  const show = (text, failed) => {
    status.textContent = text;
    status.classList.toggle("failed", failed);
    status.hidden = false;
  };
  let unsaved = false;
  document.body.addEventListener("input", (event) => { if (event.target.closest("form[data-keep]")) unsaved = true; });
  document.body.addEventListener("submit", () => { unsaved = false; });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") show(status.dataset.saving, false);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) { unsaved = false; status.hidden = true; }
  });
  document.body.addEventListener("htmx:sendError", () => { unsaved = true; show(status.dataset.offline, true); });
  document.body.addEventListener("htmx:responseError", () => { unsaved = true; show(status.dataset.failed, true); });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.xhr.status >= 400) status.hidden = true;
  });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();
