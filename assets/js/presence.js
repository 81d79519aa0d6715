/* The pill that says whether I am checked in, on a break, out, or on a call; its menu changes it. */
(() => {
  const cb = window.callboard;
  const STATES = {
    in: { tone: "connected", word: "Checked in" },
    break: { tone: "pending", word: "On a break" },
    out: { tone: "unknown", word: "Checked out" },
  };

  function draw(pill) {
    const call = (cb.calls || []).find((body) => body.phase === "talking");
    const { state, from } = pill.dataset;
    const look = STATES[state] || STATES.out;
    const [dot, word, when] = pill.children;
    dot.className = `dot is-${call ? "connected" : look.tone}`;
    word.textContent = call ? "On a call" : look.word;
    if (call) {
      when.dataset.since = call.at;
      when.dataset.as = "timer";
      cb.tick();
    } else {
      delete when.dataset.since;
      when.textContent = from ? `since ${cb.words.clock(from)}` : "";
    }
    document.querySelectorAll("[data-presence]").forEach((item) => {
      item.setAttribute("aria-checked", String(item.dataset.presence === state));
    });
  }

  function take({ person_id, state, since }) {
    const me = Number(document.getElementById("live-cursor")?.dataset.me);
    const pill = document.getElementById("shell-presence");
    if (!pill || (person_id && person_id !== me)) return;
    pill.dataset.state = state;
    pill.dataset.from = since || "";
    draw(pill);
  }

  document.addEventListener("click", async (event) => {
    const item = event.target.closest("[data-presence]");
    if (!item) return;
    const pill = document.getElementById("shell-presence");
    const before = { state: pill.dataset.state, since: pill.dataset.from };
    take({ state: item.dataset.presence, since: new Date(cb.now()).toISOString() });
    try {
      take(await cb.post("/live/presence", { state: item.dataset.presence }));
    } catch {
      take(before);
      cb.toast({ tone: "missed", icon: "exclamation-triangle-fill", text: "Your state could not be changed. Please try again." });
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("presence", take);
    cb.on("calls", () => {
      const pill = document.getElementById("shell-presence");
      if (pill) draw(pill);
    });
    cb.on("mine", ({ presence }) => presence?.state && take(presence));
  });

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
