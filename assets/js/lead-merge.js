/* "Also known as" in a lead's rail: both leads side by side, which value stays, and the merge itself. */
(() => {
  const cb = window.callboard;
  const AWAY = "This could not be done now. Nothing was changed; try again in a moment.";

  function choice(field, sides) {
    const group = cb.el("fieldset", "merge-field", cb.el("legend", "small second", field.word));
    const different = sides[0].values[field.name] !== sides[1].values[field.name];
    const first = different && !sides[0].values[field.name] ? 1 : 0;
    sides.forEach((side, at) => {
      const value = side.values[field.name];
      const input = cb.el("input", "form-check-input");
      input.type = "radio";
      input.name = field.name;
      input.value = side.id;
      input.checked = at === first;
      input.disabled = !different;
      group.append(cb.el("label", "merge-value", input, cb.el("span", value ? "" : "hint", value || "nothing")));
    });
    return group;
  }

  function counts(side) {
    const said = [[side.calls, "call"], [side.notes, "note"], [side.applications, "application"]];
    return said.map(([n, word]) => `${n} ${word}${n === 1 ? "" : "s"}`).join(", ");
  }

  async function compare(kept, gone) {
    const [status, told] = await cb.ask("/lead-merge/compare", { kept, gone }).catch(() => [0, {}]);
    if (status !== 200) return cb.toast({ text: told.say || AWAY, icon: "exclamation-triangle" });
    show(told.fields, told.sides);
  }

  function show(fields, sides) {
    const [kept, gone] = sides;
    const form = cb.el("form", "merge-form");
    const said = cb.el("div", "merge-said");
    said.setAttribute("role", "alert");
    const go = cb.el("button", "btn btn-primary", `Merge into ${kept.name}`);
    go.type = "submit";
    const leave = cb.el("button", "btn btn-secondary", "Cancel");
    leave.type = "button";
    const title = cb.el("h2", "", "Are these one person?");
    title.id = "merge-title";
    form.append(
      title,
      cb.el("p", "second", "Choose which values stay. Calls, notes, follow-ups, applications and numbers of both are kept. What waits stays open until somebody opens the lead. A merge cannot be undone."),
      cb.el("div", "merge-field merge-sides", ...sides.map((side) => cb.el("div", "", cb.el("b", "", side.name), cb.el("div", "small hint", counts(side))))),
      ...fields.map((field) => choice(field, sides)),
      said,
      cb.el("div", "merge-do", leave, go),
    );
    const dialog = cb.el("dialog", "merge-dialog", form);
    dialog.setAttribute("aria-labelledby", title.id);
    leave.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      const values = Object.fromEntries([...form.querySelectorAll("input:checked:not(:disabled)")].map((one) => [one.name, Number(one.value)]));
      const [status, told] = await cb.ask("/lead-merge", { kept: kept.id, gone: gone.id, values }).catch(() => [0, {}]);
      go.disabled = false;
      if (status !== 200) { said.textContent = told.say || AWAY; return; }
      dialog.close();
      cb.toast({ text: `${gone.name} is now part of this lead.`, icon: "intersect" });
      cb.redrawLead?.(kept.id);
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-merge-with]");
    if (button) compare(Number(button.closest("[data-lead-id]").dataset.leadId), Number(button.dataset.mergeWith));
  });

  /* Somebody merged the lead on this screen into another one. */
  cb.on("lead", ({ lead_id: gone, kept_id: kept }) => {
    if (!kept || Number(document.querySelector("[data-lead-id]")?.dataset.leadId) !== gone) return;
    cb.toast({ text: "This lead became part of another one, shown now.", icon: "intersect" });
    cb.go(`/lead/${kept}?via=link`);
  });
})();
