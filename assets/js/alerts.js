/* Sound and browser notifications, as the person chose them in the account menu. The sound is made here, by WebAudio;
   only one tab of the browser makes it: the first that was touched, until it closes. No text holds a number. */
(() => {
  const cb = window.callboard;
  const AGAIN = 3000;
  const RINGS_AT_MOST = 30000;
  let audio = null;
  let sounding = false; // this tab is the one that makes the sound
  let notifying = false;
  let timer = 0;

  const chosen = (name) => document.querySelector(`[data-preference="${name}"]`)?.getAttribute("aria-checked") === "true";
  const me = () => Number(document.getElementById("live-cursor")?.dataset.me);

  /* Held until the tab closes. Without locks (a page over plain http) the tab in sight is the one. A page that stands still,
     as while it opens a window, cannot take what it is given: it asks again. */
  function hold(name, taken) {
    if (!navigator.locks) return;
    navigator.locks.request(`callboard-${name}`, () => { taken(); return new Promise(() => {}); }).catch((error) => {
      console.warn(error.message);
      setTimeout(hold, AGAIN, name, taken);
    });
  }
  const mayRing = () => (navigator.locks ? sounding : !document.hidden);
  const mayNotify = () => (navigator.locks ? notifying : document.hidden);

  /* Two soft notes, a fifth apart. */
  function chime() {
    audio ??= new AudioContext();
    audio.resume();
    [[659.3, 0], [987.8, 0.16]].forEach(([pitch, after]) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const at = audio.currentTime + after;
      tone.type = "sine";
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.7);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.75);
    });
    cb.emit("sounded", {});
  }

  function ring() {
    clearTimeout(timer);
    const rings = (cb.calls || []).some((body) => body.phase === "ringing" && body.direction !== "outbound" && cb.now() - Date.parse(body.at) < RINGS_AT_MOST);
    if (!rings || !chosen("sound") || !mayRing()) return;
    if (cb.phone?.state().ring !== "sounding") chime(); // the softphone rings of itself
    timer = setTimeout(ring, AGAIN);
  }

  const plain = (text) => (text || "").replace(/\+?\d[\d\s().-]{4,}/g, "…");

  function notify(title, body, tag, lead) {
    if (!chosen("notify") || !mayNotify() || document.hasFocus() || !("Notification" in window) || Notification.permission !== "granted") return;
    const shown = new Notification(plain(title), { body: plain(body), tag });
    shown.onclick = () => {
      window.focus();
      location.assign(`/lead/${encodeURIComponent(lead)}?via=popup`);
      shown.close();
    };
  }

  async function choose(item) {
    const { preference: name } = item.dataset;
    const value = item.getAttribute("aria-checked") === "true" ? "off" : "on";
    if (name === "notify" && value === "on") {
      const may = "Notification" in window ? await Notification.requestPermission() : "denied";
      if (may !== "granted") return cb.toast({ icon: "bell-slash", text: "The browser does not allow notifications for this site. Allow them beside the address, then try again." });
    }
    try {
      await cb.post("/preference", { name, value });
      mark(name, value);
      tabs?.postMessage({ name, value });
      if (name === "sound" && value === "on") chime();
    } catch {
      cb.toast({ icon: "exclamation-triangle-fill", text: "That could not be kept. Please try again." });
    }
  }

  const mark = (name, value) => document.querySelector(`[data-preference="${name}"]`)?.setAttribute("aria-checked", String(value === "on"));
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("callboard-preferences") : null;
  tabs?.addEventListener("message", ({ data }) => mark(data.name, data.value));

  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-preference]");
    if (item) choose(item);
    if (event.target.closest("[data-test-sound]")) chime();
  });

  /* A browser lets a page sound only after it was touched; a tab that was not must not be the one. */
  const touched = () => {
    removeEventListener("pointerdown", touched, true);
    removeEventListener("keydown", touched, true);
    audio ??= new AudioContext();
    hold("sound", () => { sounding = true; ring(); });
  };
  addEventListener("pointerdown", touched, true);
  addEventListener("keydown", touched, true);

  document.addEventListener("DOMContentLoaded", () => {
    hold("notify", () => { notifying = true; });
    cb.on("rings", (body) => {
      if (body.direction === "outbound") return;
      ring();
      const lead = body.lead || {};
      notify(`${lead.name || "Unknown caller"} is calling`, [lead.programme, lead.stage].filter(Boolean).join(" · "), `call-${body.call_id}`, lead.id);
    });
    cb.on("calls", () => (cb.calls || []).some((body) => body.phase === "ringing") || clearTimeout(timer));
    cb.on("follow_up", (row) => {
      if (!row.reminder || row.state !== "open" || row.person_id !== me()) return;
      cb.toast({ icon: "calendar-event", text: `Time to call ${row.lead}${row.why ? `: ${row.why}` : ""}` });
      cb.announce(`Time to call ${row.lead}`);
      if (chosen("sound") && mayRing()) chime();
      notify(`Time to call ${row.lead}`, row.why || row.programme, `follow-up-${row.id}`, row.lead_id);
    });
  });
})();
