/* Finding a lead: Ctrl+K, / or the field in [data-search] open a palette; it finds while one types, arrows move, Enter
   opens. What is typed goes in a body only. Ids of leads lately open stay in this browser, for the empty palette. */
(() => {
  const cb = window.callboard;
  const WAIT = 120;
  const KEPT = 20;
  const HINT = "Name, e-mail, programme, last 4 digits";
  const WAITING = { missed: ["missed", "telephone-x", "Missed"], pending: ["pending", "hourglass-split", "Pending"] };
  let palette = null;
  let number = "";
  let mayCall = false;

  /* ---- leads lately open: ids only, one list a person */
  const shelf = () => `callboard-recent-${document.getElementById("live-cursor")?.dataset.me ?? ""}`;
  function recent() {
    try { return JSON.parse(localStorage.getItem(shelf())) ?? []; } catch { return []; }
  }
  function remember(profile) {
    const id = Number(profile.dataset.leadId);
    if (id) localStorage.setItem(shelf(), JSON.stringify([id, ...recent().filter((one) => one !== id)].slice(0, KEPT)));
  }

  /* ---- the field on the page: shows what the list of leads was asked for, and opens the palette */
  function build(place) {
    const input = cb.el("input");
    input.type = "search";
    input.placeholder = HINT;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.maxLength = 80;
    input.setAttribute("aria-label", HINT);
    input.setAttribute("aria-haspopup", "dialog");
    const form = cb.el("form", "", cb.icon("search"), input, cb.el("kbd", "", "Ctrl K"));
    form.setAttribute("role", "search");
    form.addEventListener("submit", (event) => { event.preventDefault(); open(input.value); });
    input.addEventListener("click", () => open(input.value));
    input.addEventListener("input", () => { open(input.value); follow(input); });
    place.replaceChildren(form);
    follow(input);
  }

  function follow(input) {
    const asked = location.pathname === "/leads" ? new URLSearchParams(location.search).get("q") : "";
    input.value = asked || "";
  }

  /* Words go into the address, to be shared; a phone number must never stand in one. */
  function list(text) {
    if (text.replace(/\D/g, "").length < 6) return cb.go(text ? `/leads?q=${encodeURIComponent(text)}` : "/leads");
    number = text;
    if (!document.getElementById("leads-found")) return cb.go("/leads");
    history.replaceState(history.state, "", "/leads");
    byNumber();
  }

  function byNumber() {
    if (number) cb.setProps("leads-number", { data: { number, at: Date.now() } });
    number = "";
  }

  /* ---- the palette */
  function row(lead, at) {
    const link = cb.el(
      "a", "found-link",
      cb.el("span", "avatar", cb.words.initials(lead.name)),
      cb.el("span", "found-who", cb.el("b", "clip", lead.name),
        cb.el("span", "clip second", [lead.programme, lead.city, lead.stage].filter(Boolean).join(" · "))),
      lead.waiting ? cb.chip(...WAITING[lead.waiting]) : null,
      cb.el("span", "found-mask second num", lead.mask ?? ""),
    );
    link.href = `/lead/${lead.id}?via=search`;
    link.tabIndex = -1;
    const call = cb.el("button", "icon-button found-call", cb.icon("telephone"));
    call.type = "button";
    call.dataset.callLead = lead.id;
    call.dataset.callName = lead.name;
    call.title = `Call ${lead.name}`;
    call.setAttribute("aria-label", call.title);
    const made = cb.el("li", "found", link, lead.mask && mayCall ? call : null);
    made.id = `found-${at}`;
    return made;
  }

  function open(text = "") {
    if (palette) return;
    const before = document.activeElement;
    const input = cb.el("input");
    input.type = "text";
    input.value = text;
    input.placeholder = HINT;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.maxLength = 80;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-label", HINT);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", "found-list");
    const rows = cb.el("ul", "found-list");
    rows.id = "found-list";
    rows.setAttribute("aria-label", "Leads");
    const said = cb.el("div", "found-said small hint");
    said.setAttribute("role", "status");
    const leave = cb.el("button", "icon-button", cb.icon("x-lg"));
    leave.type = "button";
    leave.setAttribute("aria-label", "Close");
    const form = cb.el("form", "found-ask", cb.icon("search"), input, leave);
    form.setAttribute("role", "search");
    const dialog = cb.el("dialog", "palette", form, rows, said);
    dialog.setAttribute("aria-label", "Find a lead");
    palette = dialog;
    let asked = 0;
    let soon = 0;
    let at = -1;

    const close = () => dialog.open && dialog.close();
    const items = () => [...rows.children];

    function mark(to) {
      const all = items();
      if (!all.length) return;
      at = (to + all.length) % all.length;
      all.forEach((one, index) => one.classList.toggle("is-on", index === at));
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }

    async function ask() {
      const mine = ++asked;
      const q = input.value.trim();
      const told = await cb.post("/search.json", { q, recent: q ? [] : recent() }).catch(() => null);
      if (mine !== asked) return;
      if (!told) {
        said.textContent = "The search did not answer. It goes on when you type.";
        return;
      }
      mayCall = told.may_call;
      rows.replaceChildren(...told.rows.map(row));
      at = -1;
      input.removeAttribute("aria-activedescendant");
      if (told.rows.length) mark(0);
      const more = told.total - told.rows.length;
      if (!q) said.textContent = told.rows.length ? "Lately open, and worked on last" : "No lead yet.";
      else if (!told.rows.length) said.textContent = told.by_number ? "No lead of yours has this number." : "No lead of yours fits. A number finds its lead whole, or by its last four digits.";
      else said.replaceChildren(`${told.total.toLocaleString("en")} ${told.total === 1 ? "lead" : "leads"}`, more > 0 ? rest(q, more) : "");
    }

    function rest(q, more) {
      const link = cb.el("button", "btn btn-plain btn-sm", `Show the other ${more.toLocaleString("en")}`);
      link.type = "button";
      link.addEventListener("click", () => { close(); list(q); });
      return link;
    }

    function enter() {
      const chosen = items()[at];
      const q = input.value.trim();
      close();
      if (chosen) cb.go(chosen.querySelector("a").getAttribute("href"));
      else list(q);
    }

    input.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(ask, WAIT); });
    /* Enter right after typing waits for what was typed, not for what stood there before. */
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(soon);
      ask().then(enter);
    });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); mark(at + step); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); close(); list(input.value.trim()); }
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && at > 0) { event.preventDefault(); enter(); }
    });
    leave.addEventListener("click", close);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a, [data-call-lead]")) close();
    });
    dialog.addEventListener("close", () => {
      clearTimeout(soon);
      asked += 1;
      palette = null;
      dialog.remove();
      if (before?.isConnected && !before.closest("[data-search]")) before.focus();
      else document.activeElement?.blur();
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    ask();
  }

  cb.focusSearch = () => {
    if (palette) palette.querySelector("input").select();
    else if (!document.querySelector("dialog[open]")) open();
  };

  const follows = () => document.querySelectorAll("[data-search] input").forEach(follow);
  window.addEventListener("_dashprivate_pushstate", follows);
  window.addEventListener("popstate", follows);
  document.addEventListener("click", (event) => event.target.closest("[data-open-search]") && cb.focusSearch());
  cb.mounts.push(["[data-search]", build], ["#leads-found", () => setTimeout(byNumber, 0)], ["[data-lead-id]", remember]);
})();
