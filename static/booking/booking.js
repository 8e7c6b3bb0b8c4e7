// The steps without loading the whole page anew, and the small things that only a browser knows. Everything works
// without this file as well.
"use strict";
(() => {
  const page = () => document.getElementById("page");
  const SKELETON_AFTER = 150; // milliseconds: a quick answer shows none
  const LOOK_AGAIN = 2500;
  let under_way = null;

  // --- from step to step ---------------------------------------------------------------------------------------

  const show = async (address, { quiet = false, push = true } = {}) => {
    under_way?.abort();
    const mine = (under_way = new AbortController());
    const loading = setTimeout(() => document.body.classList.add("is-loading"), SKELETON_AFTER);
    try {
      const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!next.getElementById("page")) throw new Error("not a page");
      if (push) history.pushState(null, "", address);
      put(next, quiet);
      if (!quiet) arrive();
      else document.querySelector(new URL(address, location.href).hash || "#none")?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    } finally {
      clearTimeout(loading);
      if (under_way === mine) document.body.classList.remove("is-loading");
    }
  };

  const put = (next, quiet) => {
    const label = quiet && document.activeElement?.getAttribute("aria-label");
    document.title = next.title;
    document.querySelector(".languages")?.replaceWith(next.querySelector(".languages") || "");
    page().replaceWith(document.adoptNode(next.getElementById("page")));
    ready();
    if (label) document.querySelector(`[aria-label="${CSS.escape(label)}"]`)?.focus({ preventScroll: true });
  };

  // What the step is called is read out, and the next Tab begins there.
  const arrive = () => {
    scrollTo(0, 0);
    (document.getElementById("trouble") || document.querySelector("h1"))?.focus({ preventScroll: true });
  };

  const is_step = (link) =>
    link && link.origin === location.origin && link.pathname === location.pathname && page().contains(link) &&
    !link.dataset.whole && !link.target;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !is_step(link)) return;
    event.preventDefault();
    show(link.href, { quiet: "quiet" in link.dataset });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get") {
      event.preventDefault();
      show(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    } else if (form.dataset.once) {
      once(event, form);
    }
  });

  // One press is enough; a second one would be the same booking anyway.
  const once = (event, form) => {
    const button = form.querySelector("button:not([type])");
    if (button.getAttribute("aria-disabled")) return event.preventDefault();
    button.dataset.said = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.once;
  };

  addEventListener("popstate", () => show(location.href, { push: false }));
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-disabled][data-said]")) {
      button.removeAttribute("aria-disabled");
      button.textContent = button.dataset.said;
    }
  });

  // --- what only the browser knows -----------------------------------------------------------------------------

  const zone_hint = () => {
    for (const hint of document.querySelectorAll("[data-zone]")) {
      const there = Number(hint.dataset.offset);
      const here = -new Date().getTimezoneOffset();
      if (there === here) continue;
      const minutes = (((12 * 60 - there + here) % 1440) + 1440) % 1440;
      const time = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
      hint.textContent = hint.dataset.differs.replace("{time}", time);
    }
  };

  // No more services than a visit can have; none at all leads nowhere.
  const limit = () => {
    const form = document.querySelector("form[data-limit]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const look = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      for (const box of boxes) box.disabled = !box.checked && chosen >= Number(form.dataset.limit);
    };
    form.addEventListener("change", look);
    look();
  };

  // On a small screen the business's own words are below, and folded.
  const fold = () => {
    const about = document.querySelector(".about");
    if (about && matchMedia("(max-width: 55.99rem)").matches) about.open = false;
  };

  // A payment that is under way: until it has arrived.
  const wait = () => {
    const waiting = document.querySelector("[data-wait]");
    if (waiting) setTimeout(() => document.contains(waiting) && show(location.href, { quiet: true, push: false }), LOOK_AGAIN);
  };

  const ready = () => [zone_hint, limit, fold, wait].forEach((prepare) => prepare());
  ready();
  document.getElementById("trouble")?.focus({ preventScroll: true });
})();
