/* The live feed: every event becomes `callboard:<kind>` on window, each id once, in order.
   Also `callboard:mine` (what is open now, asked once the page stands) and `callboard:connection`. */
(() => {
  const cb = window.callboard;
  const session = cb.cookie("callboard_csrf");
  let last = 0;

  /* Somebody else signed in, in another tab: this page shows the former person's world. */
  function sameSession() {
    if (cb.cookie("callboard_csrf") === session) return true;
    location.reload();
    return false;
  }

  function hear({ id, kind, body }) {
    if (id <= last || !sameSession()) return;
    last = id;
    cb.lastEvent = id;
    cb.emit(kind, JSON.parse(body));
  }

  function setState(state) {
    document.querySelectorAll(".live-state").forEach((element) => { element.dataset.state = state; });
    cb.connection = state;
    cb.emit("connection", { state });
  }

  async function mine() {
    const answer = await fetch("/live/mine", { cache: "no-store" });
    if (answer.status === 401) return cb.signIn();
    if (answer.ok) cb.emit("mine", await answer.json());
  }

  function onMessage({ data }) {
    if (data.event) hear(data.event);
    if (data.state) setState(data.state);
    if (data.reset) location.reload();
    if (data.signedOut) cb.signIn();
  }

  function shared({ me, worker: script }) {
    const worker = new SharedWorker(script, { name: `callboard-${me}` });
    worker.port.onmessage = onMessage;
    worker.port.start();
    const hello = () => worker.port.postMessage({ hello: true, last });
    hello();
    addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
    addEventListener("pageshow", (event) => event.persisted && hello());
  }

  /* Without SharedWorker (Chrome on Android): a stream of this tab's own. */
  function alone() {
    let wait = 500;
    const open = () => {
      const source = new EventSource(`/live/stream?last=${last}`);
      source.onopen = () => { wait = 500; setState("live"); };
      for (const kind of ["popup", "popup_gone", "entry", "call", "presence", "silence", "follow_up", "lead", "intent", "dialling", "wrap_up"]) {
        source.addEventListener(kind, (event) => hear({ id: Number(event.lastEventId), kind, body: event.data }));
      }
      source.addEventListener("reset", () => location.reload());
      source.onerror = () => {
        setState("reconnecting");
        if (source.readyState !== EventSource.CLOSED) return;
        source.close();
        mine().catch(() => {});
        setTimeout(open, wait);
        wait = Math.min(wait * 2, 15000);
      };
    };
    open();
  }

  let started = false;
  cb.mounts.push(["#live-cursor[data-last]", (element) => {
    if (started) return;
    started = true;
    last = Number(element.dataset.last);
    if (window.SharedWorker) shared(element.dataset);
    else alone();
    mine().catch(() => setState("reconnecting"));
    document.addEventListener("visibilitychange", () => document.hidden || sameSession());
  }]);
})();
