/* Pop-up cards of calls that ring or talk for this person. Straight into the page, within the frame of the event;
   they never take focus. `callboard:calls` tells other scripts which calls are alive. */
(() => {
  const cb = window.callboard;
  const calls = new Map(); // call id → popup body
  const cards = new Map(); // call id → element
  const heard = new Map(); // call id → id of the event that last said something of it
  const away = new Set(); // closed by hand
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("callboard-cards") : null;

  const RINGING = { inbound: "telephone-inbound", campaign: "megaphone", outbound: "telephone-outbound" };

  /* Some providers never say that a ring was answered: no telephone rings this long, so it is said no longer. */
  const RINGS_AT_MOST = 60_000;
  cb.ringsAtMost = RINGS_AT_MOST;
  const FORGOTTEN = 15 * 60_000;
  const SAID_FOR = 2500; // how long a card says who took the call
  const age = (body) => Date.now() - Date.parse(body.at);
  const silent = (body) => body.phase === "ringing" && age(body) > RINGS_AT_MOST;

  function phase(body) {
    const talking = body.phase === "talking";
    const chip = silent(body)
      ? cb.chip("unknown", "telephone", "Under way ")
      : cb.chip(
          talking ? "connected" : "ringing",
          talking ? "telephone-fill" : RINGING[body.direction] || "telephone",
          talking ? "On call " : body.direction === "outbound" ? "Calling " : "Ringing ",
        );
    const timer = cb.el("span");
    timer.dataset.since = body.at;
    timer.dataset.as = "timer";
    chip.lastChild.append(timer);
    return chip;
  }

  function lastTalk(talk, words) {
    if (!talk) return "Never talked before";
    const by = talk.by && !words ? `, with ${cb.words.first(talk.by)}` : "";
    return `Last talk ${cb.words.moment(talk.at)}, ${cb.words.duration(talk.seconds)}${by}`;
  }

  /* The result and the note of last time; asked once a call, and the card does not wait for them. */
  const said = new Map(); // call id → text, "" while it is asked
  async function lastWords(body) {
    if (said.has(body.call_id) || !body.lead?.id || !body.last_talk) return;
    said.set(body.call_id, "");
    const answer = await fetch(`/last-words/${Number(body.lead.id)}`, { cache: "no-store" });
    if (!answer.ok) return;
    const { result, note } = await answer.json();
    said.set(body.call_id, [result, note].filter(Boolean).join(": "));
    if (cards.get(body.call_id)?.isConnected) cards.get(body.call_id).querySelector(".popup-last").replaceWith(last(body));
  }

  function last(body) {
    const result = said.get(body.call_id);
    const words = [lastTalk(body.last_talk, result), result].filter(Boolean).join(", ");
    const made = cb.el("div", "popup-last clip", words);
    made.title = words;
    return made;
  }

  function draw(body) {
    const lead = body.lead || {};
    const card = cb.el("article", `popup is-${body.phase}`);
    card.dataset.call = body.call_id;
    card.setAttribute("aria-label", `${lead.name || "Unknown caller"}, ${body.phase}`);

    const also = (body.also || []).map(cb.words.first);
    const note = also.length ? `also rings ${cb.words.join(also)}` : body.campaign || body.connection || "";
    const what = [lead.programme, lead.stage].filter(Boolean).join(" · ") || lead.mask || "";
    const city = lead.city ? cb.el("span", "popup-city", what ? ` · ${lead.city}` : lead.city) : null;
    const open = cb.el("a", "btn btn-primary", cb.el("span", "", "Open", cb.el("span", "popup-long", " profile")), cb.el("kbd", "", "O"));
    open.href = `/lead/${encodeURIComponent(lead.id)}?via=popup`;
    const close = cb.el("button", "btn btn-secondary btn-icon", cb.icon("x-lg"));
    close.type = "button";
    close.setAttribute("aria-label", "Put this card away");
    close.addEventListener("click", () => putAway(body.call_id));

    card.append(
      cb.el("div", "popup-top", phase(body), cb.el("span", "popup-also clip", body.phase === "ringing" ? note : body.connection || "")),
      cb.el(
        "div", "popup-who",
        cb.el("span", "avatar is-40", cb.words.initials(lead.name)),
        cb.el("div", "grow", cb.el("div", "popup-name clip", lead.name || "Unknown caller"), cb.el("div", "popup-what clip", what, city)),
      ),
      last(body),
      cb.el("div", "popup-do", open, close),
    );
    return card;
  }

  /* What stands beside a lead's head moves down under a stack that is higher than the head: nothing lies beneath a card. */
  function giveWay() {
    const [stack, rail] = [document.getElementById("popup-stack"), document.querySelector(".profile > .lead-rail")];
    if (!stack || !rail) return;
    const top = rail.getBoundingClientRect().top - parseFloat(getComputedStyle(rail).marginTop);
    const over = stack.childElementCount && !cb.isPhone() ? stack.getBoundingClientRect().bottom + 8 - top : 0;
    document.documentElement.style.setProperty("--under-cards", `${Math.max(0, Math.ceil(over))}px`);
  }
  const watched = new ResizeObserver(giveWay);
  cb.mounts.push(["#popup-stack", (stack) => watched.observe(stack)], [".lead-head", (head) => watched.observe(head)]);

  function hidden(body) {
    return away.has(body.call_id) || document.querySelector(`[data-lead-id="${Number(body.lead?.id)}"]`);
  }

  function place(body) {
    const stack = document.getElementById("popup-stack");
    if (!stack) return;
    const old = cards.get(body.call_id);
    if (hidden(body)) {
      old?.remove();
      cards.delete(body.call_id);
      return;
    }
    const card = draw(body);
    cards.set(body.call_id, card);
    if (old?.isConnected) {
      card.style.animation = "none";
      old.replaceWith(card);
    } else {
      stack.prepend(card);
    }
  }

  /* The open profile shows its own call in its head; so the card would only be in the way. */
  function mark(element) {
    const id = Number(element.dataset.leadLive);
    element.replaceChildren(...[...calls.values()].filter((body) => Number(body.lead?.id) === id).map(phase));
  }

  function changed() {
    document.querySelectorAll("[data-lead-live]").forEach(mark);
    cb.calls = [...calls.values()];
    cb.emit("calls", cb.calls);
  }

  function show(body) {
    heard.set(body.call_id, cb.lastEvent ?? 0);
    const known = calls.get(body.call_id);
    calls.set(body.call_id, body);
    place(body);
    changed();
    lastWords(body).catch(() => {}); // the card says enough without
    if (known || body.phase !== "ringing") return;
    cb.announce(`${body.lead?.name || "Unknown caller"} is ringing`);
    if (!silent(body)) cb.emit("rings", body);
  }

  /* The call went elsewhere: the card says so for a moment, and offers nothing any more. */
  function over(card, words) {
    card.classList.add("is-over");
    card.querySelector(".popup-top .chip").replaceWith(cb.chip("connected", "telephone-fill", words));
    card.querySelectorAll(".popup-also, .popup-do").forEach((part) => part.remove());
  }

  function leave(call_id, why, by) {
    heard.set(call_id, cb.lastEvent ?? 0);
    away.delete(call_id);
    const body = calls.get(call_id);
    calls.delete(call_id);
    const card = cards.get(call_id);
    cards.delete(call_id);
    said.delete(call_id);
    const name = body?.lead?.name || "Unknown caller";
    const taken = body && why === "taken" && by;
    if (card?.isConnected) {
      if (taken) over(card, `${cb.words.first(by)} took it`);
      setTimeout(() => {
        card.classList.add("is-leaving");
        setTimeout(() => card.remove(), 200);
      }, taken ? SAID_FOR : 0);
    } else if (taken) {
      cb.toast?.({ icon: "telephone-fill", text: `${by} took the call from ${name}` });
    }
    changed();
    if (!body) return;
    if (taken) cb.announce(`${by} took the call from ${name}`);
    if (why === "missed" && body.phase === "ringing") cb.announce(`The call from ${name} was missed`);
  }

  function growOld() {
    for (const body of [...calls.values()]) {
      if (body.phase === "ringing" && age(body) > FORGOTTEN) leave(body.call_id, "ended");
      else if (silent(body) && !body.wasSilent) {
        body.wasSilent = true;
        place(body);
        changed();
      }
    }
  }

  function putAway(call_id, from) {
    away.add(call_id);
    const body = calls.get(call_id);
    if (body) place(body);
    if (!from) tabs?.postMessage({ away: call_id });
  }

  cb.announce = (text) => {
    const region = document.getElementById("live-region");
    if (region) region.textContent = text;
  };
  cb.openCard = () => document.querySelector("#popup-stack .popup:not(.is-leaving, .is-over) a")?.click();

  tabs?.addEventListener("message", ({ data }) => putAway(data.away, true));
  cb.mounts.push(["[data-lead-live]", (element) => { mark(element); calls.forEach(place); }]);

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("popup", show);
    cb.on("popup_gone", ({ call_id, why, by }) => leave(call_id, why, by));
    cb.on("mine", ({ last, popups }) => {
      // Events that came after this answer was made know better.
      const older = (id) => (heard.get(id) ?? 0) <= last;
      const alive = new Set(popups.map((body) => body.call_id));
      [...calls.keys()].filter((id) => !alive.has(id) && older(id)).forEach((id) => leave(id, "ended"));
      popups.filter((body) => older(body.call_id)).forEach(show);
    });
    setInterval(growOld, 5000);
    cb.on("left-lead", () => calls.forEach(place));
  });
})();
