// <button data-copies="id" data-done="Copied" hidden>: copies a text; without this script it can be selected.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;

  const select = (element) => getSelection().selectAllChildren(element);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      select(source); // not over http, or not allowed: the text is selected, to be copied by hand
      return;
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = before), 2000);
  });
})();
