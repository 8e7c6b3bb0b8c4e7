// The diary's page: dragging, keys, quick actions, the line of the present, and changes made elsewhere.
// Without it the page is a timeline to look at; everything here has its place elsewhere too.
(() => {
  "use strict";

  const STEP = 15, FINE = 5, POLL = 5000, LATE = 10, SOON = 90;
  const $ = (id) => document.getElementById(id);
  const day = () => $("day");
  const number = (name, of = day()) => Number(of.dataset[name]);
  const words = () => $("words").dataset;
  const wide = matchMedia("(min-width: 700px)");
  const say = (text) => { $("says").textContent = text; };
  const heads = () => [...document.querySelectorAll(".head")];
  const address = (template, booking) => template.replace("00000000-0000-0000-0000-000000000000", booking);
  const minuteOf = (date) => Math.floor(date / 60000);

  // --- time and place ------------------------------------------------------------------------------------------

  // Wall-clock words come from the axis, so that they are the server's, in the business's zone.
  function spoken(minute) {
    const hours = [...document.querySelectorAll(".axis span")];
    const at = minute - number("from");
    let found = hours[0], since = 0;
    for (const hour of hours) {
      const down = down_of(hour);
      if (down <= at) { found = hour; since = down; }
    }
    return found.textContent.replace(/:00/, `:${String(at - since).padStart(2, "0")}`);
  }
  function down_of(element) {
    const style = getComputedStyle(element);
    return Number(style.getPropertyValue("--h")) * 60 + Number(style.getPropertyValue("--m"));
  }
  const pixels = () => $("field").getBoundingClientRect().height / (number("until") - number("from"));
  function stand(element, minute, length, column) {
    const down = minute - number("from");
    const set = (name, value) => element.style.setProperty(name, value);
    set("--h", Math.floor(down / 60)); set("--m", down % 60);
    set("--x", Math.floor(length / 60)); set("--y", length % 60);
    set("--c", column);
  }
  function spot(event, offset = 0, step = STEP) {
    const field = $("field").getBoundingClientRect(), columns = heads().length;
    const column = Math.floor((event.clientX - field.left) / (field.width / columns));
    const down = Math.round(((event.clientY - field.top) / pixels() - offset) / step) * step;
    return { column: Math.max(0, Math.min(columns - 1, column)), minute: number("from") + down };
  }

  // --- after loading, and after every change ---------------------------------------------------------------------

  function dress() {
    if (!day()) return;
    if (day().dataset.move) addActions();
    if (day().dataset.new && $("field")) addCursor();
    if (!wide.matches) fold();
    tick();
  }
  function addActions() {
    const button = document.createElement("button"), { actions } = words();
    button.className = "more";
    button.type = "button";
    button.textContent = "⋯";
    button.setAttribute("aria-haspopup", "dialog");
    for (const block of document.querySelectorAll(".block:not(.is-taken)")) {
      const more = button.cloneNode(true);
      more.setAttribute("aria-label", `${actions}: ${block.querySelector(".who").textContent}`);
      block.append(more);
    }
  }
  // On narrow screens the list begins with who is here or still comes.
  let unfolded = false;
  function fold() {
    const now = present(), over = [...document.querySelectorAll(".block:is(.is-completed, .is-cancelled, .is-no_show)")]
      .filter((block) => number("end", block) <= now);
    const button = $("day-earlier");
    if (!button || now >= number("end") || !over.length) return;
    for (const block of over) block.classList.add("is-over");
    button.hidden = unfolded;
    button.textContent = `${words().earlier}: ${over.length}`;
    day().classList.toggle("folds", !unfolded);
    button.onclick = () => { unfolded = true; fold(); };
  }
  function showNow() {
    const box = document.querySelector(".timeline"), first = $("now") || document.querySelector(".block");
    if (!box || !first || !wide.matches) return;
    box.scrollTop = Math.max(0, first.offsetTop - box.clientHeight / 3);
    const wanted = document.querySelector(".block.is-taken") && document.querySelector(".block:not(.is-taken)");
    if (wanted) box.scrollLeft = Math.max(0, wanted.offsetLeft - box.clientWidth / 3);
  }

  // --- the line of the present; who becomes late -------------------------------------------------------------------

  let ahead = 0; // this clock against the server's, in minutes
  const present = () => minuteOf(Date.now()) - ahead;
  function tick() {
    const now = present(), line = $("now");
    if (line) {
      const down = now - number("from");
      line.hidden = now > number("until");
      line.style.setProperty("--h", Math.floor(down / 60));
      line.style.setProperty("--m", down % 60);
    }
  }
  function becameLate() {
    const now = present(), before = now - 1;
    return [...document.querySelectorAll(".block.is-confirmed")].some((block) => {
      const since = number("starts", block) + LATE;
      return since < now && since >= before;
    });
  }

  // --- changes -----------------------------------------------------------------------------------------------------

  const reload = () => document.body.dispatchEvent(new CustomEvent("bookings-changed"));
  let lost = 0;
  async function ask() {
    if (document.hidden || !day() || dragged || document.querySelector(".htmx-request")) return;
    const { changes, after, version } = day().dataset;
    try {
      const answer = await fetch(`${changes}?after=${after}&version=${version}`, { headers: { "HX-Request": "true" } });
      if (answer.headers.get("HX-Redirect")) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      if (lost > 1) $("notices").replaceChildren();
      lost = 0;
      if (answer.status === 200) learn(await answer.json(), version);
    } catch {
      lost += 1;
      if (lost === 2) {
        const told = document.createElement("p");
        told.className = "notice notice-warn";
        told.append(Object.assign(document.createElement("span"), { textContent: words().lost }));
        $("notices").replaceChildren(told);
      }
    }
  }
  function learn(told, version) {
    const shown = new Set([...document.querySelectorAll(".block")].map((block) => block.dataset.booking));
    const concerns = told.bookings.some(
      ([booking, start]) => shown.has(booking) || (start >= number("begin") && start < number("end")),
    );
    day().dataset.after = told.after;
    if (concerns || String(told.version) !== version) reload();
  }

  // --- moving --------------------------------------------------------------------------------------------------------

  let dragged = null;
  const movable = (block) => block && day().dataset.move && block.dataset.moves;

  document.addEventListener("pointerdown", (event) => {
    const block = event.target.closest(".block");
    if (!movable(block) || !wide.matches || event.button || event.target.closest(".more")) return;
    const top = block.getBoundingClientRect().top;
    const drag = { block, id: event.pointerId, x: event.clientX, y: event.clientY, offset: (event.clientY - top) / pixels() };
    if (event.pointerType === "touch") drag.timer = setTimeout(() => begin(drag, event), 400);
    dragged = drag;
  });

  function begin(drag) {
    drag.begun = true;
    drag.ghost = document.createElement("div");
    drag.ghost.className = "ghost";
    $("field").append(drag.ghost);
    drag.block.classList.add("is-dragged");
    document.body.classList.add("is-dragging");
    drag.place = { column: number("column", drag.block), minute: number("start", drag.block) };
    follow(drag);
  }
  function follow(drag) {
    const length = number("end", drag.block) - number("start", drag.block);
    stand(drag.ghost, drag.place.minute, length, drag.place.column);
    const text = `${spoken(drag.place.minute)} · ${heads()[drag.place.column].querySelector(".head-name").textContent}`;
    if (drag.ghost.textContent !== text) {
      drag.ghost.textContent = text;
      say(`${words().moved} ${text}`);
    }
  }
  function end() {
    if (!dragged) return;
    clearTimeout(dragged.timer);
    dragged.ghost?.remove();
    dragged.block.classList.remove("is-dragged");
    document.body.classList.remove("is-dragging");
    dragged = null;
  }

  document.addEventListener("pointermove", (event) => {
    if (!dragged || event.pointerId !== dragged.id) return;
    const far = Math.hypot(event.clientX - dragged.x, event.clientY - dragged.y) > 5;
    if (!dragged.begun) {
      if (!far) return;
      if (event.pointerType === "touch") return end(); // that is scrolling
      begin(dragged);
    }
    const place = spot(event, dragged.offset, event.shiftKey || event.altKey ? FINE : STEP);
    const moves = dragged.block.dataset.moves;
    if (moves === "time") place.column = number("column", dragged.block);
    if (moves === "resource") place.minute = number("start", dragged.block);
    place.minute = Math.max(number("from"), Math.min(number("until") - FINE, place.minute));
    dragged.place = place;
    follow(dragged);
    scrollAlong(event);
  });
  function scrollAlong(event) {
    const box = document.querySelector(".timeline"), edge = box.getBoundingClientRect(), near = 48;
    if (event.clientY > edge.bottom - near) box.scrollTop += 12;
    if (event.clientY < edge.top + near + 40) box.scrollTop -= 12;
    if (event.clientX > edge.right - near) box.scrollLeft += 16;
    if (event.clientX < edge.left + near + 40) box.scrollLeft -= 16;
  }

  document.addEventListener("pointerup", (event) => {
    if (!dragged || event.pointerId !== dragged.id) return;
    const { block, begun, place } = dragged;
    end();
    if (!begun) return;
    swallowClick();
    const sideways = place.column !== number("column", block), shift = place.minute - number("start", block);
    if (sideways || shift) send(block, number("starts", block) + shift, place.column, shift);
  });
  function giveUp() {
    if (dragged.begun) addEventListener("pointerup", swallowClick, { capture: true, once: true });
    end();
  }
  document.addEventListener("pointercancel", end);
  document.addEventListener("touchmove", (event) => { if (dragged?.begun) event.preventDefault(); }, { passive: false });
  document.addEventListener("dragstart", (event) => { if (event.target.closest(".block")) event.preventDefault(); });
  function swallowClick() {
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
  }

  function send(block, instant, column, shift) {
    const { booking, version, moves } = block.dataset;
    const resource = moves === "time" ? "" : heads()[column].dataset.resource;
    stand(block, number("start", block) + shift, number("end", block) - number("start", block), column);
    block.classList.add("is-saving");
    say(words().saving);
    const back = () => { stand(block, number("start", block), number("end", block) - number("start", block), number("column", block)); block.classList.remove("is-saving"); };
    post(address(day().dataset.move, booking), { instant, resource, version }, "#move").then(back, back);
  }
  const post = (url, values, target) => htmx.ajax("POST", url, { values, target, source: day().parentElement });

  // --- dialogs ---------------------------------------------------------------------------------------------------------

  function open(dialog) { if (dialog && !dialog.open) dialog.showModal(); }
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "move") open($("move-box"));
    if (target.id === "panel") open($("panel-box"));
    if (["move", "panel"].includes(target.id) && document.activeElement === document.body) refocus(target);
    if (target.id === "notices") for (const dialog of document.querySelectorAll("dialog[data-writes][open], #move-box[open]")) dialog.close();
  });
  // What had the focus was replaced: go on at the heading of what took its place.
  function refocus(within) {
    const heading = within.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status === 204 && event.detail.target?.id === "move") $("move-box").close();
  });
  const openMove = (block) => htmx.ajax("GET", address(day().dataset.move, block.dataset.booking), { target: "#move", source: day().parentElement });
  const openPanel = (link) => htmx.ajax("GET", link.href, { target: "#panel", source: day().parentElement });

  let chosen = null;
  function openActions(block) {
    chosen = block;
    const { status, moves } = block.dataset, { status: url } = day().dataset;
    $("actions-who").textContent = block.querySelector(".who").textContent;
    $("actions-what").textContent = ["when", "what", "with", "state"].map((name) => block.querySelector(`.${name}`).textContent).join(" · ");
    for (const button of $("actions").querySelectorAll("[data-from]")) button.hidden = !url || !button.dataset.from.split(" ").includes(status);
    const { charge } = block.dataset, missed = $("actions").querySelector("[data-status=no_show]"), since = number("starts", block);
    missed.textContent = charge ? missed.dataset.charging.replace("{}", charge) : missed.dataset.word;
    if (since > present()) missed.hidden = true; // who does not come is known when it has begun
    $("later").hidden = status !== "confirmed" || !moves || Math.abs(present() - since) > SOON;
    $("actions").querySelector("[data-does=move]").hidden = !moves;
    const link = block.querySelector("a").getAttribute("href"), way = $("actions").querySelector("[data-does=open]");
    way.hidden = !link;
    if (link) way.href = link;
    open($("actions"));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#actions [data-status], #actions [data-does=move], #actions [data-later]");
    if (!button || !chosen) return;
    const { booking, version } = chosen.dataset, source = day().parentElement, later = Number(button.dataset.later);
    $("actions").close();
    if (later) send(chosen, number("starts", chosen) + later, number("column", chosen), later);
    else if (button.dataset.does) openMove(chosen);
    else htmx.ajax("POST", address(day().dataset.status, booking), { values: { status: button.dataset.status, version }, target: "#notices", source });
  });

  document.addEventListener("click", (event) => {
    const more = event.target.closest(".more"), link = event.target.closest(".block a.visit[href]");
    if (more) openActions(more.closest(".block"));
    else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      openPanel(link);
    }
  });

  // --- free time: a cursor for mouse and keys ---------------------------------------------------------------------------

  let cursor = null;
  function addCursor() {
    cursor = document.createElement("button");
    cursor.type = "button";
    cursor.className = "cursor";
    cursor.title = words().free;
    $("field").append(cursor);
    const now = Math.ceil(present() / STEP) * STEP;
    put({ column: 0, minute: now > number("from") && now < number("until") ? now : number("from") });
  }
  function put(place) {
    cursor.place = place;
    stand(cursor, place.minute, 30, place.column);
    cursor.textContent = `${words().new}: ${spoken(place.minute)}, ${heads()[place.column].querySelector(".head-name").textContent}`;
  }
  function isFree(event) {
    return cursor?.isConnected && wide.matches && !dragged && event.target.closest("#field") && !event.target.closest(".block");
  }
  document.addEventListener("pointermove", (event) => {
    if (!cursor?.isConnected || event.pointerType === "touch") return;
    const free = isFree(event);
    cursor.classList.toggle("is-shown", Boolean(free));
    if (free) {
      const place = spot(event, STEP / 2);
      if (place.minute !== cursor.place.minute || place.column !== cursor.place.column) put(place);
    }
  });
  let pressedFree = false; // a press on a booking that ends beside it is no click on free time
  document.addEventListener("pointerdown", (event) => { pressedFree = isFree(event); });
  document.addEventListener("click", (event) => {
    if (!isFree(event) || (event.detail && !pressedFree)) return;
    if (event.target !== cursor) put(spot(event, STEP / 2));
    const { minute, column } = cursor.place, at = spoken24(minute);
    location.href = `${day().dataset.new}?date=${at.date}&time=${at.time}&resource=${heads()[column].dataset.resource}`;
  });
  // The new booking's form wants date and time of the business's wall clock.
  function spoken24(minute) {
    const zone = day().dataset.zone;
    const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(minute * 60000).reduce((all, part) => ({ ...all, [part.type]: part.value }), {});
    return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
  }

  // --- keys ----------------------------------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dragged) return giveUp();
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const block = event.target.closest?.(".block");
    if (event.target === cursor) steerCursor(event);
    else if (block && (event.key === "m" || event.key === "M") && movable(block)) openMove(block);
    else if (block && event.key.startsWith("Arrow") && wide.matches) {
      const next = neighbour(block, event.key);
      if (next) { event.preventDefault(); next.querySelector(".visit").focus(); }
    }
  });
  function steerCursor(event) {
    const by = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    const { column, minute } = cursor.place;
    put({
      column: Math.max(0, Math.min(heads().length - 1, column + by[0])),
      minute: Math.max(number("from"), Math.min(number("until") - STEP, minute + by[1])),
    });
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(cursor.textContent);
  }
  // Up and down within a column, left and right to the booking of the next column that is nearest in time.
  function neighbour(block, key) {
    const all = [...document.querySelectorAll(".block:not(.is-taken)")];
    const column = number("column", block), start = number("start", block);
    const upright = key === "ArrowUp" || key === "ArrowDown", onward = key === "ArrowDown" || key === "ArrowRight";
    const distance = (other) => {
      const across = number("column", other) - column, along = number("start", other) - start;
      if (upright) return across || along === 0 || along > 0 !== onward ? Infinity : Math.abs(along);
      return across === 0 || across > 0 !== onward ? Infinity : Math.abs(across) * 10000 + Math.abs(along);
    };
    const nearest = all.reduce((best, other) => (distance(other) < distance(best) ? other : best), block);
    return nearest === block ? null : nearest;
  }

  // --- beginning -------------------------------------------------------------------------------------------------------

  let scrolled = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = event.detail.target.id === "day" && document.querySelector(".timeline");
    if (box) scrolled = { top: box.scrollTop, left: box.scrollLeft, focused: day().contains(document.activeElement) };
  });
  document.addEventListener("htmx:afterSwap", () => {
    const box = document.querySelector(".timeline");
    if (!scrolled || !box) return;
    box.scrollTop = scrolled.top;
    box.scrollLeft = scrolled.left;
    if (scrolled.focused && !day().contains(document.activeElement)) box.focus({ preventScroll: true });
    scrolled = null;
    dress();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-prints]")) print(); });
  for (const button of document.querySelectorAll("[data-prints]")) button.hidden = false;
  if (day()) {
    ahead = minuteOf(Date.now()) + 1 - number("now");
    dress();
    showNow();
    setInterval(() => { tick(); if (becameLate()) reload(); }, 30000);
    setInterval(ask, POLL);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  }
})();
