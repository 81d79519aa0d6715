/* The telephone itself, the same in the page (docked) and in its own window: lines, one call, the microphone.
   It answers by itself only the call the person has just asked for: once, within 30 seconds of asking, and only if
   the provider passes on its reference or, where the line says that it passes none, the first that rings. */
(() => {
  const cb = window.callboard;
  const ARMED = 30_000;
  const KEPT = "callboard-microphone"; // the chosen device's id, of this browser only

  /** `post(path, body)` asks our server; `changed(state)` hears every change. */
  cb.softphone = ({ post, changed }) => {
    const state = { registered: false, lines: [], call: null, microphone: "unknown", problem: "" };
    let lines = [];
    let call = null;
    let armed = null;
    let stream = null;
    let letGo = 0;

    const tell = () => {
      state.lines = lines.map(({ id, label, registered, problem }) => ({ id, label, registered, problem }));
      state.registered = lines.some((line) => line.registered);
      state.call = call && { ...call.shown, rtt: call.shown.rtt ?? call.lineRtt() };
      state.armed = Boolean(armed);
      changed(state);
    };

    function report(kind, detail = "", reference = call?.shown.reference ?? null) {
      const event = { id: crypto.randomUUID(), kind, detail, reference, at: new Date().toISOString() };
      post("/softphone/event", event).catch(() => post("/softphone/event", event).catch((error) => console.warn(error.message)));
    }

    async function fetched() {
      return (await post("/softphone/credentials", {})).lines;
    }

    /* ---- the microphone: asked for in a click, kept until the call is over */
    async function mic() {
      clearTimeout(letGo);
      if (stream?.getAudioTracks().some((track) => track.readyState === "live")) return stream;
      const chosen = localStorage.getItem(KEPT);
      const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: chosen ? { ...wanted, deviceId: { ideal: chosen } } : wanted });
      } catch (error) {
        state.microphone = error.name === "NotFoundError" ? "none" : "denied";
        tell();
        throw error;
      }
      state.microphone = "granted";
      tell();
      return stream;
    }

    function release(after = 0) {
      clearTimeout(letGo);
      letGo = setTimeout(() => {
        if (call) return;
        stream?.getTracks().forEach((track) => track.stop());
        stream = null;
      }, after);
    }

    /* ---- calls */
    function take(line, request) {
      const asked = armed;
      if (!asked || Date.now() - asked.at >= ARMED) return null;
      const told = request.getHeader("X-Call-Ref");
      return (line.arm === "next" ? !told || told === asked.reference : told === asked.reference) ? asked.reference : null;
    }

    function incoming(line, session, request) {
      const reference = take(line, request);
      // What was asked for comes before whatever else rings.
      if (call?.shown.state === "ringing" && reference !== null) call.end();
      if (call) return session.terminate({ status_code: 486 });
      call = cb.softphoneCall(session, {
        line, reference, mic, changed: tell, report: (kind, detail) => report(kind, detail),
      });
      call.line = line;
      call.lineRtt = () => line.rtt;
      call.ended = () => {
        tell();
        call = null;
        release();
        tell();
      };
      report("ringing");
      tell();
      if (reference === null) return;
      armed = null;
      call.answer().catch(() => {}); // it rings on, and says why
    }

    const phone = {
      state,
      /** Fetch the lines and register them. Rejects when the server cannot be asked. */
      async start() {
        const given = await fetched();
        phone.stop();
        const fresh = async (id) => (await fetched()).find((one) => one.id === id);
        lines = given.map((one) => cb.softphoneLine(one, {
          fresh,
          incoming,
          busy: () => call !== null,
          changed: (line) => {
            report(line.registered ? "registered" : "unregistered", `${line.label} ${line.problem}`.trim(), null);
            tell();
          },
        }));
        lines.forEach((line) => line.start());
        tell();
      },
      stop() {
        call?.end();
        lines.forEach((line) => line.stop());
        lines = [];
        release();
        tell();
      },
      /** Answer the call of this reference, and no other, when it rings within 30 seconds. */
      arm(reference) {
        armed = { reference, at: Date.now() };
        setTimeout(() => { if (armed?.reference === reference) { armed = null; release(); tell(); } }, ARMED);
        tell();
      },
      disarm() { armed = null; release(); tell(); },
      async microphone() { await mic(); release(ARMED + 5000); return true; },
      answer: () => call?.answer(),
      hangup: () => call?.end(),
      mute: (on) => call?.mute(on),
      async hold(on) { await call?.line.renew().catch(() => {}); call?.hold(on); },
      keys: (tones) => call?.keys(tones),
      async transfer(uri) { return call ? (await call.line.renew().catch(() => {}), call.transfer(uri)) : false; },
      hear: () => call?.hear(),
      async colleagues() {
        const found = (await post("/softphone/colleagues", {})).colleagues;
        return found.filter((one) => !call || one.line === call.line.id);
      },
      async devices() {
        const found = await navigator.mediaDevices.enumerateDevices();
        const chosen = localStorage.getItem(KEPT);
        return found.filter((one) => one.kind === "audioinput").map((one, at) => ({
          id: one.deviceId, label: one.label || `Microphone ${at + 1}`, chosen: one.deviceId === chosen,
        }));
      },
      async choose(id) {
        localStorage.setItem(KEPT, id);
        const before = stream;
        stream = null;
        const made = await mic();
        call?.speak(made);
        before?.getTracks().forEach((track) => track.stop());
        if (!call) release(ARMED);
      },
      /** How loud the microphone is now, 0 to 1. */
      level: () => call?.shown.level ?? 0,
    };
    return phone;
  };
})();
