/* An open profile ([data-lead-id]): says that it is still on the screen, asks for a fresh timeline when the lead's
   calls or entries change and for head and rail when somebody changed the lead, and tells of a call missed meanwhile. */
(() => {
  const cb = window.callboard;
  const EVERY = 20000;
  const WORD = { missed: "Missed", pending: "Pending" };
  let soon = 0;

  const shown = () => document.querySelector("[data-lead-id]");

  function viewing(profile) {
    if (document.hidden || !profile?.isConnected || !profile.dataset.openingId) return;
    cb.post("/live/viewing", { lead_id: Number(profile.dataset.leadId), opening_id: Number(profile.dataset.openingId) }).catch(() => {});
  }

  function refresh(profile) {
    clearTimeout(soon);
    soon = setTimeout(() => {
      const lead = Number(profile.dataset.leadId);
      if (profile.isConnected && profile.matches(".profile")) cb.setProps({ type: "profile-refresh", lead }, { data: { lead, most: Number(profile.dataset.most) || undefined, at: Date.now() } });
    }, 300);
  }

  /* Head and rail follow the lead, but never while a field in them or a menu is open. */
  const redraw = {};
  cb.redrawLead = (lead) => {
    clearTimeout(redraw[lead]);
    redraw[lead] = setTimeout(() => {
      const profile = shown();
      if (Number(profile?.dataset.leadId) !== lead || !profile.matches(".profile")) return;
      if (profile.querySelector(".fact-form, .stage-menu:not([hidden])")) return cb.redrawLead(lead);
      cb.setProps({ type: "profile-changed", lead }, { data: { lead, at: Date.now() } });
      refresh(profile);
    }, 400);
  };

  /* A miss while the page is open is not cleared by itself: the person may have been looking elsewhere. */
  function missedNow(profile, entry) {
    const bar = profile.querySelector(".missed-now");
    if (!bar) return;
    if (entry.state !== "open") {
      if (Number(bar.dataset.entry) === entry.id) bar.hidden = true;
      return;
    }
    bar.dataset.entry = entry.id;
    bar.querySelector("[data-said]").textContent = `${WORD[entry.kind] || "Missed"} ${entry.direction}`;
    bar.querySelector("[data-when]").dataset.since = entry.raised_at;
    bar.hidden = false;
    cb.tick();
  }

  function about(fn) {
    return (body) => {
      const profile = shown();
      if (profile && Number(body.lead_id) === Number(profile.dataset.leadId)) fn(profile, body);
    };
  }

  document.addEventListener("DOMContentLoaded", () => {
    cb.on("call", about(refresh));
    cb.on("follow_up", about((profile, body) => cb.redrawLead(body.lead_id)));
    cb.on("lead", about((profile, body) => cb.redrawLead(body.lead_id)));
    cb.on("entry", about((profile, entry) => { missedNow(profile, entry); refresh(profile); }));
  });
  document.addEventListener("visibilitychange", () => viewing(shown()));
  setInterval(() => viewing(shown()), EVERY);

  document.addEventListener("click", (event) => {
    const profile = event.target.closest("[data-lead-id]");
    if (!profile) return;
    const pill = event.target.closest("[data-show]");
    if (pill?.matches("button")) {
      profile.querySelector(".lead-body").dataset.show = pill.dataset.show;
      pill.parentNode.querySelectorAll("[data-show]").forEach((one) => one.setAttribute("aria-pressed", String(one === pill)));
    }
    const tab = event.target.closest("[data-tab-of]");
    if (tab) {
      profile.dataset.tab = tab.dataset.tabOf;
      tab.parentNode.querySelectorAll("[data-tab-of]").forEach((one) => one.setAttribute("aria-pressed", String(one === tab)));
    }
    const earlier = event.target.closest("[data-earlier]");
    if (earlier) {
      earlier.disabled = true;
      profile.dataset.most = (Number(profile.dataset.most) || Number(earlier.dataset.earlier)) * 2;
      refresh(profile);
    }
    if (event.target.closest("[data-seen]")) profile.querySelector(".missed-now").hidden = true;
  });
  /* On a phone: where this lead stands in the queue the person came from, and its neighbours. */
  function neighbours(bar) {
    const { word, leads } = JSON.parse(sessionStorage.getItem("callboard-queue") || '{"leads": []}');
    const at = leads.indexOf(Number(bar.closest("[data-lead-id]").dataset.leadId));
    if (at < 0) return;
    bar.querySelector(".where").replaceChildren(cb.el("b", "", word), ` ${at + 1} of ${leads.length}`);
    for (const [step, icon, label] of [[-1, "chevron-up", "Previous"], [1, "chevron-down", "Next"]]) {
      const to = leads[at + step];
      if (to === undefined) continue;
      const link = cb.el("a", "icon-button", cb.icon(icon));
      link.href = `/lead/${to}?via=queue`;
      link.setAttribute("aria-label", label);
      bar.append(link);
    }
  }

  function count(element) {
    const body = element.closest(".lead-body");
    for (const [kind, n] of Object.entries(JSON.parse(element.dataset.counts))) {
      body?.querySelector(`[data-n-of="${kind}"]`)?.replaceChildren(` ${n}`);
    }
  }

  cb.mounts.push([".phone-bar", neighbours], ["[data-counts]", count], ["[data-lead-id]", (profile) => profile.closest("[aria-busy]")?.removeAttribute("aria-busy")]);
})();
