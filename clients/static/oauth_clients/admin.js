// The admin's search fields (select2) show what is chosen in an element without a name; give it the label's.
// Through jQuery, so that it comes after the admin's own script, which makes those elements.
globalThis.django?.jQuery?.(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const shown = select.nextElementSibling?.querySelector("[role=textbox]");
    shown?.setAttribute("aria-label", select.getAttribute("aria-label") ?? select.labels[0]?.textContent ?? select.name);
  }
});
