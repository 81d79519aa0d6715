/* The dock, bottom right, and the same inside the softphone's window: drawn from `callboard:phone`, never from SIP.
   Each button says what it does and, pressed, what it has done; a live region says what a glance would show. */
(() => {
  const cb = window.callboard;
  const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
  let dock = null;
  let state = null;
  let panel = ""; // "" | keys | transfer | device
  let typed = "";
  let said = "";
  let was = ""; // what is drawn: buttons are not replaced under a finger for a new figure
  let cards = []; // pop-ups that ring, for a call nobody asked for

  const run = (name, ...args) => cb.phone.run(name, ...args).catch((error) => cb.toast?.({ text: `The softphone: ${error.message}`, icon: "telephone-x" }));

  function button(word, icon, act, { pressed, tone = "", expanded } = {}) {
    const made = cb.el("button", `dock-button ${tone}`.trim(), cb.el("span", "dock-round", cb.icon(icon)), cb.el("span", "", word));
    made.type = "button";
    made.dataset.act = word.toLowerCase().replace(/ /g, "-");
    if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
    if (expanded !== undefined) made.setAttribute("aria-expanded", String(expanded));
    made.addEventListener("click", act);
    return made;
  }

  function name(call) {
    const known = call.reference && cb.phone.nameOf(call.reference);
    if (known) return known.name;
    if (cards.length === 1) return cards[0].lead?.name || "Unknown caller";
    return call.reference ? "Your call" : "Incoming call";
  }

  const initials = (text) => text.split(/\s+/).slice(0, 2).map((word) => word[0] || "").join("").toUpperCase();
  const STATES = { ringing: "Ringing", connecting: "Connecting", talking: "Connected", ended: "Ended" };

  function status(call) {
    const where = state.owner === "window" ? "Window" : "Softphone";
    if (call.state === "ringing" && call.why) return ["missed", "mic-mute-fill", call.why];
    if (call.silent) return ["missed", "volume-mute-fill", "Connected, but no audio arrives"];
    if (call.held) return ["pending", "pause-fill", `On hold · ${where}`];
    if (call.heldByThem) return ["pending", "pause-fill", "They have put you on hold"];
    if (call.state === "talking") return ["connected", "telephone-fill", `Connected · ${where}`];
    return [call.state === "ended" ? "unknown" : "ringing", "telephone-inbound", `${STATES[call.state]} · ${where}`];
  }

  function quality(call) {
    if (call.silent) return ["reception-0", "No audio: hang up, and call with your desk phone"];
    if (call.state !== "talking") return ["reception-4", state.registered ? "Registered" : "Not registered"];
    if (!state.registered) return ["reception-1", "Connection lost, the call goes on"];
    if (call.rtt === null) return ["reception-4", "Line connected"];
    const word = call.rtt < 150 ? "good" : call.rtt < 300 ? "fair" : "poor";
    return [`reception-${{ good: 4, fair: 3, poor: 1 }[word]}`, `Line ${word}, ${call.rtt} ms`];
  }

  const toggle = (which) => () => { panel = panel === which ? "" : which; typed = ""; paint(); };

  function buttons(call) {
    if (call.state === "ringing") {
      return [button("Answer", "telephone-fill", () => run("answer"), { tone: "is-answer" }), button("Reject", "telephone-x-fill", () => run("hangup"), { tone: "is-end" })];
    }
    const talking = call.state === "talking";
    const made = [
      button(call.muted ? "Muted" : "Mute", call.muted ? "mic-mute-fill" : "mic", () => run("mute", !call.muted), { pressed: call.muted }),
      button(call.held ? "Held" : "Hold", call.held ? "pause-fill" : "pause", () => run("hold", !call.held), { pressed: call.held }),
      button("Keys", "grid-3x3-gap-fill", toggle("keys"), { expanded: panel === "keys" }),
      button("Transfer", "arrow-left-right", toggle("transfer"), { expanded: panel === "transfer" }),
    ];
    made.forEach((one) => { one.disabled = !talking; });
    return [...made, button("End", "telephone-x-fill", () => run("hangup"), { tone: "is-end" })];
  }

  function keypad() {
    const shown = cb.el("output", "dock-typed", typed || "Press keys, also on the keyboard");
    const press = (key) => {
      run("keys", key);
      typed += key;
      shown.textContent = typed;
    };
    const grid = cb.el("div", "dock-keys", ...KEYS.map((key) => {
      const one = cb.el("button", "btn btn-secondary", key);
      one.type = "button";
      one.addEventListener("click", () => press(key));
      return one;
    }));
    const made = cb.el("div", "dock-panel", shown, grid);
    made.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      press(event.key);
    });
    return made;
  }

  const rows = (found, empty, choose) => cb.el("div", "dock-list", ...(found.length ? found.map((one) => {
    const made = cb.el("button", "dock-row", cb.el("span", "clip", one.name || one.label), one.chosen ? cb.icon("check2") : null);
    made.type = "button";
    if (one.chosen !== undefined) made.setAttribute("aria-pressed", String(one.chosen));
    made.addEventListener("click", () => choose(one));
    return made;
  }) : [cb.el("p", "second", empty)]));

  function asking(question, draw) {
    const made = cb.el("div", "dock-panel", cb.el("p", "second", "…"));
    cb.phone.run(question).then((found) => made.replaceChildren(...draw(found).filter(Boolean)))
      .catch((error) => made.replaceChildren(cb.el("p", "second", error.message)));
    return made;
  }

  /* `found` is what the telephone says of its devices; chosen there, wherever this page is. */
  function devices(found) {
    const choose = (name) => (one) => { run(name, one.id); toggle("device")(); };
    const loud = cb.el("input", "form-range");
    Object.assign(loud, { type: "range", min: 0, max: 1, step: 0.1, value: found.volume, id: "dock-ring" });
    loud.addEventListener("change", () => run("volume", Number(loud.value)));
    const none = state.microphone === "denied" ? "The browser lets this page hear none: allow it beside the address." : "No microphone found.";
    const word = cb.el("label", "dock-volume", found.sound ? "Ring" : "Ring (sound for calls is off)", loud);
    return [
      cb.el("h3", "", "Microphone"), rows(found.microphones, none, choose("choose")), found.microphones.length && !state.call ? trial() : null,
      cb.el("h3", "", "Loudspeaker"), rows(found.loudspeakers, "This browser uses the computer's own.", choose("loudspeaker")),
      word,
    ];
  }

  async function handOn(to) {
    panel = "";
    const done = await cb.phone.run("transfer", to.uri).catch(() => false);
    cb.toast?.({ text: done ? `Handed on to ${to.name}.` : `${to.name} did not take the call: it is still yours.`, icon: "arrow-left-right" });
    paint();
  }

  function open() {
    if (panel === "keys") return keypad();
    if (panel === "transfer") {
      return asking("colleagues", (found) => [cb.el("h3", "", "Hand on to"), rows(found, "No colleague of your team has a softphone on this line.", handOn)]);
    }
    if (panel === "device") return asking("devices", devices);
    return null;
  }

  const level = (call) => (call.muted ? 0 : Math.min(1, call.level * 2));

  function meter(value) {
    const bar = cb.el("meter", "dock-level");
    Object.assign(bar, { min: 0, max: 1, value });
    bar.setAttribute("aria-label", "How loud your microphone is");
    return bar;
  }

  /* Before a call: speak, and the bar moves. */
  function trial() {
    const bar = meter(0);
    const look = async () => {
      if (!bar.isConnected) return;
      bar.value = Math.min(1, 2 * (await cb.phone.run("level")));
      setTimeout(look, 150);
    };
    const begin = () => look().catch((error) => bar.replaceWith(error.message));
    setTimeout(begin, 150);
    return cb.el("p", "dock-trial", "Speak: ", bar);
  }

  function device(...shown) {
    const made = cb.el("button", "dock-device", ...shown);
    made.type = "button";
    made.title = "Microphone, loudspeaker, ring";
    made.setAttribute("aria-label", made.title);
    made.setAttribute("aria-expanded", String(panel === "device"));
    made.addEventListener("click", toggle("device"));
    return made;
  }

  const unheard = (call) => call.blocked || (call.state === "ringing" && state.ring === "blocked");

  async function hear() {
    if (await cb.phone.run("hear").catch(() => false)) return;
    cb.toast?.({ text: "The browser wants the click in the page that is the telephone: click there once.", icon: "volume-up-fill" });
  }

  const warnings = (call) => [
    call.numbered ? "The provider told this browser what looks like a phone number; it is not shown. Tell your administrator." : "",
    state.notice,
  ].filter(Boolean).map((text) => cb.el("p", "dock-word", cb.icon("exclamation-triangle"), cb.el("span", "", text)));

  function live(call) {
    const [tone, icon, text] = status(call);
    const who = name(call);
    const line = cb.el("div", `dock-state is-${tone}`, cb.icon(icon), cb.el("span", "clip", text));
    const timer = cb.el("span", "dock-timer");
    if (call.since) Object.assign(timer.dataset, { since: new Date(cb.now() - Date.now() + call.since).toISOString(), as: "timer" });
    const [bars, word] = quality(call);
    return [
      cb.el("div", "dock-head", cb.el("span", "avatar", initials(who)), cb.el("div", "dock-who", cb.el("strong", "clip", who), line), timer),
      ...warnings(call),
      unheard(call) ? button("Tap to hear", "volume-up-fill", hear, { tone: "is-hear" }) : null,
      open(),
      cb.el("div", "dock-buttons", ...buttons(call)),
      cb.el("div", "dock-foot", device(cb.icon("mic"), meter(level(call))), cb.el("span", "dock-quality", cb.icon(bars), cb.el("span", "", word))),
    ].filter(Boolean);
  }

  function idle() {
    const bad = (state.lines || []).find((line) => line.problem);
    const why = state.problem || bad?.problem || "";
    const elsewhere = state.owner === "window" && dock.dataset.window !== "yes";
    const text = state.registered ? `Softphone registered${elsewhere ? " · Window" : ""}` : `Softphone not registered${why ? `: ${why}` : ""}`;
    const pill = cb.el("div", `dock-idle is-${state.registered ? "connected" : "unknown"}`, cb.icon(state.registered ? "headset" : "telephone-x"), cb.el("span", "", text));
    if (state.registered) pill.append(device(cb.icon("sliders")));
    return [open(), pill].filter(Boolean);
  }

  function announce(call) {
    const [, , text] = call ? status(call) : ["", "", state.registered ? "Softphone registered" : "Softphone not registered"];
    const now = call ? [`${name(call)}: ${text}`, unheard(call) ? "Tap to hear" : "", ...warnings(call).map((one) => one.textContent)].filter(Boolean).join(". ") : text;
    if (now === said) return;
    said = now;
    dock.querySelector(".dock-said").textContent = now;
  }

  function refresh(call, body) {
    if (!call) return;
    const bar = body.querySelector(".dock-level");
    if (bar) bar.value = level(call);
    const [bars, word] = quality(call);
    const line = body.querySelector(".dock-quality");
    if (!line) return;
    line.firstChild.className = `bi bi-${bars}`;
    if (line.lastChild.textContent !== word) line.lastChild.textContent = word;
  }

  function paint() {
    if (!dock || !state) return;
    const call = state.call;
    if (call?.state !== "talking" && (panel !== "device" || (!call && !state.registered))) panel = "";
    const body = dock.querySelector(".dock-body");
    const drawn = JSON.stringify([state, panel, cards.length, call && name(call)], (key, value) => (["rtt", "level", "armed"].includes(key) ? undefined : value));
    if (drawn === was) return refresh(call, body);
    was = drawn;
    const focused = document.activeElement?.closest?.("#softphone [data-act]")?.dataset.act;
    const at = body.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") || document.activeElement.textContent : null;
    const keep = panel && body.querySelector(".dock-panel");
    const parts = call ? live(call) : idle();
    if (keep && dock.dataset.panel === panel) parts.splice(parts.findIndex((one) => one.classList.contains("dock-panel")), 1, keep);
    dock.dataset.panel = panel;
    dock.dataset.state = call ? call.state : state.registered ? "registered" : "away";
    dock.hidden = dock.dataset.line !== "yes" || (!call && !state.owner && dock.dataset.window !== "yes");
    body.replaceChildren(...parts);
    if (focused) body.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
    else if (at) [...body.querySelectorAll("button")].find((one) => (one.getAttribute("aria-label") || one.textContent) === at)?.focus();
    document.documentElement.classList.toggle("has-dock", Boolean(call) && !dock.hidden);
    announce(call);
  }

  cb.mounts.push(["#softphone", (element) => {
    dock = element;
    paint();
  }]);
  cb.on("phone", (news) => { state = news; paint(); });
  cb.on("phone-name", paint);
  cb.on("calls", (bodies) => {
    cards = bodies.filter((body) => body.direction === "inbound" && body.phase === "ringing");
    paint();
  });
})();
