/* One event stream for all tabs of this browser: HTTP/1.1 allows six connections, so a stream a tab would
   leave the sixth tab hanging. Tabs say {hello, last}; they get {event}, {state}, {reset}, {signedOut}. */
const KINDS = ["popup", "popup_gone", "entry", "call", "presence", "silence", "follow_up", "lead", "intent", "dialling", "wrap_up"];
const KEPT = 500;

const ports = new Set();
let source = null;
let last = null; // id of the newest event heard, or where the stream began
let began = null; // events after this id are in `kept`
let kept = [];
let wait = 500;
let state = "connecting";

function tell(message) {
  ports.forEach((port) => port.postMessage(message));
}

function setState(now) {
  if (state === now) return;
  state = now;
  tell({ state });
}

function hear(event) {
  const id = Number(event.lastEventId);
  if (id <= last) return;
  last = id;
  const heard = { id, kind: event.type, body: event.data };
  kept.push(heard);
  if (kept.length > KEPT) began = kept.shift().id;
  tell({ event: heard });
}

function open() {
  source = new EventSource(`/live/stream?last=${last}`);
  source.onopen = () => { wait = 500; setState("live"); };
  KINDS.forEach((kind) => source.addEventListener(kind, hear));
  source.addEventListener("reset", () => {
    // What we hold is too old to go on from. Tabs reload, and the first to come back gives the new start.
    source.close();
    source = last = began = null;
    kept = [];
    tell({ reset: true });
  });
  source.onerror = () => {
    setState("reconnecting");
    if (source.readyState === EventSource.CLOSED) reopen();
  };
}

/* After an answer other than 200 the browser gives up, and does not say why; so ask. */
async function reopen() {
  source.close();
  source = null;
  let status = 0;
  try { status = (await fetch("/live/mine", { cache: "no-store" })).status; } catch { /* still away */ }
  if (status === 401) return tell({ signedOut: true });
  setTimeout(() => { if (!source && last !== null && ports.size) open(); }, wait * (0.75 + Math.random() / 2));
  wait = Math.min(wait * 2, 15000);
}

function hello(port, from) {
  ports.add(port);
  if (last === null) last = began = from;
  if (!source) open();
  port.postMessage({ state });
  // The page was drawn at `from`; what came since then, it has not seen.
  if (from < began) return port.postMessage({ reset: true });
  kept.filter((heard) => heard.id > from).forEach((heard) => port.postMessage({ event: heard }));
}

onconnect = (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data.hello) hello(port, data.last);
    if (data.bye) ports.delete(port);
  };
  port.start();
};
