/* The counselor's queue: entries and follow-ups in the page, kept right by `entry` and `follow_up` events. An item that
   is opened says "Cleared" and stays where it is until the person moves on; everything else leaves as it is cleared.
   Nothing that is shown changes places by itself: what is new goes where it belongs among the rest. */
(() => {
  const cb = window.callboard;
  const ORDER = "callboard-queue-order";
  const WORDS = { missed: "Missed", pending: "Pending", follow: "Follow-ups", mine: "My leads" };
  const FIRST = { follow: "due" }; // the filter a tab begins with; elsewhere it is "all"
  const FILTERS = { missed: ["all", "inbound", "outbound", "campaign"], pending: ["all", "inbound", "campaign"], follow: ["due", "later"] };
  const AWAITS = {
    missed: (n) => (n === 1 ? "1 missed call" : `${n} missed calls`),
    pending: (n) => `${n} pending`,
    follow: (n) => (n === 1 ? "1 follow-up is due" : `${n} follow-ups are due`),
    later: (n) => `Show ${n} for later`,
    due: (n) => `Show ${n} due`,
    all: (n) => (n === 1 ? "Show the other" : `Show all ${n}`),
  };
  const recent = []; // [event id, row]: what may have come between the page's reading and its drawing
  let queue = null;

  const follow = (row) => ({ ...row, kind: "follow", id: `f${row.id}` });

  class Queue {
    constructor(root) {
      this.root = root;
      this.list = root.querySelector("[data-entries]");
      this.me = Number(root.dataset.me);
      this.rows = new Map();
      JSON.parse(this.list.dataset.entries).forEach((row) => this.rows.set(row.id, row));
      JSON.parse(this.list.dataset.followUps).forEach((row) => this.rows.set(`f${row.id}`, follow(row)));
      this.nodes = new Map(); // lead → {li, item}
      this.tab = "missed";
      this.filter = "all";
      this.order = localStorage.getItem(ORDER) === "oldest" ? "oldest" : "urgent";
      this.lead = Number(root.dataset.lead) || null;
      const cursor = Number(this.list.dataset.cursor);
      recent.filter(([at]) => at > cursor).forEach(([, row]) => this.keep(row));
      root.addEventListener("click", (event) => this.click(event));
      root.addEventListener("keydown", (event) => this.key(event));
      this.draw();
    }

    keep(row) {
      const known = this.rows.has(row.id);
      const theirs = row.kind !== "follow" || row.person_id === this.me;
      const stays = known && row.lead_id === this.lead && ["cleared", "done"].includes(row.state);
      if (theirs && (row.state === "open" || stays)) this.rows.set(row.id, row);
      else this.rows.delete(row.id);
      return theirs && !known && row.state === "open";
    }

    take(row) {
      const isNew = this.keep(row);
      this.draw(isNew && row.kind === this.tab ? row.lead_id : null);
    }

    click(event) {
      const hit = (selector) => event.target.closest(selector);
      if (hit("[data-tab]")) return this.show(hit("[data-tab]").dataset.tab);
      if (hit("[data-show-tab]")) {
        const to = hit("[data-show-tab]").dataset.showTab;
        this.show(to);
        return this.root.querySelector(`[data-tab="${to}"]`).focus(); // the button just pressed is gone
      }
      if (hit("[data-filter]")) {
        this.filter = hit("[data-filter]").dataset.filter;
        this.draw(null, true);
        return this.root.querySelector(`.pill[data-filter="${this.filter}"]`).focus();
      }
      if (hit("[data-order]")) return this.reorder();
      if (hit("[data-claim]")) return cb.claim(hit("[data-claim]").dataset.do, Number(hit("[data-claim]").dataset.claim));
      const item = hit(".queue-item");
      const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!item || !plain) return;
      if (cb.isPhone()) {
        this.lead = Number(item.dataset.lead);
      } else {
        event.preventDefault();
        this.select(Number(item.dataset.lead));
      }
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const tab = event.target.closest("[role=tab]");
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (tab && step) {
        const tabs = [...this.root.querySelectorAll("[role=tab]")];
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        next.focus();
        this.show(next.dataset.tab);
        event.preventDefault();
      }
      const item = event.target.closest(".queue-item");
      if (!item) return;
      if (event.key === "c" && cb.dial) {
        event.preventDefault(); // here C means this item, not the lead that is open
        cb.dial(Number(item.dataset.lead));
      }
      if (event.key === "t") {
        event.preventDefault();
        const take = item.parentElement.querySelector(".queue-take:not([hidden])");
        if (take) cb.claim(take.dataset.do, Number(take.dataset.claim));
      }
    }

    show(tab) {
      this.tab = tab;
      this.filter = FIRST[tab] || "all";
      if (tab === "mine") cb.setProps("home-tab", { data: "mine" });
      this.draw(null, true);
      this.list.scrollTop = 0;
    }

    reorder() {
      this.order = this.order === "urgent" ? "oldest" : "urgent";
      localStorage.setItem(ORDER, this.order);
      this.draw(null, true);
      this.list.scrollTop = 0;
    }

    /** Open this lead in the middle; what the former one left behind goes. */
    select(lead) {
      if (lead === this.lead) return;
      this.leave(lead);
      history.replaceState(history.state, "", `/?lead=${lead}`);
      document.getElementById("home-profile").setAttribute("aria-busy", "true");
      cb.setProps("home-open", { data: { lead, via: "queue", at: Date.now() } });
      this.draw();
    }

    leave(lead) {
      this.lead = lead;
      for (const [id, row] of this.rows) if (row.state !== "open" && row.lead_id !== lead) this.rows.delete(id);
    }

    /** Nothing open: the middle says what to do, the focus is back on the item. */
    close() {
      if (!this.lead) return false;
      const was = this.list.querySelector(`.queue-item[data-lead="${this.lead}"]`);
      const next = was?.parentElement.nextElementSibling?.firstChild;
      this.leave(null);
      history.replaceState(history.state, "", "/");
      cb.setProps("home-open", { data: { lead: null, at: Date.now() } });
      this.draw();
      (was?.isConnected ? was : next)?.focus();
      return true;
    }

    /** "Save, next": the item below the open one, or the first that is left. */
    next() {
      const links = [...this.root.querySelectorAll(".queue-list:not([hidden]) .queue-item")];
      const at = links.findIndex((link) => Number(link.dataset.lead) === this.lead);
      const free = (link) => Number(link.dataset.lead) !== this.lead && !link.classList.contains("is-held");
      const after = links.slice(at + 1).find(free) || links.find(free);
      if (!after) {
        this.close();
        cb.toast?.({ icon: "check2-circle", text: `That was the last one in ${WORDS[this.tab]}` });
        return;
      }
      this.select(Number(after.dataset.lead));
      after.focus();
      after.scrollIntoView({ block: "nearest" });
    }

    /* A promise is due once its time has come; the clock alone moves it from "Later". */
    has(row, filter) {
      if (filter === "due" || filter === "later") return (Date.parse(row.due_at) <= cb.now()) === (filter === "due");
      return filter === "all" || row.direction === filter;
    }

    shown() {
      return cb.queueItems.group([...this.rows.values()].filter((row) => row.kind === this.tab && this.has(row, this.filter)));
    }

    /** `arrived` is the lead of what has just come; `anew` sorts all, else what is shown keeps its place. */
    draw(arrived = null, anew = false) {
      const compare = cb.queueItems.orders[this.order](this.me);
      const items = this.shown().sort(compare);
      const byLead = new Map(items.map((item) => [item.lead, item]));
      for (const [lead, { li, item }] of this.nodes) {
        if (byLead.get(lead)?.kind === item.kind) continue;
        if (li.contains(document.activeElement)) (li.nextElementSibling ?? li.previousElementSibling)?.firstChild.focus();
        li.remove();
        this.nodes.delete(lead);
      }
      if (anew) this.nodes.forEach(({ li }) => li.remove());
      const order = anew ? [] : [...this.list.children].map((li) => byLead.get(Number(li.firstChild.dataset.lead)));
      for (const item of items) {
        let held = this.nodes.get(item.lead);
        if (!held) this.nodes.set(item.lead, (held = { li: cb.queueItems.node(item), item }));
        held.item = item;
        if (!held.li.isConnected) {
          const at = order.findIndex((other) => compare(item, other) < 0);
          this.list.insertBefore(held.li, at < 0 ? null : this.list.children[at]);
          order.splice(at < 0 ? order.length : at, 0, item);
        }
        cb.queueItems.refresh(held.li, item, this.lead, this.me);
        held.li.firstChild.classList.toggle("is-new", item.lead === arrived);
      }
      this.frame(items.length);
      this.remember(order);
    }

    tick() {
      if (this.counted("follow", "due") !== this.due) this.draw();
      this.nodes.forEach(({ li, item }) => cb.queueItems.refresh(li, item, this.lead, this.me));
    }

    /* A phone shows the lead on a page of its own, which offers the neighbours in the queue. */
    remember(items) {
      if (this.tab === "mine") return;
      sessionStorage.setItem("callboard-queue", JSON.stringify({ word: WORDS[this.tab], leads: items.map((item) => item.lead) }));
    }

    counted(kind, filter = FIRST[kind] || "all") {
      return [...this.rows.values()].filter((row) => row.state === "open" && row.kind === kind && this.has(row, filter)).length;
    }

    /** Which empty state fits: nothing at all, or nothing of the kind that is asked for. */
    nothing() {
      if (this.tab === "follow") return this.counted("follow", this.filter === "due" ? "later" : "due") ? this.filter : "follow";
      return this.filter === "all" || !this.counted(this.tab) ? this.tab : "filter";
    }

    ways(empty) {
      for (const way of empty.querySelectorAll("[data-show-tab], [data-way]")) {
        const { showTab, filter } = way.dataset;
        const number = showTab ? this.counted(showTab) : this.counted(this.tab, filter);
        way.hidden = !number;
        way.textContent = AWAITS[showTab || filter](number);
      }
    }

    frame(number) {
      const onMine = this.tab === "mine";
      this.due = this.counted("follow", "due");
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
      this.root.querySelectorAll(".pill[data-filter]").forEach((pill) => {
        const { filter } = pill.dataset;
        pill.setAttribute("aria-pressed", String(filter === this.filter));
        pill.querySelector(".n").textContent = this.counted(this.tab, filter);
        pill.hidden = !FILTERS[this.tab]?.includes(filter);
      });
      const order = this.root.querySelector("[data-order]");
      order.querySelector("span").textContent = this.order === "urgent" ? "Urgent" : "Oldest";
      order.title = this.order === "urgent" ? "Late first, then due soonest. Press for oldest first." : "Oldest first. Press for the most urgent first.";
      this.list.hidden = onMine || !number;
      document.getElementById("home-mine").hidden = !onMine;
      this.root.querySelectorAll("[data-empty]").forEach((empty) => {
        empty.hidden = onMine || number > 0 || empty.dataset.empty !== this.nothing();
        if (!empty.hidden) this.ways(empty);
      });
    }
  }

  const alive = () => (queue?.root.isConnected ? queue : null);

  function hear(row) {
    recent.push([cb.lastEvent, row]);
    if (recent.length > 200) recent.shift();
    alive()?.take(row);
  }

  /* A phone has the lead on a page of its own: the next one is a page, too, or the queue. */
  function nextPage(lead) {
    if (!cb.isPhone() || !document.querySelector("[data-lead-id]")) return;
    const { leads } = JSON.parse(sessionStorage.getItem("callboard-queue") || '{"leads": []}');
    const next = leads[leads.indexOf(Number(lead)) + 1];
    location.assign(next ? `/lead/${next}?via=queue` : "/");
  }

  cb.closeLead = () => alive()?.close() ?? false;

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("entry", hear);
    cb.on("follow_up", (row) => hear(follow(row)));
    cb.on("calls", () => alive()?.tick());
    cb.on("next", (said) => (alive() ? alive().next() : nextPage(said?.lead)));
  });
  setInterval(() => document.hidden || alive()?.tick(), 5000);
  cb.mounts.push([".queue[data-me]", (root) => { queue = new Queue(root); }]);
})();
