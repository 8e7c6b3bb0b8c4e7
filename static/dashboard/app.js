// What pages do beyond links and forms; all of them work without.
(() => {
  "use strict";

  // Menus close when something else is clicked, and with Escape.
  const opened = () => document.querySelectorAll("details.menu[open], details.ask[open]");
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // <button data-opens="id"> opens a <dialog>, <button data-closes> closes the one it is in.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });

  // <select data-submits> sends its form when it changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
