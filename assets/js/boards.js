/* The boards kept live: entry events become grid transactions, so scroll and focus stay where they are.
   A cleared row says so for a moment and then leaves; the one that is unfolded waits until it is folded. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const QUERY = "boards-query";
  const SHOWN_AFTER_CLEARING = 8000;
  const FIGURES_AT_MOST_EVERY = 500;
  const FIGURES_AGE = 30000;
  const TOGETHER = 80;
  const GONE = Symbol("gone");
  const recent = new Map(); // entry id → [heard at, entry]: what may have come between a reading and its drawing
  let board = null;

  class Board {
    constructor(root, api) {
      this.root = root;
      this.api = api;
      this.open = null;
      this.asked = 0;
      this.wanted = new Map();
      this.flushing = null;
      this.fit();
      api.addEventListener("rowClicked", ({ data, event }) => data && !data.detail && !event.target.closest("a, [data-call-lead]") && this.toggle(data.key));
      api.addEventListener("cellKeyDown", ({ data, column, event }) => this.key(data, column.getColId(), event));
      api.addEventListener("modelUpdated", () => this.counted());
      this.counted();
      this.catchUp();
      if (root.dataset.open) this.toggle(root.dataset.open);
    }

    /* Enter unfolds a row, in its call cell it calls; C calls from everywhere in the row. */
    key(data, column, event) {
      if (!data || data.detail || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const call = event.target.closest(".ag-row")?.querySelector("[data-call-lead]");
      if (call && (event.key === "c" || (event.key === "Enter" && column === "call"))) call.click();
      else if (event.key === "Enter") this.toggle(data.key);
    }

    state() { return cb.filters.state(QUERY); }
    kind() { return this.state().kind || "missed"; }

    /** The same filters as the server's, for an entry that has just come. */
    admits(entry) {
      const state = this.state();
      const some = (name, values) => !state[name] || state[name].split(",").some((wanted) => values.includes(wanted));
      const labelled = (name, value) => !state[name] || cb.filters.labels(QUERY, name).includes(value);
      return entry.kind === this.kind()
        && some("team", entry.teams.map((team) => String(team.id)))
        && some("counselor", entry.counselors.map((who) => String(who.id)))
        && some("direction", [entry.direction])
        && labelled("did", entry.did)
        && labelled("connection", entry.connection)
        && (!state.age || cb.now() - Date.parse(entry.raised_at) >= Number(state.age) * 60000);
    }

    take(entry) {
      const stays = entry.state === "open" && this.admits(entry);
      const known = this.wanted.get(String(entry.id)) ?? this.api.getRowNode(String(entry.id));
      if (!known && !stays) return;
      this.want(entry);
      if (stays && this.open === String(entry.id)) this.ask(this.open);
      if (!stays) setTimeout(() => this.leave(String(entry.id)), entry.state === "open" ? 0 : SHOWN_AFTER_CLEARING);
    }

    /* Changes are gathered for a moment and go to the grid as one transaction: the latest word on each entry
       counts, and an entry told of twice in a row is still added once. */
    want(entry) {
      this.wanted.set(String(entry.id), entry);
      this.flushing ??= setTimeout(() => this.flush(), TOGETHER);
    }

    flush() {
      clearTimeout(this.flushing);
      this.flushing = null;
      const change = { add: [], update: [], remove: [] };
      for (const [key, entry] of this.wanted) {
        const node = this.api.getRowNode(key);
        if (entry === GONE) { if (node) change.remove.push(node.data); }
        else if (node) change.update.push({ ...entry, key, unfolded: node.data.unfolded, told: node.data.told === 1 ? 2 : 1 });
        else if (entry.state === "open") change.add.push({ ...entry, key, told: 1 });
      }
      this.wanted.clear();
      this.api.applyTransaction(change);
    }

    leave(key) {
      const now = this.wanted.get(key) ?? this.api.getRowNode(key)?.data;
      if (!now || now === GONE || this.open === key || (now.state === "open" && this.admits(now))) return;
      this.wanted.set(key, GONE);
      this.flushing ??= setTimeout(() => this.flush(), TOGETHER);
    }

    /* What was heard while the server's rows were under way; hearing it twice changes nothing. */
    catchUp() {
      for (const [, entry] of recent.values()) this.take(entry);
    }

    /* The server's rows have replaced all others, and with them the one that was unfolded. */
    seeded() {
      const open = this.open;
      this.open = null;
      this.catchUp();
      this.flush();
      if (open && this.api.getRowNode(open)) this.toggle(open);
      else this.remember(null);
      this.fit();
    }

    toggle(key) {
      const was = this.open;
      if (was) this.fold(was);
      if (was === key) return this.remember(null);
      const node = this.api.getRowNode(key);
      if (!node) return;
      this.open = key;
      node.setData({ ...node.data, unfolded: true });
      if (!this.api.getRowNode(`${key}/episode`)) {
        this.api.applyTransaction({ add: [{ key: `${key}/episode`, of: key, detail: true, raised_at: node.data.raised_at }] });
      }
      this.remember(key);
      this.ask(key);
    }

    fold(key) {
      this.open = null;
      const node = this.api.getRowNode(key);
      const detail = this.api.getRowNode(`${key}/episode`);
      if (detail) this.api.applyTransaction({ remove: [detail.data] });
      if (!node) return;
      node.setData({ ...node.data, unfolded: false });
      if (node.data.state !== "open") setTimeout(() => this.leave(key), 1000);
    }

    ask(key) { cb.setProps("boards-open", { data: { id: Number(key), at: Date.now() } }); }

    remember(key) {
      const query = new URLSearchParams(location.search);
      if (key) query.set("open", key);
      else query.delete("open");
      const text = query.toString().replaceAll("%2C", ",");
      history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
    }

    episode(found) {
      const node = this.api.getRowNode(`${found.id}/episode`);
      if (!node) return;
      node.data.episode = found; // for when the row is drawn anew; the one that stands is told
      cb.emit("episode", found);
    }

    figures(soon) {
      clearTimeout(this.asking);
      const wait = soon ? Math.max(0, this.asked + FIGURES_AT_MOST_EVERY - Date.now()) : 0;
      this.asking = setTimeout(() => {
        this.asked = Date.now();
        cb.setProps("boards-tick", { data: this.asked });
      }, wait);
    }

    counted() {
      let rows = 0;
      let open = 0;
      this.api.forEachNode(({ data }) => {
        if (!data || data.detail) return;
        rows += 1;
        if (data.state === "open") open += 1;
      });
      this.root.dataset.rows = rows;
      this.root.dataset.narrowed = Object.keys(this.state()).some((name) => name !== "kind") ? "yes" : "no";
      const word = document.querySelector("#boards-export span");
      if (word) word.textContent = `Export ${open.toLocaleString("en")}`;
      const layout = rows > 150 ? "normal" : "autoHeight";
      this.root.classList.toggle("is-long", rows > 150);
      if (this.api.getGridOption("domLayout") !== layout) this.api.setGridOption("domLayout", layout);
    }

    /* Columns on a desk, one card on a phone. */
    fit() {
      const phone = cb.isPhone();
      const desk = this.api.getColumns().map((column) => column.getColId()).filter((id) => id !== "card");
      this.api.setColumnsVisible(["card"], phone);
      this.api.setColumnsVisible(desk, !phone);
      this.api.setGridOption("headerHeight", phone ? 0 : 36);
      this.api.resetRowHeights();
    }
  }

  cb.on("entry", (entry) => {
    const now = Date.now();
    recent.set(entry.id, [now, entry]);
    for (const [id, [heard]] of recent) if (now - heard > 60000) recent.delete(id);
    updated = now;
    board?.take(entry);
    board?.figures(true);
  });

  (cb.mounts = cb.mounts || []).push(["[data-board]", async (root) => {
    const api = await window.dash_ag_grid.getApiAsync("boards-grid");
    if (root.isConnected) board = new Board(root, api);
  }]);

  matchMedia("(max-width: 767.98px)").addEventListener("change", () => alive()?.fit());
  function alive() {
    if (board && !board.root.isConnected) board = null;
    return board;
  }

  setInterval(() => {
    if (document.hidden || !alive()) return;
    board.figures(false);
    board.api.refreshCells({ columns: ["state", "card"], force: true }); // claims lapse by themselves
    if (board.state().age) cb.setProps(QUERY, { data: { ...board.state(), at: Date.now() } });
  }, FIGURES_AGE);

  // ---- "Live, updated 2 s ago"
  let updated = Date.now();
  for (const kind of ["call", "presence", "mine"]) cb.on(kind, () => { updated = Date.now(); });
  cb.on("filters", () => { updated = Date.now(); });
  function ago() {
    const seconds = Math.floor((Date.now() - updated) / 1000);
    if (seconds < 60) return seconds < 1 ? "just now" : `${seconds} s ago`;
    return `${cb.words.span(seconds * 1000)} ago`;
  }
  function note(element) {
    const live = cb.connection === "live";
    element.dataset.state = cb.connection ?? "starting";
    const text = live ? `Live, updated ${ago()}` : cb.connection ? "Reconnecting, the rows may be old" : "Connecting";
    const words = element.querySelector("[data-live-words]");
    if (words.textContent !== text) words.textContent = text;
  }
  setInterval(() => document.hidden || document.querySelectorAll("[data-live-note]").forEach(note), 1000);
  cb.mounts.push(["[data-live-note]", note]);

  document.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-clear-filters]");
    if (clear) cb.filters.clear(clear.dataset.clearFilters || QUERY);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.callboard = Object.assign(window.dash_clientside.callboard || {}, {
    boardsSeeded() {
      setTimeout(() => alive()?.seeded(), 60);
      return window.dash_clientside.no_update;
    },
    boardsEpisode(found) {
      if (found?.id) alive()?.episode(found);
      return window.dash_clientside.no_update;
    },
  });
})();
