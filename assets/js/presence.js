/* The pill that says what I am doing: checked in, on a break, out; rung, on a call, in wrap-up. Its menu changes what
   only I can know. What calls make of it is asked of the server whenever one of mine begins or ends. */
(() => {
  const cb = window.callboard;
  const STATES = {
    in: { tone: "connected", word: "Checked in" },
    break: { tone: "pending", word: "On a break" },
    out: { tone: "unknown", word: "Checked out" },
    ringing: { tone: "ringing", word: "Ringing" },
    on_call: { tone: "connected", word: "On a call" },
    silent: { tone: "unknown", word: "Call under way" }, // nobody rings this long, and nobody said that it was answered
    wrap_up: { tone: "accent", word: "Wrap-up" },
  };
  const STEPS = ["wrap_up", "ringing", "on_call"]; // what a call makes of me; of several sources the later step is true
  let busy = null; // { state, since, until }: what a call makes of me
  let over = 0; // timer: the wrap-up lapses

  const pillOf = () => document.getElementById("shell-presence");

  /* My own click, as its button tells it. */
  function dialled() {
    const live = cb.dialling?.live;
    if (!live?.live || live.state === "unknown") return null;
    return live.state === "talking" ? { state: "on_call", since: live.talking_at } : { state: "ringing", since: live.requested_at, word: "Calling" };
  }

  /* The cards and buttons of this screen may know more than the last answer, and the other way round. */
  function now() {
    const talking = (cb.calls || []).find((body) => body.phase === "talking");
    return [talking && { state: "on_call", since: talking.at }, dialled(), busy]
      .reduce((later, one) => (one && STEPS.indexOf(one.state) > STEPS.indexOf(later?.state) ? one : later), null);
  }

  function draw() {
    const pill = pillOf();
    if (!pill) return;
    const { state, from, reason } = pill.dataset;
    const call = now();
    const silent = call?.state === "ringing" && cb.now() - Date.parse(call.since) > cb.ringsAtMost;
    const look = STATES[silent ? "silent" : call?.state] || STATES[state] || STATES.out;
    const [dot, word, when] = pill.children;
    dot.className = `dot is-${look.tone}`;
    word.textContent = !call && state === "break" && reason ? reason : (!silent && call?.word) || look.word;
    if (call) {
      when.dataset.since = call.since;
      when.dataset.as = "timer";
      cb.tick();
    } else {
      delete when.dataset.since;
      when.textContent = from ? `since ${cb.words.clock(from)}` : "";
    }
    pill.title = call && state !== "in" ? `After this: ${state === "break" ? "on a break" : "checked out"}` : "";
    mark(state, reason || "");
  }

  function mark(state, reason) {
    const items = [...document.querySelectorAll("[data-presence]")];
    const exact = (item) => item.dataset.presence === state && (item.dataset.reason || "") === reason;
    const chosen = items.find(exact);
    items.forEach((item) => item.setAttribute("aria-pressed", String(item === chosen)));
    const own = document.querySelector("[data-break-reason]");
    if (own && document.activeElement !== own) own.value = state === "break" && !chosen ? reason : "";
  }

  function take({ person_id, state, since, reason, busy: told }) {
    const me = Number(document.getElementById("live-cursor")?.dataset.me);
    const pill = pillOf();
    if (!pill || (person_id && person_id !== me)) return;
    pill.dataset.state = state;
    pill.dataset.from = since || "";
    pill.dataset.reason = reason || "";
    if (told !== undefined) hold(told);
    draw();
  }

  function hold(told) {
    busy = told;
    clearTimeout(over);
    if (busy?.until) over = setTimeout(ask, Math.max(0, Date.parse(busy.until) - cb.now()) + 200);
  }

  let asking = 0;
  function ask() {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const answer = await fetch("/live/presence", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) take(await answer.json()); // otherwise the next event asks again
    }, 150);
  }

  async function choose(state, reason) {
    const pill = pillOf();
    const before = { state: pill.dataset.state, since: pill.dataset.from, reason: pill.dataset.reason };
    take({ state, reason, since: new Date(cb.now()).toISOString() });
    try {
      take(await cb.post("/live/presence", { state, reason }));
      ask();
    } catch {
      take(before);
      cb.toast({ tone: "missed", icon: "exclamation-triangle-fill", text: "Your state could not be changed. Please try again." });
    }
  }

  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-presence]");
    if (item) choose(item.dataset.presence, item.dataset.reason || "");
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-break-form]");
    if (!form) return;
    event.preventDefault();
    const field = form.querySelector("[data-break-reason]");
    const reason = field.value.trim();
    if (!reason) return field.focus();
    field.blur();
    cb.closeMenus(true);
    choose("break", reason);
  });

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("presence", take);
    cb.on("calls", () => { draw(); ask(); });
    cb.on("dialled", draw);
    setInterval(() => now() && draw(), 5000);
    for (const kind of ["next", "intent", "wrap_up"]) cb.on(kind, ask);
    cb.on("mine", ({ presence }) => presence?.state && take(presence));
  });
  cb.mounts.push(["[data-break-form]", (form) => {
    const field = cb.el("input", "form-control");
    field.type = "text";
    field.placeholder = "Another reason";
    field.maxLength = Number(form.dataset.breakForm);
    field.autocomplete = "off";
    field.dataset.breakReason = "";
    field.setAttribute("aria-label", "Break for another reason");
    const go = cb.el("button", "btn btn-secondary", "Go");
    go.type = "submit";
    form.append(field, go);
    draw();
  }]);
  cb.mounts.push(["#shell-presence", (pill) => {
    const { busyState, busySince, busyUntil } = pill.dataset;
    if (busyState) hold({ state: busyState, since: busySince, until: busyUntil || null });
    draw();
  }]);

  /* Signing out is an ordinary form; its proof of origin is added as it leaves. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    const proof = cb.el("input");
    proof.type = "hidden";
    proof.name = "csrf";
    proof.value = cb.cookie("callboard_csrf");
    event.target.append(proof);
  });
})();
