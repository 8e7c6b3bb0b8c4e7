// Forms of bookings: quicker than without, and no more than that.
(() => {
  "use strict";

  // A customer who was found fills the fields, without asking the server.
  document.addEventListener("click", (event) => {
    const found = event.target.closest("button.found");
    if (!found) return;
    event.preventDefault();
    for (const name of ["first_name", "last_name", "phone", "email"]) {
      const field = document.getElementById(name);
      if (field) field.value = found.dataset[name];
    }
    document.getElementById("q").value = "";
    document.getElementById("found").replaceChildren();
    document.getElementById("first_name").focus();
  });

  // Whoever types a time means it.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-other]")) return;
    const other = event.target.closest("fieldset").querySelector("[value=other]");
    if (other && event.target.value) other.checked = true;
  });

  // Return in the search looks; it does not send the form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("#q")) event.preventDefault();
  });

  // A number that is typed takes the place of what was there.
  const choose = (field) => field?.matches?.("input[type=number]") && field.select();
  document.addEventListener("focusin", (event) => choose(event.target));
  choose(document.activeElement);

  // Once is enough: the server knows it too.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  });
})();
