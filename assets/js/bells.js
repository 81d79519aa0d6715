/* The bells' counts: how many missed and pending entries are open for this person, as ids, so that hearing of
   one twice changes nothing. Also the number in the tab's title. */
(() => {
  const cb = window.callboard;
  const open = new Map(); // entry id → kind
  const heard = new Map(); // entry id → {at: event id, kind, open}
  let asked = false; // until the server has told, the counts drawn by the server stand

  function count(kind) {
    return [...open.values()].filter((one) => kind === "all" || one === kind).length;
  }

  function write(element, calm) {
    const number = count(element.dataset.bell);
    const text = number > 999 ? "999+" : String(number);
    if (element.textContent === text) return;
    const more = number > Number(element.dataset.count || 0);
    element.textContent = text;
    element.dataset.count = number;
    element.classList.toggle("is-bumped", false);
    if (more && !calm) requestAnimationFrame(() => element.classList.add("is-bumped"));
  }

  function draw(calm = false) {
    if (!asked) return;
    document.querySelectorAll("[data-bell]").forEach((element) => write(element, calm));
    title();
  }

  function title() {
    const bare = document.title.replace(/^\(\d+\+?\) /, "");
    const number = count("missed");
    const wanted = number ? `(${number}) ${bare}` : bare;
    if (document.title !== wanted) document.title = wanted;
  }

  function take(id, kind, isOpen) {
    if (isOpen) open.set(id, kind);
    else open.delete(id);
  }

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("entry", ({ id, kind, state, late }) => {
      heard.set(id, { at: cb.lastEvent, kind, open: state === "open" });
      take(id, kind, state === "open");
      draw(late); // what was found late is counted, and rings nobody
    });
    cb.on("mine", ({ last, entries }) => {
      asked = true;
      open.clear();
      entries.forEach(({ id, kind }) => open.set(id, kind));
      heard.forEach((known, id) => known.at > last && take(id, known.kind, known.open));
      draw();
    });
    new MutationObserver(title).observe(document.querySelector("title"), { childList: true });
  });
  cb.mounts.push(["[data-bell]", (element) => asked && write(element)]);
})();
