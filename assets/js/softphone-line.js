/* One line of the softphone: keeps one SIP address registered at one server. JsSIP has no keep-alive, no limit for
   connecting, and knows nothing of passwords that end; those are here. Nothing here knows of pages or tabs.
   `given` is a line of /softphone/credentials; `fresh()` fetches the same line anew. */
(() => {
  const cb = window.callboard;
  const EXPIRES = 300;
  const IDLE = 15_000; // between two questions whether the server still answers
  const BUSY = 2500; // the same, during a call
  const PATIENCE = 2500; // for the answer
  const CONNECTING = 5000;
  const AGAIN = [1000, 2000, 4000, 8000];

  cb.softphoneLine = (given, { fresh, changed, incoming, busy }) => {
    const line = { id: given.id, label: given.label, arm: given.arm, registered: false, rtt: null, problem: given.problem || "" };
    if (line.problem) return Object.assign(line, { start() {}, stop() {}, renew: async () => {} });

    const socket = new JsSIP.WebSocketInterface(given.url);
    const ua = new JsSIP.UA({
      sockets: [socket],
      uri: given.aor,
      // Not the socket's own name: after a reconnection the provider finds us again, and our BYE the call.
      contact_uri: `${given.aor};transport=ws`,
      authorization_user: given.user,
      password: given.password,
      register_expires: EXPIRES,
      session_timers: false,
      user_agent: "Callboard",
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
    });
    let stopped = false;
    let failures = 0;
    let connecting = 0;
    let retry = 0;
    let probing = 0;
    let waiting = 0;

    function say(registered, problem = "") {
      if (line.registered === registered && line.problem === problem) return;
      Object.assign(line, { registered, problem });
      changed(line);
    }

    /* The path is dead although nobody closed it. */
    function cut() {
      if (stopped) return;
      clearTimeout(waiting);
      waiting = 0;
      socket.disconnect();
      socket.ondisconnect?.(true, 0, "no answer");
    }

    function probe() {
      if (stopped || waiting || !ua.isConnected()) return;
      const asked = performance.now();
      waiting = setTimeout(cut, PATIENCE);
      const heard = () => {
        clearTimeout(waiting);
        waiting = 0;
        line.rtt = Math.round(performance.now() - asked);
      };
      // Any answer will do, also a refusal: somebody is there.
      ua.sendOptions(`sip:${given.aor.split("@")[1]}`, null, {
        eventHandlers: { succeeded: heard, failed: ({ originator }) => originator === "remote" && heard() },
      });
    }

    function pace() {
      clearTimeout(probing);
      if (stopped) return;
      probing = setTimeout(() => { probe(); pace(); }, busy() ? BUSY : IDLE);
    }

    /** Take a new password before the old one ends. */
    line.renew = async () => {
      const next = await fresh(line.id);
      if (stopped || !next || next.problem) return say(line.registered, next?.problem || "this line was taken away");
      ua.set("authorization_user", next.user);
      ua.set("password", next.password);
    };

    async function again() {
      if (stopped) return;
      try {
        await line.renew();
      } catch (error) {
        say(false, error.message);
        return later();
      }
      if (!stopped && ua.isConnected()) ua.register();
    }

    function later() {
      clearTimeout(retry);
      retry = setTimeout(again, AGAIN[Math.min(failures, AGAIN.length - 1)]);
      failures += 1;
    }

    ua.on("connecting", () => {
      clearTimeout(connecting);
      connecting = setTimeout(cut, CONNECTING);
    });
    ua.on("connected", () => {
      clearTimeout(connecting);
      pace();
    });
    ua.on("disconnected", () => {
      clearTimeout(connecting);
      clearTimeout(waiting);
      waiting = 0;
      say(false, stopped ? "" : "the provider's server cannot be reached; trying again");
    });
    ua.on("registered", () => {
      failures = 0;
      say(true);
    });
    ua.on("registrationFailed", ({ cause }) => {
      say(false, `the provider refused: ${cause}`);
      later();
    });
    ua.on("registrationExpiring", again);
    ua.on("newRTCSession", ({ originator, session, request }) => originator === "remote" && incoming(line, session, request));

    const wake = () => document.hidden || probe();
    line.start = () => {
      addEventListener("online", wake);
      document.addEventListener("visibilitychange", wake);
      ua.start();
    };
    line.stop = () => {
      stopped = true;
      removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      [connecting, retry, probing, waiting].forEach(clearTimeout);
      ua.stop();
      line.registered = false;
    };
    return line;
  };
})();
