/* The bar after the call ([data-after]): results by key, note, next follow-up, "Save, next". What is typed is kept
   in this tab (sessionStorage, by lead) until the server has it. Emits `callboard:next` {lead} once it is saved. */
(() => {
  const cb = window.callboard;
  const WIDE = 660; // px of the bar: as many results as fit one line, the others behind "…"
  const AGAIN = 400; // ms: several events of one call are one question
  const WORDS = { inbound: "Inbound", outbound: "Outbound", campaign: "Campaign" };
  let bar = null;

  const store = {
    key: (lead) => `callboard-after-${lead}`,
    read(lead) {
      try { return JSON.parse(sessionStorage.getItem(this.key(lead))) || {}; } catch { return {}; }
    },
    keep(lead, draft) {
      if (draft.note || draft.result || draft.at) sessionStorage.setItem(this.key(lead), JSON.stringify(draft));
      else sessionStorage.removeItem(this.key(lead));
    },
  };

  /** A typed local time in words, ``Tue 24 Nov, 17:30``: it is of the institution's zone, whatever the browser's. */
  function local(typed) {
    const at = new Date(`${typed}Z`);
    const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(at);
    return `${day}, ${typed.slice(11, 16)}`;
  }

  function button(className, label, ...children) {
    const made = cb.el("button", className, ...children);
    made.type = "button";
    if (label) made.setAttribute("aria-label", label);
    return made;
  }

  class Bar {
    constructor(root) {
      this.root = root;
      this.lead = Number(root.dataset.after);
      this.draft = { note: "", result: null, at: "", said: "", ...store.read(this.lead) };
      this.more = false;
      this.build();
      this.take(JSON.parse(root.dataset.state));
    }

    build() {
      this.results = cb.el("div", "after-results");
      this.results.setAttribute("role", "group");
      this.results.setAttribute("aria-label", "Result of the call");
      this.timer = cb.el("span", "after-timer chip is-outline");
      this.timer.hidden = true;
      this.note = cb.el("textarea", "form-control after-note");
      this.note.rows = 1;
      this.note.maxLength = 4000;
      this.note.placeholder = "Note";
      this.note.value = this.draft.note;
      this.note.setAttribute("aria-label", "Note");
      this.note.addEventListener("input", () => { this.draft.note = this.note.value; this.keep(); this.grow(); });
      this.when = button("btn btn-secondary after-when", "", cb.icon("calendar-plus"), cb.el("span", "", ""));
      this.when.dataset.menu = `after-menu-${this.lead}`;
      this.when.setAttribute("aria-haspopup", "menu");
      this.when.setAttribute("aria-expanded", "false");
      this.menu = cb.el("div", "menu after-menu");
      this.menu.id = this.when.dataset.menu;
      this.menu.hidden = true;
      this.menu.dataset.own = "";
      this.menu.setAttribute("role", "group");
      this.menu.setAttribute("aria-label", "Next follow-up");
      this.save = button("btn btn-primary after-save", "", cb.el("span", "", "Save, next"), cb.el("kbd", "", "Enter"));
      this.save.addEventListener("click", () => this.send());
      this.error = cb.el("div", "after-error");
      this.error.setAttribute("role", "alert");
      const field = cb.el("label", "after-field", cb.icon("pencil"), this.note);
      this.root.replaceChildren(
        cb.el("div", "after-top", this.results, this.timer),
        this.error,
        cb.el("div", "after-row", field, cb.el("div", "has-menu", this.when, this.menu), this.save),
      );
      this.grow();
    }

    take(state) {
      this.state = state;
      const ids = state.results.map((one) => one.id);
      if (this.draft.result && !ids.includes(this.draft.result)) this.draft.result = null;
      this.draw();
      this.drawMenu();
      this.tick();
    }

    /* A phone scrolls its one line instead. */
    atOnce() {
      return cb.isPhone() ? Infinity : this.root.clientWidth < WIDE ? 4 : 5;
    }

    draw() {
      const most = this.atOnce();
      const { results, call } = this.state;
      const chosen = results.findIndex((one) => one.id === this.draft.result);
      if (chosen >= most) this.more = true;
      const shown = this.more || results.length <= most ? results : results.slice(0, most);
      const had = this.results.contains(document.activeElement) ? document.activeElement.dataset.result : null;
      const chips = shown.map((one, at) => {
        const chip = button("after-result", "", at < 9 ? cb.el("kbd", "", String(at + 1)) : null, cb.el("span", "", one.label));
        chip.dataset.result = one.id;
        chip.setAttribute("aria-pressed", String(one.id === this.draft.result));
        if (at < 9) chip.setAttribute("aria-keyshortcuts", String(at + 1));
        chip.addEventListener("click", () => this.choose(one));
        return chip;
      });
      if (shown.length < results.length) {
        const more = button("after-result is-more", `${results.length - shown.length} more results`, cb.icon("three-dots"));
        more.addEventListener("click", () => { this.more = true; this.draw(); this.chips()[most]?.focus(); });
        chips.push(more);
      }
      this.results.replaceChildren(...(call ? chips : [cb.el("span", "after-quiet", this.quiet())]));
      this.results.setAttribute("role", call ? "group" : "note");
      if (had) this.results.querySelector(`[data-result="${had}"]`)?.focus();
      this.root.classList.toggle("is-quiet", !call);
      const label = this.when.lastChild;
      label.textContent = this.draft.at ? this.draft.said : "Follow-up";
      this.when.classList.toggle("is-set", Boolean(this.draft.at));
      this.when.setAttribute("aria-label", this.draft.at ? `Next follow-up ${this.draft.said} ${this.state.zone}` : "Next follow-up");
    }

    quiet() {
      const { promised } = this.state;
      return promised.length ? `Follow-up promised for ${promised.join(", ")}` : "Results come up here after a call with this lead.";
    }

    drawMenu() {
      const { presets, zone, earliest, latest } = this.state;
      const items = presets.map((one) => {
        const item = button("menu-item", "", cb.el("span", "", one.label), cb.el("span", "menu-key num hint", one.said));
        item.setAttribute("aria-pressed", String(one.at === this.draft.at));
        item.addEventListener("click", () => this.promise(one.at, one.said));
        return item;
      });
      const field = cb.el("input", "form-control");
      field.type = "datetime-local";
      Object.assign(field, { min: earliest, max: latest, value: this.draft.at });
      field.addEventListener("change", () => {
        if (field.value) this.promise(field.value, local(field.value), true);
      });
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        event.stopPropagation();
        cb.closeMenus(true);
      });
      const none = button("menu-item", "", cb.icon("x-lg"), cb.el("span", "", "No follow-up"));
      none.addEventListener("click", () => this.promise("", ""));
      this.menu.replaceChildren(
        ...items, cb.el("div", "menu-sep"),
        cb.el("label", "after-other", cb.el("span", "small hint", `Another time, in ${zone}`), field),
        ...(this.draft.at ? [cb.el("div", "menu-sep"), none] : []),
      );
    }

    promise(at, said, stay) {
      Object.assign(this.draft, { at, said });
      this.keep();
      this.say("");
      this.draw();
      if (stay) return;
      this.drawMenu();
      this.when.focus();
    }

    choose(one) {
      const off = this.draft.result === one.id;
      this.draft.result = off ? null : one.id;
      // What needs a follow-up is offered the next morning; it stands in sight and can be changed.
      const next = this.state.presets.find((each) => each.label === "Tomorrow") || this.state.presets[0];
      if (!off && one.follow_up && !this.draft.at && !this.state.promised.length && next) {
        Object.assign(this.draft, { at: next.at, said: next.said });
        this.drawMenu();
      }
      this.keep();
      this.say("");
      this.draw();
      this.tick();
    }

    press(number) {
      const one = this.state.results[number - 1];
      if (!one || !this.state.call) return false;
      if (number > this.atOnce()) this.more = true;
      this.choose(one);
      this.results.querySelector(`[data-result="${one.id}"]`)?.focus();
      return true;
    }

    chips() {
      return [...this.results.querySelectorAll(".after-result")];
    }

    keep() { store.keep(this.lead, this.draft); }
    say(text) { this.error.textContent = text; }

    grow() {
      this.note.style.height = "auto";
      this.note.style.height = `${Math.min(this.note.scrollHeight + 2, 112)}px`;
    }

    tick() {
      const call = this.state.call;
      const left = call?.lapses_at ? Math.ceil((Date.parse(call.lapses_at) - cb.now()) / 1000) : 0;
      const needed = call?.over && call.required && !this.draft.result;
      const shown = left > 0 || Boolean(needed);
      this.timer.hidden = !shown;
      this.timer.classList.toggle("is-pending", Boolean(needed));
      this.timer.classList.toggle("is-outline", !needed);
      if (!shown) return;
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      const text = [needed ? `${WORDS[call.direction] || "This"} call needs a result` : "", left > 0 ? `Wrap-up ${clock}` : ""];
      this.timer.replaceChildren(cb.icon(needed ? "exclamation-circle" : "hourglass-split"), cb.el("span", "", text.filter(Boolean).join(" · ")));
    }

    async send() {
      if (this.busy) return;
      const { note, result, at } = this.draft;
      this.busy = true;
      this.save.disabled = true;
      this.say("");
      try {
        const answer = await fetch("/after", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
          body: JSON.stringify({ lead: this.lead, call: this.state.call?.id ?? null, result, note, at: at || null }),
        });
        if (answer.status === 401) return cb.signIn();
        const body = await answer.json().catch(() => ({}));
        if (!answer.ok) return this.say(body.say || "It could not be saved now. What you typed is kept: try again.");
        this.saved(body);
      } catch {
        this.say("The server cannot be reached. What you typed is kept in this tab: try again.");
      } finally {
        this.busy = false;
        this.save.disabled = false;
      }
    }

    saved({ state, stage }) {
      this.draft = { note: "", result: null, at: "", said: "" };
      this.more = false;
      this.keep();
      this.note.value = "";
      this.grow();
      this.take(state);
      cb.closeMenus?.(false);
      cb.toast({ icon: "check-lg", text: stage ? `Saved. The lead is in “${stage}” now.` : "Saved" });
      const lead = this.lead;
      cb.setProps({ type: "profile-refresh", lead }, { data: { lead, at: Date.now() } });
      cb.emit("next", { lead });
    }

    ask() {
      clearTimeout(this.soon);
      this.soon = setTimeout(async () => {
        const answer = await fetch(`/after/${this.lead}`, { cache: "no-store" }).catch(() => null);
        if (answer?.ok && this.root.isConnected && !this.busy) this.take(await answer.json());
      }, AGAIN);
    }
  }

  const alive = () => (bar?.root.isConnected ? bar : null);
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true], .ag-cell-inline-editing");

  cb.afterCall = { focus: () => (alive()?.chips()[0] ?? alive()?.note)?.focus() };

  document.addEventListener("keydown", (event) => {
    const here = alive();
    if (!here || event.altKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const inside = here.root.contains(event.target);
    if (event.key === "Enter" && inside) {
      const many = event.target === here.note && (event.shiftKey || (here.note.value.includes("\n") && !event.ctrlKey));
      const own = event.target.closest(".after-when, .after-menu, .is-more");
      if (many || own || (event.target.matches(".after-result") && !here.draft.result)) return;
      event.preventDefault();
      here.send();
      return;
    }
    if (event.ctrlKey || typing(event.target)) return;
    const act = { d: () => cb.afterCall.focus(), n: () => here.note.focus() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else if (/^[1-9]$/.test(event.key) && here.press(Number(event.key))) {
      event.preventDefault();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const about = (body) => Number(body.lead_id) === alive()?.lead && bar.ask();
    ["call", "wrap_up", "follow_up"].forEach((kind) => cb.on(kind, about));
  });
  setInterval(() => alive()?.tick(), 1000);
  cb.mounts.push(["[data-after]", (root) => { bar = new Bar(root); }]);
})();
