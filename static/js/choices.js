// The search box that Django puts over a long list of choices (select2) gives its fields no name. Here each gets the
// label of the list that it stands for: the box, what is typed into it, and the hits below it.
(() => {
  "use strict";
  const $ = window.django?.jQuery;
  if (!$) return;
  const named = (select) => {
    const label = select.labels[0];
    label.id ||= `${select.id}-label`;
    return label;
  };
  const name = (select) => {
    const label = named(select);
    const box = select.parentElement.querySelector(".select2-selection");
    const shown = box.getAttribute("aria-labelledby");
    box.setAttribute("aria-labelledby", shown && !shown.includes(label.id) ? `${label.id} ${shown}` : shown || label.id);
    const hits = box.getAttribute("aria-owns");
    if (hits) box.setAttribute("aria-controls", hits);
    for (const field of [
      ...select.parentElement.querySelectorAll('[role="textbox"]'),
      ...select.parentElement.querySelectorAll(".select2-search__field"),
      ...document.querySelectorAll(".select2-container--open .select2-search__field"),
      ...document.querySelectorAll(".select2-container--open .select2-results__options"),
    ]) field.setAttribute("aria-labelledby", label.id);
    // What was chosen stands in a list together with the button that empties it, which is no item of a list.
    for (const list of select.parentElement.querySelectorAll("ul.select2-selection__rendered")) {
      list.setAttribute("role", "group");
      list.setAttribute("aria-labelledby", label.id);
      for (const item of list.querySelectorAll("li")) item.setAttribute("role", "none");
    }
  };
  // Ready handlers run in their order: Django's, which makes the boxes, stands before this one.
  $(() => {
    const boxes = $(".admin-autocomplete").each((_place, select) => name(select));
    boxes.on("select2:open select2:close select2:select select2:unselect select2:clear", (event) => setTimeout(() => name(event.target)));
  });
})();
