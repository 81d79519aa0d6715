/* Changing a lead where it stands: facts in the rail ([data-fact]) and the stage in the head ([data-to-stage]).
   What the screen showed goes along; when somebody was faster, the newer value is shown and nothing overwritten. */
(() => {
  const cb = window.callboard;

  /** POST JSON; resolves to [status, JSON], also for what the server refuses in words. */
  cb.ask = async (url, body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) cb.signIn();
    const told = await answer.json().catch(() => ({}));
    return [answer.status, told];
  };

  const AWAY = "This could not be saved now. It is still here: try again in a moment.";
  const place = (stage, sub) => (sub && sub !== stage ? `${stage} › ${sub}` : stage);
  const leadOf = (element) => Number(element.closest("[data-lead-id]").dataset.leadId);

  function button(text, act) {
    const made = cb.el("button", "btn btn-secondary btn-sm", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  /* ---- facts */
  function open(fact) {
    const form = cb.el("form", "fact-form");
    const input = cb.el("input", "form-control");
    const said = cb.el("div", "fact-said");
    said.id = `fact-said-${fact.dataset.fact}`;
    said.setAttribute("role", "alert");
    input.value = fact.dataset.value;
    input.maxLength = Number(fact.dataset.longest);
    input.type = fact.dataset.fact === "email" && !input.value.includes("•") ? "email" : "text";
    input.autocomplete = "off";
    input.setAttribute("aria-label", fact.dataset.word);
    input.setAttribute("aria-describedby", said.id);
    form.noValidate = true;
    form.append(input, said);
    let seen = fact.dataset.value;
    let busy = false;

    function close(refocus) {
      form.replaceWith(fact);
      if (refocus) fact.focus();
    }

    function show(value) {
      fact.dataset.value = value;
      fact.querySelector("span").textContent = value || "Add";
      fact.classList.toggle("is-empty", !value);
      fact.setAttribute("aria-label", value ? `${fact.dataset.word}: ${value}. Change` : `Add ${fact.dataset.word}`);
    }

    function conflict(newer, say) {
      form.classList.add("is-open");
      said.replaceChildren(
        cb.el("span", "", `${say} It now reads `), cb.el("b", "", newer || "nothing"), ".",
        cb.el("div", "fact-do",
          button("Keep that", () => { show(newer); close(true); }),
          button("Save mine", () => { seen = newer; save(true); })),
      );
    }

    async function save(refocus) {
      if (busy) return;
      const value = input.value.trim();
      if (value === seen) return close(refocus);
      busy = true;
      said.replaceChildren();
      form.classList.remove("is-open");
      const name = fact.dataset.fact;
      const [status, told] = await cb.ask("/lead-details", { lead: leadOf(form), changes: { [name]: value }, seen: { [name]: seen } }).catch(() => [0, {}]);
      busy = false;
      if (status === 200) {
        show(told.values[name] ?? value);
        return close(refocus);
      }
      form.classList.add("is-open");
      if (status === 409) return conflict(told.newer[name], told.say);
      said.textContent = told.say || AWAY;
      input.setAttribute("aria-invalid", "true");
    }

    form.addEventListener("submit", (event) => { event.preventDefault(); save(true); });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close(true);
    });
    input.addEventListener("blur", () => setTimeout(() => {
      if (form.isConnected && !form.classList.contains("is-open") && !form.contains(document.activeElement)) save(false);
    }, 0));
    fact.replaceWith(form);
    input.focus();
    input.select();
  }

  /* ---- stage */
  async function move(item) {
    const chip = item.closest(".has-menu").querySelector("[data-stage-at]");
    const to = { stage: item.dataset.toStage, sub_stage: item.dataset.toSub };
    const seen = { stage: chip.dataset.stageAt, sub_stage: chip.dataset.subAt };
    if (to.stage === seen.stage && to.sub_stage === seen.sub_stage) return;
    const lead = leadOf(item);
    const [status, told] = await cb.ask("/lead-stage", { lead, to, seen }).catch(() => [0, {}]);
    if (status === 200) {
      const path = place(to.stage, to.sub_stage);
      chip.firstElementChild.textContent = path;
      chip.dataset.stageAt = to.stage;
      chip.dataset.subAt = to.sub_stage;
      if (told.needs_follow_up) {
        cb.toast({ text: `${path} needs a follow-up: promise the next one before you leave this lead.`, icon: "calendar-plus" });
        cb.emit("needs-follow-up", { lead });
      }
    } else if (status === 409) {
      cb.toast({ text: `${told.say} It is now in ${place(told.newer.stage, told.newer.sub_stage)}; choose again if that is wrong.`, icon: "person-check" });
    } else cb.toast({ text: told.say || AWAY, icon: "exclamation-triangle" });
    cb.redrawLead?.(lead);
  }

  document.addEventListener("click", (event) => {
    const fact = event.target.closest("[data-fact]");
    if (fact) open(fact);
    const item = event.target.closest("[data-to-stage]");
    if (item) move(item);
  });
})();
