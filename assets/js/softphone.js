/* Which page is the telephone. One per person and browser: whoever holds the lock; every other page is its remote
   control over a channel. `callboard.phone` is the seam for the rest; `callboard:phone` says every change.
   Docked: a tab of the app holds it. Window: /softphone does, and lives on while tabs reload and close. */
(() => {
  const cb = window.callboard;
  const WINDOW = "callboard-softphone";
  const PATIENCE = 6000; // for a phone to appear and register after a click
  const REPLY = 4000;
  const AGAIN = 4000; // our own server could not be asked
  const alone = { owner: null, registered: false, lines: [], call: null, microphone: "unknown", notice: "", ring: "silent" };

  let here = null; // {me, mode, window, line, library}
  let phone = null; // while this page is the telephone
  let heard = { ...alone };
  let channel = null;
  let handle = null;
  let giveUp = null; // ends the lock
  let queued = null; // AbortController of a lock we wait for
  const asked = new Map();
  const names = new Map(); // reference → {name, lead}

  /* Not cb.post: a session that ended must not throw a page with a call in it to the sign-in. */
  async function post(path, body) {
    const answer = await fetch(path, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) throw new Error("You are signed out: sign in again.");
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  function publish(state) {
    heard = { ...alone, ...state, owner: phone ? (here.window ? "window" : "docked") : state.owner };
    if (phone) channel?.postMessage({ state: heard });
    cb.emit("phone", { ...heard, reference: heard.call?.reference ?? null });
  }

  const library = () => new Promise((resolve, reject) => {
    if (window.JsSIP) return resolve();
    const script = document.createElement("script");
    script.src = here.library;
    script.onload = resolve;
    script.onerror = () => reject(new Error("The softphone could not be loaded."));
    document.head.append(script);
  });

  async function rise() {
    try {
      await library();
      await phone?.start();
    } catch (error) {
      publish({ ...alone, problem: error.message });
      setTimeout(() => phone && rise(), AGAIN);
    }
  }

  function own(release) {
    giveUp = release;
    phone = cb.softphone({ post, changed: publish, sound: here.sound });
    rise();
  }

  function resign() {
    if (!phone) return;
    phone.stop();
    phone = null;
    giveUp?.();
    publish({ ...alone });
    channel.postMessage({ state: heard });
  }

  /* Become the telephone as soon as nobody else is. */
  function stand() {
    if (phone || queued || !navigator.locks) return;
    const { signal } = (queued = new AbortController());
    navigator.locks.request(`callboard-phone-${here.me}`, { signal }, () => {
      queued = null;
      return new Promise(own);
    }).catch((error) => {
      if (signal.aborted) return; // we sat down
      console.warn(error.message);
      queued = null;
      setTimeout(stand, AGAIN);
    });
  }

  function sitDown() {
    queued?.abort();
    queued = null;
  }

  /* ---- commands go to the telephone, wherever it is */
  function run(name, ...args) {
    if (phone) return Promise.resolve(phone[name](...args));
    if (!channel || !heard.owner) return Promise.reject(new Error("no telephone"));
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      channel.postMessage({ run: name, args, id });
      setTimeout(() => asked.delete(id) && reject(new Error("the telephone does not answer")), REPLY);
    });
  }

  const COMMANDS = ["arm", "disarm", "answer", "hangup", "mute", "hold", "keys", "transfer", "hear", "microphone", "colleagues", "devices", "choose", "loudspeaker", "volume", "level"];

  async function onMessage({ data }) {
    if (data.state && !phone) publish(data.state);
    if (data.hello && phone) channel.postMessage({ state: heard });
    if (data.names) data.names.forEach(([reference, one]) => names.set(reference, one)), cb.emit("phone-name", {});
    if (data.hello && names.size) channel.postMessage({ names: [...names] });
    if (data.run && phone && COMMANDS.includes(data.run)) {
      try {
        channel.postMessage({ reply: data.id, value: (await phone[data.run](...data.args)) ?? null });
      } catch (error) {
        channel.postMessage({ reply: data.id, error: error.message });
      }
    }
    if (data.reply && asked.has(data.reply)) {
      const { resolve, reject } = asked.get(data.reply);
      asked.delete(data.reply);
      if (data.error) reject(new Error(data.error));
      else resolve(data.value);
    }
    if (data.yield && !here.window) {
      sitDown();
      if (phone && !phone.state.call) resign();
    }
    // The window has gone: a docked person's tabs take over again.
    if (data.gone && !here.window && here.mode === "docked") stand();
  }

  const until = (fits, within = PATIENCE) => new Promise((resolve) => {
    if (fits()) return resolve(true);
    const stop = (value) => { clearTimeout(timer); removeEventListener("callboard:phone", look); resolve(value); };
    const timer = setTimeout(() => stop(false), within);
    const look = () => fits() && stop(true);
    addEventListener("callboard:phone", look);
  });

  const no = (text) => { cb.toast?.({ text, icon: "telephone-x" }); return false; };

  /** Open the softphone's window, or bring it to the front; call it within a click. */
  function openWindow() {
    if (handle && !handle.closed) handle.focus();
    else if (heard.owner !== "window") {
      // By name first and without an address: an address would reload the window, and end its call.
      handle = window.open("", WINDOW, "popup,width=376,height=560");
      if (!handle) return no("The browser blocked the softphone's window. Allow pop-ups for this site, then call again.");
      if (handle.location.href === "about:blank") handle.location = "/softphone";
      handle.focus();
    }
    return true;
  }

  cb.phone = {
    /** Can a call be placed in this mode now? Within the click: it may open the window and ask for the microphone. */
    async ready(mode) {
      if (mode === "hardphone") return true;
      if (!here?.line) return no("You have no softphone yet. Ask your administrator for one, or call with your desk phone.");
      if (!navigator.locks || !navigator.mediaDevices) return no("The softphone needs https: a browser gives no microphone to this address.");
      if (mode === "window" && !here.window && !openWindow()) return false;
      here.mode = mode;
      if (mode === "docked" && heard.owner !== "window") stand();
      if (!(await until(() => heard.registered && (mode !== "window" || heard.owner === "window")))) {
        return no(`The softphone is not registered${heard.problem ? `: ${heard.problem}` : ""}. Call with your desk phone, or try again.`);
      }
      if (heard.call) return no("You are on a call: end it first.");
      try {
        await run("microphone");
      } catch {
        return no("No microphone: allow it for this site in the browser, and check that one is plugged in.");
      }
      return true;
    },
    arm: (reference) => run("arm", reference).catch((error) => no(`The softphone: ${error.message}.`)),
    disarm: () => run("disarm").catch(() => false),
    hangup: () => run("hangup"),
    state: () => heard,
    run,
    openWindow,
    /** Whom a call is with, by what we know ourselves: never by what SIP says. */
    nameOf: (reference) => names.get(reference) ?? null,
  };

  function called(body) {
    if (!body.reference || !body.lead || names.has(body.reference)) return;
    const name = typeof body.lead === "string" ? body.lead : body.lead.name;
    names.set(body.reference, { name, lead: body.lead_id });
    channel?.postMessage({ names: [[body.reference, names.get(body.reference)]] });
    cb.emit("phone-name", {});
  }
  cb.on("dialled", called); // this page's own click, at once
  cb.on("intent", called);

  addEventListener("beforeunload", (event) => {
    if (!phone?.state.call || phone.state.call.state === "ringing") return;
    event.preventDefault();
    event.returnValue = "";
  });
  addEventListener("pagehide", () => {
    if (!phone) return;
    phone.hangup();
    phone = null;
    channel.postMessage({ state: { ...alone } });
    if (here.window) channel.postMessage({ gone: true });
  });
  addEventListener("pageshow", (event) => event.persisted && here?.line && location.reload());

  function begin(element) {
    if (here) return;
    const { me, mode, line, sound, library: file } = element.dataset;
    here = { me, mode, line: line === "yes", library: file, window: element.dataset.window === "yes", sound: sound === "on" };
    if (!here.line || !window.BroadcastChannel) return cb.emit("phone", heard);
    channel = new BroadcastChannel(`callboard-phone-${me}`);
    channel.onmessage = onMessage;
    new BroadcastChannel("callboard-preferences").onmessage = ({ data: { name, value } }) => {
      if (name !== "sound") return;
      here.sound = value === "on";
      phone?.sound(here.sound);
    };
    if (here.window) channel.postMessage({ yield: true });
    channel.postMessage({ hello: true });
    if (here.window || mode === "docked") stand();
    cb.emit("phone", heard);
  }
  cb.mounts.push(["#softphone", begin]);
})();
