/* Filters whose whole state stands in the address. Twin of dashapp/components/filters.py: [data-filters="<store>"]
   holds [data-field] parts; after a change the store gets {field: value} and `callboard:filters` is told. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  let session = null; // the menu whose changes share one step of the browser's history

  const fieldsOf = (bar) => [...bar.querySelectorAll("[data-field]")];
  const optionsOf = (field) => [...field.querySelectorAll("[data-value]")];
  const isOn = (option) => (option.getAttribute("aria-checked") ?? option.getAttribute("aria-pressed")) === "true";
  const isMenu = (field) => field.classList.contains("filter-field");

  function turn(option, on) {
    option.setAttribute(option.hasAttribute("aria-pressed") ? "aria-pressed" : "aria-checked", String(on));
  }

  function valueOf(field) {
    if (field.dataset.free !== undefined) return field.dataset.now || "";
    const on = optionsOf(field).filter(isOn).map((option) => option.dataset.value).join(",");
    return on === field.dataset.default ? "" : on;
  }

  function stateOf(bar) {
    return Object.fromEntries(fieldsOf(bar).map((field) => [field.dataset.field, valueOf(field)]).filter(([, value]) => value));
  }

  /** What the chip says: its field, and what is ticked. */
  function label(field) {
    if (!isMenu(field)) return;
    const on = optionsOf(field).filter(isOn).map((option) => option.firstElementChild.textContent);
    const chip = field.querySelector(".filter");
    chip.classList.toggle("is-on", on.length > 0);
    const word = chip.querySelector(".filter-word");
    const text = on.length ? `${field.dataset.label}: ${on.join(", ")}` : field.dataset.label;
    if (word.textContent !== text) word.textContent = text;
  }

  const insteadOf = (field) => (field.dataset.insteadOf || "").split(",").filter(Boolean);

  function show(bar, state) {
    for (const field of fieldsOf(bar)) {
      const other = insteadOf(field).some((name) => state[name]);
      const value = state[field.dataset.field] || (other ? "" : field.dataset.default) || "";
      if (field.dataset.free !== undefined) field.dataset.now = value;
      const wanted = new Set(value.split(","));
      optionsOf(field).forEach((option) => turn(option, wanted.has(option.dataset.value)));
      label(field);
    }
    mark(bar, state);
  }

  const mark = (bar, state) =>
    bar.querySelectorAll(".filter.dates").forEach((chip) => chip.classList.toggle("is-on", Boolean(state.from)));

  function told(bar, state) {
    cb.setProps(bar.dataset.filters, { data: { ...state, at: Date.now() } });
    cb.emit("filters", { store: bar.dataset.filters, state });
  }

  function address(state) {
    const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value)).toString().replaceAll("%2C", ",");
    return location.pathname + (query ? `?${query}` : "");
  }

  function changed(bar, field, step = true) {
    for (const name of insteadOf(field)) {
      const other = bar.querySelector(`[data-field="${name}"]`);
      if (other) other.dataset.now = "";
    }
    const state = stateOf(bar);
    mark(bar, state);
    label(field);
    const again = !step || (session && session === field);
    history[again ? "replaceState" : "pushState"](history.state, "", address(state));
    session = isMenu(field) ? field : null;
    told(bar, state);
  }

  cb.filters = {
    of: (store) => document.querySelector(`[data-filters="${store}"]`),
    state: (store) => stateOf(cb.filters.of(store)),
    /** The labels ticked in one field. */
    labels: (store, name) =>
      optionsOf(cb.filters.of(store).querySelector(`[data-field="${name}"]`)).filter(isOn).map((option) => option.firstElementChild.textContent),
    set(store, values, { step = true } = {}) {
      const bar = cb.filters.of(store);
      const state = { ...stateOf(bar), ...values };
      show(bar, state);
      history[step ? "pushState" : "replaceState"](history.state, "", address(stateOf(bar)));
      told(bar, stateOf(bar));
    },
    clear(store) {
      const bar = cb.filters.of(store);
      const kept = Object.fromEntries(fieldsOf(bar).filter((field) => !isMenu(field)).map((field) => [field.dataset.field, valueOf(field)]));
      show(bar, kept);
      history.pushState(history.state, "", address(stateOf(bar)));
      told(bar, stateOf(bar));
    },
  };

  function choose(option) {
    const field = option.closest("[data-field]");
    const bar = field.closest("[data-filters]");
    if (field.dataset.many === "yes") {
      turn(option, !isOn(option));
    } else {
      const was = isOn(option);
      if (was && !isMenu(field)) return;
      optionsOf(field).forEach((each) => turn(each, each === option && !was));
    }
    changed(bar, field);
    if (isMenu(field) && field.dataset.many !== "yes") cb.closeMenus?.(true);
  }

  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-filters] [data-value]");
    const clear = event.target.closest("[data-filters] .filter-clear");
    if (option) choose(option);
    if (clear) {
      const field = clear.closest("[data-field]");
      optionsOf(field).forEach((each) => turn(each, false));
      session = null;
      changed(field.closest("[data-filters]"), field);
      field.querySelector(".filter-open").focus();
    }
    if (!event.target.closest(".filter-field")) session = null;
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".filter-field");
    if (!field) return;
    const menu = field.querySelector(".menu");
    if (menu.hidden) return;
    const options = optionsOf(field);
    const at = options.indexOf(event.target);
    if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      event.preventDefault();
      choose(options[at]);
      return;
    }
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? options.length - 1 : at - 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined || !options.length) return;
    event.preventDefault();
    options[(to + options.length) % options.length].focus();
  });

  /* Back, forward, or a link to this very page: the address leads, the page follows. */
  function follow() {
    for (const bar of document.querySelectorAll("[data-filters]")) {
      const query = Object.fromEntries(new URLSearchParams(location.search));
      const names = new Set(fieldsOf(bar).map((field) => field.dataset.field));
      const wanted = Object.fromEntries(Object.entries(query).filter(([name, value]) => names.has(name) && value));
      if (JSON.stringify(Object.entries(wanted).sort()) === JSON.stringify(Object.entries(stateOf(bar)).sort())) continue;
      show(bar, wanted);
      told(bar, stateOf(bar));
    }
  }
  const later = () => setTimeout(follow, 0);
  window.addEventListener("popstate", later);
  window.addEventListener("_dashprivate_pushstate", later);

  /* Two dates and a button, made here: the browser's own date fields know every keyboard and calendar. */
  (cb.mounts = cb.mounts || []).push(["[data-dates]", (panel) => {
    const bar = panel.closest("[data-filters]");
    const field = (word, name, value) => {
      const input = cb.el("input", "form-control");
      Object.assign(input, { type: "date", value, required: true, name });
      const label = cb.el("label", "form-label", word, input);
      return [label, input];
    };
    const [fromLabel, from] = field("From", "from", panel.dataset.first);
    const [toLabel, to] = field("To", "to", panel.dataset.last);
    const apply = cb.el("button", "btn btn-primary", "Apply");
    const form = cb.el("form", "dates-form", fromLabel, toLabel, apply);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [first, last] = [from.value, to.value].sort();
      const seg = [...bar.querySelectorAll("[data-instead-of]")].find((one) => insteadOf(one).includes("from"));
      optionsOf(seg).forEach((option) => turn(option, false));
      cb.filters.set(bar.dataset.filters, { from: first, to: last, [seg.dataset.field]: "" });
      cb.closeMenus?.(true);
    });
    panel.append(form);
    cb.on("filters", ({ state }) => { if (state.from) [from.value, to.value] = [state.from, state.to || state.from]; });
  }]);

  /* Copy the address. Outside a secure context there is no clipboard, so a hidden field has to do. */
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = cb.el("textarea", "visually-hidden", text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  document.addEventListener("click", async (event) => {
    if (!event.target.closest("[data-copy-link]")) return;
    await copy(location.href);
    cb.toast?.({ text: "Link copied. Whoever opens it sees what you see, as far as their role goes.", icon: "link-45deg" });
  });
})();
