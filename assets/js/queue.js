/* The counselor's queue: entries in [data-entries], kept right by `entry` events. An item that is opened says
   "Cleared" and stays where it is until the person moves on; everything else leaves as it is cleared. */
(() => {
  const cb = window.callboard;
  const DIRECTION = { inbound: "telephone-inbound", outbound: "telephone-outbound", campaign: "megaphone" };
  const recent = []; // [event id, entry]: what may have come between the page's reading and its drawing
  let queue = null;

  class Queue {
    constructor(root) {
      this.root = root;
      this.list = root.querySelector("[data-entries]");
      this.me = Number(root.dataset.me);
      this.entries = new Map(JSON.parse(this.list.dataset.entries).map((entry) => [entry.id, entry]));
      this.nodes = new Map();
      this.tab = "missed";
      this.filter = "all";
      this.lead = Number(root.dataset.lead) || null;
      const cursor = Number(this.list.dataset.cursor);
      recent.filter(([at]) => at > cursor).forEach(([, entry]) => this.keep(entry));
      root.addEventListener("click", (event) => this.click(event));
      this.draw();
    }

    keep(entry) {
      const known = this.entries.has(entry.id);
      if (entry.state === "open" || (known && entry.lead_id === this.lead && entry.state === "cleared")) {
        this.entries.set(entry.id, entry);
      } else {
        this.entries.delete(entry.id);
      }
      return !known && entry.state === "open";
    }

    take(entry) {
      const isNew = this.keep(entry);
      this.nodes.get(entry.id)?.remove();
      this.nodes.delete(entry.id);
      this.draw(isNew ? entry.id : null);
    }

    click(event) {
      const tab = event.target.closest("[data-tab]");
      const filter = event.target.closest("[data-filter]");
      const item = event.target.closest(".queue-item");
      if (tab) this.show(tab.dataset.tab);
      if (filter) { this.filter = filter.dataset.filter; this.draw(); }
      const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!item || !plain) return;
      if (cb.isPhone()) {
        this.lead = Number(item.dataset.lead);
      } else {
        event.preventDefault();
        this.select(Number(item.dataset.lead));
      }
    }

    show(tab) {
      this.tab = tab;
      this.filter = "all";
      if (tab === "mine") cb.setProps("home-tab", { data: "mine" });
      this.draw();
    }

    select(lead) {
      if (lead === this.lead) return;
      this.lead = lead;
      for (const [id, entry] of this.entries) if (entry.state !== "open" && entry.lead_id !== lead) this.entries.delete(id);
      history.replaceState(history.state, "", `/?lead=${lead}`);
      document.getElementById("home-profile").setAttribute("aria-busy", "true");
      cb.setProps("home-open", { data: { lead, via: "queue", at: Date.now() } });
      this.draw();
    }

    rings(entry) {
      return entry.direction !== "inbound" || entry.kind !== "missed" ? 0
        : [...this.entries.values()].filter((one) => one.lead_id === entry.lead_id && one.kind === "missed" && one.direction === "inbound").length;
    }

    node(entry) {
      const item = cb.el("a", "queue-item");
      item.href = `/lead/${entry.lead_id}?via=queue`;
      item.dataset.id = entry.id;
      item.dataset.lead = entry.lead_id;
      const mark = cb.el("span", "mark", cb.icon(entry.kind === "pending" ? "hourglass-split" : DIRECTION[entry.direction] || "telephone"));
      mark.title = `${entry.kind === "pending" ? "Pending" : "Missed"}, ${entry.direction}`;
      const age = cb.el("span", "age");
      age.dataset.since = entry.raised_at;
      age.title = `${cb.words.day(entry.raised_at)}, ${cb.words.clock(entry.raised_at)}`;
      const why = cb.el("span", "why clip", cb.entryWords.why(entry, this.me));
      why.title = why.textContent;
      item.append(mark, cb.el("span", "who clip", entry.lead), cb.el("span", "what clip", cb.entryWords.what(entry)), why,
        age, cb.el("span", "state"), cb.el("span", "often"));
      const li = cb.el("li", "", item);
      return li;
    }

    chip(entry) {
      const call = (cb.calls || []).find((body) => Number(body.lead?.id) === entry.lead_id);
      if (call?.phase === "talking") return cb.chip("connected", "telephone-fill", "On call");
      if (call) return cb.chip("ringing", "telephone-inbound", "Ringing");
      if (entry.state === "cleared") return cb.chip("connected", "check2-all", "Cleared");
      const chip = cb.chip("plain", "clock", "");
      chip.dataset.raised = entry.raised_at;
      chip.dataset.due = entry.due_at;
      return chip;
    }

    refresh(li, entry) {
      const item = li.firstChild;
      const late = entry.state === "open" && cb.now() >= Date.parse(entry.due_at);
      item.classList.toggle("is-late", late);
      const mark = item.querySelector(".mark");
      mark.classList.toggle("is-missed", late);
      const current = entry.lead_id === this.lead;
      if (current) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
      item.querySelector(".often").textContent = cb.entryWords.often(entry, this.rings(entry));
      const state = item.querySelector(".state");
      const chip = this.chip(entry);
      if (state.dataset.key !== chip.textContent + (chip.dataset.due || "")) {
        state.dataset.key = chip.textContent + (chip.dataset.due || "");
        state.replaceChildren(chip);
      }
    }

    counted(kind, direction) {
      return [...this.entries.values()].filter((entry) => entry.state === "open" && entry.kind === kind && (!direction || direction === "all" || entry.direction === direction)).length;
    }

    draw(arrived) {
      const shown = [...this.entries.values()]
        .filter((entry) => entry.kind === this.tab && (this.filter === "all" || entry.direction === this.filter))
        .sort((a, b) => (a.raised_at < b.raised_at ? -1 : a.raised_at > b.raised_at ? 1 : a.id - b.id));
      const ids = new Set(shown.map((entry) => entry.id));
      for (const [id, li] of this.nodes) if (!ids.has(id)) { li.remove(); this.nodes.delete(id); }
      let before = this.list.firstChild;
      for (const entry of shown) {
        let li = this.nodes.get(entry.id);
        if (!li) this.nodes.set(entry.id, (li = this.node(entry)));
        this.refresh(li, entry);
        if (li === before) before = before.nextSibling;
        else this.list.insertBefore(li, before);
        li.firstChild.classList.toggle("is-new", entry.id === arrived);
      }
      this.frame(shown.length);
      this.remember(shown);
    }

    /* A phone shows the lead on a page of its own, which offers the neighbours in the queue. */
    remember(shown) {
      if (this.tab === "mine") return;
      const leads = [...new Set(shown.map((entry) => entry.lead_id))];
      sessionStorage.setItem("callboard-queue", JSON.stringify({ word: this.tab === "missed" ? "Missed" : "Pending", leads }));
    }

    frame(number) {
      const onMine = this.tab === "mine";
      this.root.querySelectorAll("[data-tab]").forEach((tab) => {
        const on = tab.dataset.tab === this.tab;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        const count = tab.querySelector("[data-kind]");
        if (!count) return;
        const open = this.counted(count.dataset.kind);
        count.textContent = open;
        count.dataset.count = open;
      });
      this.root.querySelector(".queue-filters").hidden = onMine;
      this.root.querySelectorAll("[data-filter]").forEach((pill) => {
        const open = this.counted(this.tab, pill.dataset.filter);
        pill.setAttribute("aria-pressed", String(pill.dataset.filter === this.filter));
        pill.textContent = `${pill.dataset.word} ${open}`;
        pill.hidden = this.tab === "pending" && pill.dataset.filter === "outbound";
      });
      this.list.hidden = onMine || !number;
      document.getElementById("home-mine").hidden = !onMine;
      this.root.querySelectorAll("[data-empty]").forEach((empty) => {
        empty.hidden = onMine || number > 0 || empty.dataset.empty !== this.tab;
      });
    }
  }

  function tick() {
    if (!queue?.root.isConnected || document.hidden) return;
    for (const [id, li] of queue.nodes) queue.refresh(li, queue.entries.get(id));
  }

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("entry", (entry) => {
      recent.push([cb.lastEvent, entry]);
      if (recent.length > 200) recent.shift();
      if (queue?.root.isConnected) queue.take(entry);
    });
    cb.on("calls", tick);
  });
  setInterval(tick, 5000);
  cb.mounts.push([".queue[data-me]", (root) => { queue = new Queue(root); }]);
})();
