/* The items of the counselor's queue: one for each lead, made of the rows that wait for it (missed or pending entries,
   or follow-ups). The item's head is the row due first. */
(() => {
  const cb = window.callboard;
  const DIRECTION = { inbound: "telephone-inbound", outbound: "telephone-outbound", campaign: "megaphone" };
  const SOON = 60 * 60000; // a follow-up due within the hour is amber

  const isOpen = (row) => row.state === "open";
  const due = (row) => Date.parse(row.due_at);

  function holder(item) {
    const row = item.rows.find((one) => one.claimed_id && Date.parse(one.claimed_until) > cb.now());
    return row ? { id: row.claimed_id, name: row.claimed_by } : null;
  }

  function group(rows) {
    const items = new Map();
    for (const row of rows) {
      const item = items.get(row.lead_id);
      if (item) item.rows.push(row);
      else items.set(row.lead_id, { lead: row.lead_id, kind: row.kind, rows: [row] });
    }
    for (const item of items.values()) {
      item.rows.sort((a, b) => isOpen(b) - isOpen(a) || due(a) - due(b) || a.id - b.id);
      item.head = item.rows[0];
    }
    return [...items.values()];
  }

  const began = (item) => Date.parse(item.head.raised_at || item.head.due_at);
  const oldest = (a, b) => began(a) - began(b) || a.lead - b.lead;
  /* What is late first, then what is due soonest; what a colleague has or who was talked with since waits below. */
  function urgent(me) {
    const low = (item) => {
      const has = holder(item);
      return Number(Boolean((has && has.id !== me) || item.head.talked_since || !isOpen(item.head)));
    };
    return (a, b) => low(a) - low(b) || due(a.head) - due(b.head) || oldest(a, b);
  }

  function icon(item) {
    if (item.kind === "follow") return "calendar-event";
    return item.kind === "pending" ? "hourglass-split" : DIRECTION[item.head.direction] || "telephone";
  }

  function age(item) {
    const at = item.head.raised_at || item.head.due_at;
    const made = cb.el("span", "age");
    made.title = `${cb.words.day(at)}, ${cb.words.clock(at)}`;
    if (item.kind === "follow") {
      const day = cb.words.day(at);
      made.textContent = day === cb.words.day(cb.now()) ? cb.words.clock(at) : day;
    } else {
      made.dataset.since = at;
      made.textContent = cb.words.age(cb.now() - Date.parse(at));
    }
    return made;
  }

  function node(item) {
    const link = cb.el("a", "queue-item");
    link.href = `/lead/${item.lead}?via=queue`;
    link.dataset.lead = item.lead;
    const part = (name) => cb.el("span", name);
    link.append(part("mark"), part("who clip"), part("what clip"), cb.el("span", "why", part("holder"), part("words clip")),
      part("when"), part("state"), part("often"));
    const take = cb.el("button", "queue-take btn btn-secondary btn-sm");
    take.type = "button";
    const call = cb.el("button", "icon-button call-small", cb.icon("telephone"));
    call.type = "button";
    call.dataset.callLead = item.lead;
    call.hidden = !item.head.mask;
    return cb.el("li", "", link, cb.el("span", "queue-do", call, item.kind === "follow" ? null : take));
  }

  /* What the head row says; another row may be the head by now, or the same one have rung at one more. */
  function words(link, item, me) {
    const { head } = item;
    const part = (name) => link.querySelector(`.${name}`);
    put(part("mark"), icon(item), () => [cb.icon(icon(item))]);
    part("mark").title = item.kind === "follow" ? "Follow-up" : `${item.kind === "pending" ? "Pending" : "Missed"}, ${head.direction || "direction not told"}`;
    write(part("who"), head.lead);
    write(part("what"), cb.entryWords.what(head));
    const why = item.kind === "follow" ? head.why || "You promised to call" : cb.entryWords.why(head, me);
    write(part("words"), why);
    part("words").title = why;
    put(part("when"), head.raised_at || head.due_at, () => [age(item)]);
    write(part("often"), often(item));
  }

  function followChip(head) {
    const left = due(head) - cb.now();
    if (left <= 0) return cb.chip("missed", "exclamation-triangle-fill", `${cb.words.span(-left)} late`);
    if (left < SOON) return cb.chip("pending", "hourglass-split", `in ${cb.words.span(left + 59999)}`);
    return cb.chip("plain", "clock", `in ${cb.words.span(left)}`);
  }

  function chip(item) {
    const call = (cb.calls || []).find((body) => Number(body.lead?.id) === item.lead);
    if (call?.phase === "talking") return cb.chip("connected", "telephone-fill", "On call");
    if (call) return cb.chip("ringing", "telephone-inbound", "Ringing");
    if (!isOpen(item.head)) return cb.chip("connected", "check2-all", item.kind === "follow" ? "Done" : "Cleared");
    if (item.kind === "follow") return followChip(item.head);
    const made = cb.chip("plain", "clock", "");
    made.dataset.raised = item.head.raised_at;
    made.dataset.due = item.head.due_at;
    return made;
  }

  function write(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  function put(place, key, make) {
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    place.replaceChildren(...make());
  }

  function rings(item) {
    return item.rows.filter((row) => row.kind === "missed" && row.direction === "inbound").length;
  }

  function often(item) {
    if (item.kind === "follow") return item.rows.length > 1 ? `${item.rows.length} promised` : "";
    return cb.entryWords.often(item.head, rings(item));
  }

  /** Bring a drawn item up to date with its rows, the clock, who has it and whether its lead is open. */
  function refresh(li, item, lead, me) {
    const link = li.firstChild;
    const open = isOpen(item.head);
    const late = open && cb.now() >= due(item.head);
    link.classList.toggle("is-late", late);
    link.querySelector(".mark").classList.toggle("is-missed", late);
    if (item.lead === lead) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    words(link, item, me);
    const made = chip(item);
    put(link.querySelector(".state"), made.textContent + (made.dataset.due || ""), () => [made]);
    const has = open ? holder(item) : null;
    const mine = has?.id === me;
    put(link.querySelector(".holder"), has ? has.name : "", () => (has ? [cb.chip("accent", "person-check", mine ? "You have it" : `${cb.words.first(has.name)} has it`)] : []));
    link.classList.toggle("is-held", Boolean(has && !mine));
    const call = li.querySelector("[data-call-lead]");
    call.dataset.callName = item.head.lead;
    call.setAttribute("aria-label", `Call ${item.head.lead}`);
    const take = li.querySelector(".queue-take");
    if (!take) return;
    take.hidden = !open || Boolean(has && !mine);
    take.dataset.claim = item.head.id;
    take.dataset.do = mine ? "release" : "claim";
    const word = mine ? "Give back" : "Take";
    if (take.textContent !== word) take.textContent = word;
    take.setAttribute("aria-label", `${word} ${item.head.lead}`);
  }

  cb.queueItems = { group, node, refresh, orders: { oldest: () => oldest, urgent } };
})();
