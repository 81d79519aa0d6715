/* Click-to-call. [data-call-lead] calls that lead; `callboard.dial(lead, {application})` does the same, and so does
   the key C for the lead on the screen. One reference a click, so that the server makes one call of it; how it goes on
   comes with the feed (`callboard:intent`), and after a reload from /dial/live. `callboard.dialling.live` is the call. */
(() => {
  const cb = window.callboard;
  const SHOWN = 6000; // how long an end stays on the button
  const QUIET = 60000; // without news for so long a person may say that the call is over
  const STEPLESS = 8000; // taken for so long without a step: this provider may tell none, and the phone may ring already
  const BUSY = new Set(["requested", "accepted", "agent_ringing", "lead_ringing", "talking", "unknown"]);
  const dialling = (cb.dialling = { live: null, mode: null, modes: {} });
  const heard = new Set(); // ids the feed told of: it knows better than an answer that was slower
  const held = new Map(); // lead → who else calls it
  const mine = () => Number(document.getElementById("live-cursor")?.dataset.me);
  let asking = 0; // the lead of a click whose answer is on its way
  let said = null; // {lead, text, action, label}: under the button of that lead
  let newsAt = 0;

  const latest = (intent) => intent.talking_at || intent.lead_ringing_at || intent.agent_ringing_at || intent.accepted_at || intent.requested_at;
  const phoneName = (intent) => (intent.mode === "hardphone" ? "phone" : "softphone");

  function progress(intent) {
    switch (intent.state) {
      case "requested": return "Asking the provider…";
      case "accepted": return cb.now() - Date.parse(intent.accepted_at) < STEPLESS ? `Calling your ${phoneName(intent)}…` : "Connecting…";
      case "agent_ringing": return `Your ${phoneName(intent)} rings…`;
      case "lead_ringing": return `Ringing ${cb.words.first(intent.lead)}…`;
      case "talking": return `On call ${cb.words.timer(cb.now() - Date.parse(intent.talking_at))}`;
      case "unknown": return "No answer yet…";
      case "refused": return "Not called";
      default:
        return intent.talking_at
          ? `Ended ${cb.words.timer(Date.parse(intent.ended_at) - Date.parse(intent.talking_at))}`
          : "Ended, no answer";
    }
  }

  function reference() {
    const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => letters[byte % 36]).join("");
  }

  async function post(url, body) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) cb.signIn();
    return [answer.status, await answer.json().catch(() => ({}))];
  }

  /** The call that keeps this person from calling `lead`: {text, label?, action?}; null: nothing does. */
  function elsewhere(lead) {
    const live = dialling.live;
    if (live?.live && live.lead_id !== lead) {
      const text = live.state === "talking" ? `You are on a call with ${live.lead}.` : `You are calling ${live.lead}.`;
      return unheard(live) ? { text, label: "It is over", action: () => over(live) } : { text };
    }
    const talk = (cb.calls || []).find((body) => body.phase === "talking" && Number(body.lead?.id) !== lead);
    if (!talk) return null;
    return { text: `You are on a call with ${talk.lead?.name || "somebody"}.`, label: "It is over, call", action: () => cb.dial(lead, { anyway: true }) };
  }

  const unheard = (live) => BUSY.has(live.state) && live.state !== "requested" && (live.state === "unknown" || Date.now() - newsAt > QUIET);

  cb.dial = async (lead, { application = null, anyway = false } = {}) => {
    lead = Number(lead);
    if (asking || !lead) return;
    const busy = !anyway && elsewhere(lead);
    if (busy) return void (document.querySelector(`[data-call-bar="${lead}"]`) || cb.toast({ text: busy.text, icon: "telephone-x" }));
    asking = lead;
    said = null;
    paint();
    try {
      const mode = dialling.mode;
      if (mode && mode !== "hardphone" && cb.phone && !(await cb.phone.ready(mode))) return;
      const click = reference();
      if (mode && mode !== "hardphone") await cb.phone?.arm(click);
      const [status, told] = await post("/dial", { lead, reference: click, ...(mode && { mode }), ...(application && { application }), ...(anyway && { anyway }) });
      if (status === 200) {
        if (!heard.has(told.intent.id)) take(told.intent);
        return;
      }
      cb.phone?.disarm?.();
      const again = told.error === "on_call" ? { label: "It is over, call", action: () => cb.dial(lead, { application, anyway: true }) } : {};
      refuse(lead, told.say || "The call was not placed. Try again in a moment.", again);
    } catch {
      refuse(lead, "The call may not have been placed: this page has no connection. Wait for it, then look here again.");
    } finally {
      asking = 0;
      paint();
    }
  };

  /** Under the lead's own button where that is on the screen, at the foot otherwise. */
  function refuse(lead, text, more = {}) {
    said = { lead, text, ...more };
    if (!document.querySelector(`[data-call-bar="${lead}"]`)) cb.toast({ text, icon: "telephone-x" });
  }

  function take(intent) {
    const was = dialling.live;
    if (!intent.live && was && was.id !== intent.id) return; // the end of an older click
    dialling.live = intent;
    newsAt = Date.now();
    if (intent.say) refuse(intent.lead_id, intent.say);
    else if (said?.lead === intent.lead_id) said = null;
    if (!intent.live) setTimeout(() => { if (dialling.live === intent) { dialling.live = null; paint(); } }, SHOWN);
    cb.emit("dialled", intent);
    paint();
  }

  const over = (intent) => post("/dial/over", { reference: intent.reference });

  function button(element) {
    const lead = Number(element.dataset.callLead);
    const live = dialling.live?.lead_id === lead ? dialling.live : null;
    const busy = asking === lead || Boolean(live?.live);
    const away = busy || element.disabled ? null : elsewhere(lead); // it keeps the focus, and says why when pressed
    element.classList.toggle("is-away", Boolean(away));
    if (away) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
    element.classList.toggle("is-live", busy);
    element.classList.toggle("is-talking", live?.state === "talking");
    element.setAttribute("aria-busy", String(asking === lead));
    const word = element.querySelector(".call-word");
    const text = live ? progress(live) : asking === lead ? "Calling…" : away ? "On a call" : "Call";
    if (word) {
      if (word.textContent !== text) word.textContent = text;
      const key = element.querySelector("kbd");
      if (key) key.hidden = busy || Boolean(live || away);
    } else {
      element.title = live ? text : away ? away.text : `Call ${element.dataset.callName || ""}`.trim();
    }
  }

  function bar(element) {
    const lead = Number(element.dataset.callBar);
    const live = dialling.live?.lead_id === lead ? dialling.live : null;
    const holder = held.has(lead) ? held.get(lead) : element.dataset.held;
    const place = element.querySelector(".call-said");
    let told = said?.lead === lead ? said : null;
    if (!told && holder) told = { text: `${holder} is calling this lead` };
    told = elsewhere(lead) || told;
    if (live?.live && unheard(live)) {
      told = { text: told?.text || "Nothing is told of this call.", label: "It is over", action: () => over(live) };
    }
    const key = told ? `${told.text}|${told.label || ""}` : "";
    if (place.dataset.key !== key) {
      place.dataset.key = key;
      place.replaceChildren();
      if (told) {
        place.append(cb.el("span", "", told.text));
        if (told.label) {
          const act = cb.el("button", "btn btn-secondary btn-sm", told.label);
          act.type = "button";
          act.addEventListener("click", told.action);
          place.append(act);
        }
      }
    }
    place.hidden = !told;
    for (const mode of element.querySelectorAll("[data-call-mode]")) {
      if (dialling.mode) mode.setAttribute("aria-pressed", String(mode.dataset.callMode === dialling.mode));
    }
  }

  function paint() {
    document.querySelectorAll("[data-call-lead]").forEach(button);
    document.querySelectorAll("[data-call-bar]").forEach(bar);
  }

  async function choose(mode) {
    const [status] = await post("/dial/mode", { mode });
    if (status === 200) dialling.mode = mode;
    paint();
  }

  async function ask() {
    const answer = await fetch("/dial/live", { cache: "no-store" });
    if (!answer.ok) return;
    const told = await answer.json();
    dialling.mode = told.mode;
    dialling.modes = told.modes;
    if (told.intent) take(told.intent);
    else if (dialling.live?.live) dialling.live = null;
    paint();
  }

  document.addEventListener("click", (event) => {
    const mode = event.target.closest("[data-call-mode]");
    if (mode) {
      if (mode.getAttribute("aria-disabled") === "true") cb.toast({ text: mode.title, icon: "headset" });
      else choose(mode.dataset.callMode);
      return;
    }
    const call = event.target.closest("[data-call-lead]");
    if (!call || call.disabled) return;
    event.preventDefault();
    event.stopPropagation();
    cb.dial(call.dataset.callLead, { application: Number(call.dataset.callApplication) || null });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable=true], .ag-cell-inline-editing") || document.querySelector("dialog[open]")) return;
    const shown = document.querySelector("[data-call-bar] [data-call-lead]:not(:disabled)");
    if (!shown) return;
    event.preventDefault();
    shown.click();
  });

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("intent", (intent) => { heard.add(intent.id); take(intent); });
    cb.on("dialling", ({ lead_id: lead, person_id: person, name, live }) => {
      if (person === mine()) return;
      held.set(lead, live ? name : "");
      paint();
    });
    cb.on("mine", () => ask().catch(() => {}));
    cb.on("calls", paint);
  });
  setInterval(() => { if (dialling.live && !document.hidden) paint(); }, 1000);
  cb.mounts.push(["[data-call-lead]", button], ["[data-call-bar]", bar]);
})();
