/* One call of the softphone: its media, and what can be done with it. What it says of itself is taken from the
   media's own statistics: a provider's "200 OK" is no proof that anybody can be heard. */
(() => {
  const cb = window.callboard;
  const CANDIDATES = 250; // ms; JsSIP would wait for all, with a dead STUN server for 40 s
  const QUIET = 4000; // ms without a packet until we say that nothing is heard

  /** `devices.mic()` resolves to a MediaStream; `changed` is called whenever `call.shown` has changed. */
  cb.softphoneCall = (session, { line, reference, numbered, devices, changed, report }) => {
    // All of it goes to every tab; of SIP's own words nothing does, for a Call-ID too may be made of a number.
    const shown = {
      id: crypto.randomUUID(), line: line.label, reference, numbered, state: "ringing", since: null, muted: false,
      held: false, heldByThem: false, silent: false, blocked: false, rtt: null, level: 0, why: "",
    };
    const call = { shown, session };
    const audio = new Audio();
    audio.autoplay = true;
    let packets = 0;
    let heardAt = 0;
    let meter = 0;

    const set = (news) => {
      Object.assign(shown, news);
      changed();
    };

    async function play() {
      try {
        await audio.play();
        set({ blocked: false });
      } catch (error) {
        if (error.name === "NotAllowedError") set({ blocked: true });
        else if (error.name !== "AbortError") report("failed", `audio: ${error.name}`); // the call ended meanwhile
      }
      return !shown.blocked;
    }

    async function measure() {
      const stats = await session.connection?.getStats();
      if (!stats || shown.state !== "talking") return;
      const news = { level: 0 };
      stats.forEach((one) => {
        if (one.type === "inbound-rtp" && one.kind === "audio" && one.packetsReceived > packets) {
          packets = one.packetsReceived;
          heardAt = Date.now();
        }
        if (one.type === "media-source" && one.kind === "audio") news.level = Math.round((one.audioLevel || 0) * 100) / 100;
        if (one.type === "candidate-pair" && one.nominated && one.currentRoundTripTime !== undefined) {
          news.rtt = Math.round(one.currentRoundTripTime * 1000);
        }
      });
      const still = shown.held || shown.heldByThem;
      if (still) heardAt = Date.now();
      news.silent = !still && Date.now() - heardAt > QUIET;
      if (news.silent && !shown.silent) report("silent", "connected, but no audio arrives");
      if (Object.keys(news).some((key) => news[key] !== shown[key])) set(news);
    }

    function over(kind, { originator, cause }) {
      clearInterval(meter);
      audio.srcObject = null;
      set({ state: "ended", why: cause || "", silent: false, level: 0 });
      report(kind, `${originator}: ${cause}`);
      call.ended?.();
    }

    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", ({ track, streams }) => {
        if (track.kind !== "audio") return;
        audio.srcObject = streams[0] || new MediaStream([track]);
        devices.loudspeaker().then((id) => id && call.soundAt(id)).catch((error) => report("failed", `loudspeaker: ${error.name}`));
        play();
      });
    });
    let gathering = 0;
    session.on("icecandidate", ({ ready }) => {
      gathering ||= setTimeout(ready, CANDIDATES);
    });
    session.on("confirmed", () => {
      if (shown.state === "talking") return;
      heardAt = Date.now();
      meter = setInterval(() => measure().catch((error) => report("failed", `statistics: ${error.message}`)), 1000);
      set({ state: "talking", since: Date.now() });
      report("talking");
    });
    session.on("muted", () => set({ muted: true }));
    session.on("unmuted", () => set({ muted: false }));
    session.on("hold", ({ originator }) => set(originator === "local" ? { held: true } : { heldByThem: true }));
    session.on("unhold", ({ originator }) => set(originator === "local" ? { held: false } : { heldByThem: false }));
    session.on("ended", (event) => over("ended", event));
    session.on("failed", (event) => over("failed", event));

    call.answer = async () => {
      if (shown.state !== "ringing") return;
      set({ state: "connecting" });
      let stream;
      try {
        stream = await devices.mic();
      } catch (error) {
        report("no_microphone", error.name);
        set({ state: "ringing", why: "No microphone: allow it for this page, then answer." });
        throw error;
      }
      if (session.isEnded()) return;
      session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
      report("answered");
    };
    call.end = () => {
      if (!session.isEnded()) session.terminate(shown.state === "ringing" ? { status_code: 486 } : {});
    };
    call.mute = (on = !shown.muted) => {
      if (on) session.mute({ audio: true });
      else session.unmute({ audio: true });
      report(on ? "muted" : "unmuted");
    };
    call.hold = (on = !shown.held) => {
      if (on ? session.hold() : session.unhold()) report(on ? "held" : "resumed");
    };
    /** In the audio (RFC 4733), which is what a provider's menus listen to. */
    call.keys = (tones) => session.sendDTMF(tones, { transportType: "RFC2833", duration: 120, interToneGap: 80 });
    /** Hand the call on, and leave it once the other side has taken that up. Resolves to whether it has. */
    call.transfer = (uri) => new Promise((resolve) => {
      session.refer(uri, {
        eventHandlers: {
          requestFailed: () => resolve(false),
          failed: () => resolve(false),
          accepted: () => {
            report("transferred");
            resolve(true);
            call.end();
          },
        },
      });
    });
    call.hear = play;
    call.sink = () => audio.sinkId ?? "";
    call.soundAt = (id) => audio.setSinkId(id);
    /** Speak into another microphone from now on; a muted call stays muted. */
    call.speak = (stream) => session.connection?.getSenders().forEach((sender) => {
      if (sender.track?.kind !== "audio") return;
      const [track] = stream.getAudioTracks();
      track.enabled = sender.track.enabled;
      sender.replaceTrack(track).catch((error) => report("failed", `microphone: ${error.name}`));
    });
    return call;
  };
})();
