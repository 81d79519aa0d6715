/* The other end of the line in the softphone's tests: whoever the provider lets speak. `peer.begin({url, aor, user,
   password})` registers; `peer.call(uri, headers)`; `peer.onward(uri)` rings somebody else and lets the two speak, as a
   provider does that rang the agent first. What happened stands in `peer.log`. */
window.peer = (() => {
  const it = { log: [], session: null, registered: "", stats: {} };
  const note = (word) => it.log.push(word);

  function take(session, mine) {
    it.session = session;
    session.on("progress", () => note("progress"));
    session.on("confirmed", () => note("confirmed"));
    session.on("ended", ({ originator, cause }) => { it.endedAt = Date.now(); note(`ended ${originator} ${cause}`); });
    session.on("failed", ({ originator, cause, message }) => note(`failed ${originator} ${message?.status_code ?? ""} ${cause}`));
    session.on("newDTMF", ({ originator, dtmf }) => originator === "remote" && note(`key ${dtmf.tone}`));
    session.on("hold", ({ originator }) => note(`hold ${originator}`));
    session.on("unhold", ({ originator }) => note(`unhold ${originator}`));
    // As a provider does: it calls whoever the call is handed on to.
    session.on("refer", ({ accept }) => accept((next) => {
      note("refer");
      next.on("icecandidate", ({ ready }) => setTimeout(ready, 250));
      next.on("confirmed", () => note("handed on"));
    }, { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } }));
    session.on("icecandidate", ({ ready }) => setTimeout(ready, 250));
    const hear = (pc) => pc.addEventListener("track", ({ streams }) => {
      const audio = new Audio();
      audio.srcObject = streams[0];
      audio.play();
    });
    if (mine) hear(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
  }

  it.begin = ({ url, aor, user, password }) => {
    it.ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(url)], uri: aor, contact_uri: `${aor};transport=ws`,
      authorization_user: user, password, session_timers: false, register_expires: 600,
      connection_recovery_min_interval: 1, connection_recovery_max_interval: 1,
    });
    it.ua.on("registered", () => { it.registered = "yes"; });
    it.ua.on("unregistered", () => { it.registered = ""; });
    it.ua.on("registrationFailed", ({ cause, response }) => { it.registered = `refused ${response?.status_code ?? ""} ${cause}`; });
    it.ua.on("newRTCSession", ({ originator, session }) => {
      if (originator !== "remote") return;
      note("incoming");
      take(session, false);
      if (it.auto) session.answer({ mediaConstraints: { audio: true, video: false } });
    });
    it.ua.start();
  };
  it.call = (uri, headers = [], name = undefined) => {
    it.log = [];
    const session = it.ua.call(uri, { mediaConstraints: { audio: true, video: false }, extraHeaders: headers, fromDisplayName: name, pcConfig: { iceServers: [] } });
    take(session, true);
  };
  it.answer = () => it.session.answer({ mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } });
  it.onward = (uri) => {
    const agent = it.session;
    const said = (session) => session.connection.getReceivers().find(({ track }) => track.kind === "audio").track;
    const lead = it.ua.call(uri, { mediaStream: new MediaStream([said(agent)]), pcConfig: { iceServers: [] } });
    lead.on("icecandidate", ({ ready }) => setTimeout(ready, 250));
    lead.on("progress", () => note("lead rings"));
    lead.on("confirmed", () => {
      agent.connection.getSenders().forEach((sender) => sender.replaceTrack(said(lead)));
      note("bridged");
    });
    const hangUp = (other) => () => other.isEnded() || other.terminate();
    agent.on("ended", hangUp(lead));
    lead.on("ended", hangUp(agent));
  };
  it.heard = async () => {
    const found = { packets: 0, energy: 0, lost: 0 };
    (await it.session.connection.getStats()).forEach((one) => {
      if (one.type === "inbound-rtp" && one.kind === "audio") Object.assign(found, { packets: one.packetsReceived, energy: one.totalAudioEnergy, lost: one.packetsLost });
    });
    return found;
  };
  return it;
})();
