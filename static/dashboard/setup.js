// The set-up pages with JavaScript: shorter weeks, copying without a round trip, fields that matter shown alone.
(() => {
  "use strict";

  // --- the week: empty rows are hidden until asked for ---------------------------------------------------------
  const week = document.getElementById("week");
  const spans = (day) => [...day.querySelectorAll(".span")];
  const times = (span) => [...span.querySelectorAll("input")];
  const used = (span) => times(span).some((input) => input.value);

  const show = (day) => {
    for (const span of spans(day)) {
      const [opens, closes] = times(span).map((input) => input.value);
      span.querySelector(".span-clear").hidden = !used(span);
      span.querySelector(".next-day").hidden = !(opens && closes && closes <= opens && closes !== "00:00");
    }
    const free = spans(day).filter((span) => span.hidden);
    day.querySelector(".span-add").hidden = free.length === 0;
    day.querySelector(".day-closed").hidden = spans(day).some((span) => !span.hidden);
  };
  const tidy = (day) => {
    for (const span of spans(day)) span.hidden = !used(span) && !span.classList.contains("has-errors");
    show(day);
  };
  // A copy may need more rows than the day has: then the server is asked.
  const copied = (source, target) => {
    const kept = spans(source).filter(used).map((span) => times(span).map((input) => input.value));
    if (kept.length > spans(target).length) return false;
    spans(target).forEach((span, number) => {
      times(span).forEach((input, which) => (input.value = kept[number] ? kept[number][which] : ""));
      span.classList.remove("has-errors");
      span.querySelector(".errors")?.remove();
    });
    tidy(target);
    return true;
  };

  if (week) {
    const days = [...week.querySelectorAll(".day")];
    days.forEach(tidy);
    week.addEventListener("input", (event) => {
      const day = event.target.closest(".day");
      if (day) show(day);
    });
    week.addEventListener("click", (event) => {
      const day = event.target.closest(".day");
      if (event.target.closest(".span-add")) {
        const next = spans(day).find((span) => span.hidden);
        next.hidden = false;
        times(next)[0].focus();
        show(day);
      } else if (event.target.closest(".span-clear")) {
        const span = event.target.closest(".span");
        for (const input of times(span)) input.value = "";
        span.classList.remove("has-errors");
        tidy(day);
        (day.querySelector(".span-add:not([hidden])") ?? times(spans(day)[0])[0]).focus();
      } else if (event.target.matches("[name=copy]")) {
        const targets = days.slice(0, event.target.value.endsWith("weekdays") ? 5 : 7).filter((other) => other !== day);
        if (targets.every((target) => copied(day, target))) {
          event.preventDefault();
          const menu = event.target.closest("details");
          menu.open = false;
          menu.querySelector("summary").focus();
        }
      }
    });
  }

  // --- deposits: an amount, or a share -------------------------------------------------------------------------
  const basis = document.getElementById("id_deposit_basis");
  if (basis) {
    const field = (name) => document.getElementById(`id_${name}`)?.closest(".field");
    const choose = () => {
      const type = document.querySelector("[name=deposit_type]:checked")?.value ?? "";
      const takes = type !== "" && type !== "none";
      const percent = basis.value === "percent";
      field("deposit_basis").hidden = !takes;
      field("deposit_amount_cents").hidden = !takes || percent;
      field("deposit_percent").hidden = !takes || !percent;
      field("deposit_only_for_0").closest("fieldset").hidden = !takes;
    };
    basis.form.addEventListener("change", choose);
    choose();
  }

  // --- cancellation: one empty step at a time ------------------------------------------------------------------
  const steps = [...document.querySelectorAll(".step")];
  const grow = () => {
    const filled = (step) => [...step.querySelectorAll("input")].some((input) => input.value) || step.querySelector(".errors");
    const last = steps.findLastIndex(filled);
    steps.forEach((step, number) => (step.hidden = number > last + 1));
  };
  steps.forEach((step) => step.addEventListener("input", grow));
  grow();

  // --- public holidays -----------------------------------------------------------------------------------------
  const all = document.getElementById("tick-all");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      for (const box of document.querySelectorAll("[name=day]:not(:disabled)")) box.checked = true;
    });
    document.getElementById("id_country")?.addEventListener("change", (event) => {
      document.getElementById("id_region").value = "";
      event.target.form.requestSubmit();
    });
  }

  // --- a new business: its address from its name, its zone from this browser --------------------------------------
  const fresh = document.querySelector("[data-new-business]");
  if (fresh) {
    const [name, slug, zone] = ["name", "slug", "timezone"].map((id) => document.getElementById(`id_${id}`));
    let own = slug.value !== "";
    slug.addEventListener("input", () => (own = slug.value !== ""));
    name.addEventListener("input", () => {
      if (own) return;
      const plain = name.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
      slug.value = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 80);
    });
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone.dataset.chosen && [...zone.options].some((option) => option.value === here)) zone.value = here;
  }
})();
