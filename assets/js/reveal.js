/* Shows one number in full for half a minute, after asking why. It is kept nowhere: not in a store, not in an
   address, not in the page's history; leaving the page or its time takes it away. */
(() => {
  const cb = window.callboard;

  function ask(leadId, button) {
    const dialog = cb.el("dialog", "keys-dialog reveal-dialog");
    const field = cb.el("textarea", "form-control");
    field.rows = 3;
    field.maxLength = 300;
    field.id = "reveal-reason";
    const label = cb.el("label", "form-label", "Why do you need it?");
    label.htmlFor = field.id;
    const said = cb.el("p", "hint", "At least ten letters. Who looked, when and why is kept in the audit.");
    said.setAttribute("role", "status");
    const show = cb.el("button", "btn btn-primary", "Show the number");
    show.type = "submit";
    const leave = cb.el("button", "btn btn-secondary", "Cancel");
    leave.type = "button";
    const title = cb.el("h2", "", "Show this number");
    title.id = "reveal-title";
    const form = cb.el("form", "", title, label, field, said, cb.el("div", "reveal-do", leave, show));
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(form);
    leave.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      show.disabled = true;
      const answer = await fetch("/reveal", {
        method: "POST",
        cache: "no-store",
        headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
        body: JSON.stringify({ lead: leadId, reason: field.value }),
      }).catch(() => null);
      show.disabled = false;
      if (answer?.status === 401) return cb.signIn();
      const body = await answer?.json().catch(() => null);
      if (!answer?.ok || !body) {
        said.textContent = body?.say || "It could not be shown. Please try again.";
        said.className = "reveal-no";
        return field.focus();
      }
      dialog.close();
      reveal(leadId, body);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  }

  function reveal(leadId, { number, seconds, left }) {
    const places = [...document.querySelectorAll(`[data-reveal-mask="${leadId}"]`)];
    const masks = places.map((place) => place.textContent);
    places.forEach((place) => { place.textContent = number; });
    const record = cb.el("a", "small reveal-record", "On record");
    record.href = "/audit?kind=numbers&span=today";
    record.title = "Who saw which number today, and why";
    document.querySelector(`[data-reveal="${leadId}"]`)?.after(record);
    const hide = () => {
      record.remove();
      places.forEach((place, at) => { place.textContent = masks[at]; });
      clearTimeout(timer);
      removeEventListener("pagehide", hide);
    };
    const timer = setTimeout(hide, seconds * 1000);
    addEventListener("pagehide", hide);
    cb.toast({ tone: "accent", icon: "eye", text: `Shown for ${seconds} seconds. ${left} more today.` });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) ask(Number(button.dataset.reveal), button);
  });
})();
