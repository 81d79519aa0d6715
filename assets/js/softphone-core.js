/* The telephone itself, the same in the page (docked) and in its own window: lines, one call, its devices, the ring.
   It answers by itself only the call the person has just asked for: once, within 30 seconds of asking, and only if
   the provider passes on its reference or, where the line says that it passes none, the first that rings. */
(() => {
  const cb = window.callboard;
  const ARMED = 30_000;
  const LISTENING = 2000; // ms the microphone stays open after its level was last looked at

  /** `post(path, body)` asks our server; `changed(state)` hears every change. `sound`: does the person want any? */
  cb.softphone = ({ post, changed, sound }) => {
    const state = { registered: false, lines: [], call: null, microphone: "unknown", notice: "", ring: "silent", problem: "" };
    let lines = [];
    let call = null;
    let armed = null;
    let own = []; // the institution's numbers, which a provider may well show as who calls

    const devices = cb.softphoneDevices({
      call: () => call,
      changed: (news) => { Object.assign(state, news); tell(); },
    });
    const ring = cb.softphoneRing({ wanted: sound, changed: () => tell() });

    const tell = () => {
      ring.should(call?.shown.state === "ringing" && (call.shown.reference === null || call.shown.why !== ""));
      state.ring = ring.state;
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
      const told = await post("/softphone/credentials", {});
      own = told.own;
      return told.lines;
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
      const numbered = cb.softphoneNumbers(request, own);
      call = cb.softphoneCall(session, {
        line, reference, numbered: numbered.length > 0, devices, changed: tell, report: (kind, detail) => report(kind, detail),
      });
      call.line = line;
      call.lineRtt = () => line.rtt;
      call.ended = () => {
        tell();
        call = null;
        state.notice = "";
        devices.release();
        tell();
      };
      report("ringing");
      if (numbered.length) report("number_told", numbered.join(", "));
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
        devices.start();
        tell();
      },
      stop() {
        call?.end();
        lines.forEach((line) => line.stop());
        lines = [];
        devices.stop();
        devices.release();
        tell();
      },
      /** Answer the call of this reference, and no other, when it rings within 30 seconds. */
      arm(reference) {
        armed = { reference, at: Date.now() };
        setTimeout(() => { if (armed?.reference === reference) { armed = null; devices.release(); tell(); } }, ARMED);
        tell();
      },
      disarm() { armed = null; devices.release(); tell(); },
      async microphone() { await devices.mic(); devices.release(ARMED + 5000); return true; },
      answer: () => call?.answer(),
      hangup: () => call?.end(),
      mute: (on) => call?.mute(on),
      async hold(on) { await call?.line.renew().catch(() => {}); call?.hold(on); },
      keys: (tones) => call?.keys(tones),
      async transfer(uri) { return call ? (await call.line.renew().catch(() => {}), call.transfer(uri)) : false; },
      /** Resolves to whether what was blocked, ring or voice, is heard now. */
      hear: async () => (call?.shown.state === "ringing" ? ring.hear() : Boolean(await call?.hear())),
      async colleagues() {
        const found = (await post("/softphone/colleagues", {})).colleagues;
        return found.filter((one) => !call || one.line === call.line.id);
      },
      /** Their names are told to whom may listen only, so the microphone is asked for. */
      async devices() {
        if (!call) await devices.mic().then(() => devices.release(LISTENING)).catch((error) => report("no_microphone", error.name));
        return { ...(await devices.list()), volume: ring.volume(), sound };
      },
      async choose(id) { await devices.choose(id); if (!call) devices.release(ARMED); },
      loudspeaker: (id) => devices.chooseLoudspeaker(id),
      volume: (value) => ring.volume(value),
      sound(on) { sound = on; ring.choose(on); },
      /** How loud the microphone is now, 0 to 1. */
      level() {
        if (!call) devices.release(LISTENING);
        return call?.shown.level ?? devices.level();
      },
    };
    return phone;
  };
})();
