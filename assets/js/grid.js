/* Cells and functions of the grids, by the names that dashapp/components/*_grid.py uses. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  const icon = (name) => h("i", { className: `bi bi-${name}`, "aria-hidden": true });
  const chip = (tone, name, text, title) =>
    h("span", { className: `chip is-${tone}`, title }, name ? icon(name) : null, h("span", null, text));
  cb.react = { h, icon, chip };

  const DIRECTION = {
    inbound: ["telephone-inbound", "Inbound"],
    outbound: ["telephone-outbound", "Outbound"],
    campaign: ["megaphone", "Campaign"],
  };
  const WHY = {
    free: ["missed", "x", "free, did not pick up"],
    rejected: ["missed", "x", "declined"],
    busy: ["unknown", "telephone-fill", "on another call"],
    away: ["unknown", "moon-fill", "away"],
    taken: ["unknown", "check", "taken by a colleague"],
    caller_left: ["unknown", "telephone-x", "caller hung up first"],
    unknown: ["unknown", "question", "reason not told"],
  };
  const HOW = {
    popup: "from the pop-up", board: "from the board", queue: "from the queue", bell: "from the bell",
    search: "by search", link: "by a link", api: "by another system", leads: "from the leads",
  };
  cb.why = (reason) => WHY[reason] || null;
  cb.directionLook = (direction) => DIRECTION[direction] || ["question-circle", "Not told"];

  function full(iso) {
    const zone = document.getElementById("live-cursor")?.dataset.zone;
    return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: zone }).format(new Date(iso));
  }
  cb.fullTime = full;

  // ---- cells shared by grids
  cells.CbDirection = ({ value }) => {
    const [name, word] = cb.directionLook(value);
    return h("span", { className: "word is-quiet" }, icon(name), h("span", null, word));
  };
  cells.CbQuiet = ({ value }) => h("span", { className: `clip ${value ? "second" : "hint"}`, title: value }, value || "Not known yet");
  const foundLate = (data) =>
    data.late
      ? h("span", { className: "chip is-outline", title: "Found late: we learnt of this call only afterwards" }, icon("cloud-download"), h("span", { className: "visually-hidden" }, "Found late"))
      : null;
  cells.CbLead = ({ data }) =>
    h("span", { className: "lead-cell clip" },
      h("a", { href: `/lead/${data.lead_id}?via=board`, className: "strong" }, data.lead),
      data.city ? h("span", { className: "hint small" }, data.city) : null, foundLate(data));

  // ---- the boards
  const avatar = (who) => {
    const why = WHY[who.reason];
    const words = why ? `${who.name}: ${why[2]}` : who.name;
    return h("span", { key: who.id, className: "avatar is-24", title: words, role: "img", "aria-label": words },
      who.initials, why ? h("span", { className: `why is-${why[0]}` }, icon(why[1])) : null);
  };
  cells.CbRung = ({ data }) => {
    const who = data.counselors || [];
    const waits = who.map((one) => one.name).join(", ");
    if (data.reason === "abandoned") return h("span", { className: "hint", title: waits && `Waits for ${waits}` }, "No agent free");
    if (who.length) {
      const shown = who.length > 4 ? 3 : 4; // and how many more, in the fourth one's place
      return h("span", { className: "rung" }, who.slice(0, shown).map(avatar),
        who.length > 4 ? h("span", { className: "hint small", title: who.slice(shown).map((one) => one.name).join(", ") }, `+${who.length - shown}`) : null);
    }
    const pool = (data.teams || []).map((team) => team.name).join(", ");
    return h("span", { className: "hint clip" }, pool ? `Pool ${pool}` : "Nobody's line");
  };

  const isOpen = (data) => data.state === "open";
  cells.CbAge = ({ data }) =>
    isOpen(data)
      ? h("span", { key: data.raised_at, className: "age num", "data-since": data.raised_at, title: full(data.raised_at) },
        cb.words.age(cb.now() - Date.parse(data.raised_at)))
      : h("span", { className: "hint" }, "–");

  cells.CbDue = ({ data }) => {
    const raised = Date.parse(data.raised_at);
    const due = Date.parse(data.due_at);
    if (data.state === "cleared") {
      const cleared = Date.parse(data.cleared_at);
      return cleared <= due
        ? chip("connected", "check-circle-fill", `In time, ${cb.words.span(Math.max(0, cleared - raised))}`)
        : chip("outline", "clock-history", `Late, ${cb.words.span(cleared - raised)}`);
    }
    if (!isOpen(data)) return h("span", { className: "hint" }, "–");
    const { tone, icon: name, text } = cb.words.due(raised, due, cb.now());
    return h("span", { key: data.due_at, className: `chip is-${tone}`, "data-due": data.due_at, "data-raised": data.raised_at, title: full(data.due_at) },
      icon(name), h("span", null, text));
  };
  cells.CbTries = ({ value }) => h("span", { className: value ? "strong num" : "hint num" }, value);

  cells.CbState = ({ data }) => {
    if (data.state === "cleared") {
      const by = [cb.words.first(data.cleared_by || "Somebody"), HOW[data.cleared_how] || ""].filter(Boolean).join(", ");
      return h("span", { className: "state" }, chip("connected", "check-circle-fill", "Cleared"), h("span", { className: "hint small clip" }, by));
    }
    if (data.state === "withdrawn") {
      return h("span", { className: "state" }, chip("outline", "arrow-counterclockwise", "Withdrawn"), h("span", { className: "hint small clip" }, "answered after all"));
    }
    if (data.talked_since) return chip("connected", "telephone-fill", "Talked since");
    const has = cb.holder(data);
    if (has) return h("span", { className: "state", title: `${has} has it until ${cb.words.clock(data.claimed_until)}` }, chip("accent", "person-check", `${cb.words.first(has)} has it`));
    if (data.tries) return chip("outline", "arrow-repeat", "Tried");
    return chip("outline", "circle", "Open");
  };
  /* For who may call; assets/js/dial.js does it. */
  cells.CbCall = ({ data }) =>
    data.mask
      ? h("button", { type: "button", tabIndex: -1, className: "icon-button call-small", "data-call-lead": data.lead_id, "data-call-name": data.lead, title: `Call ${data.lead}`, "aria-label": `Call ${data.lead}` }, icon("telephone"))
      : null;
  cells.CbMore = ({ data }) =>
    h("button", { type: "button", className: "unfold", tabIndex: -1, "aria-expanded": Boolean(data.unfolded), "aria-label": `What happened with ${data.lead}` },
      icon(data.unfolded ? "chevron-down" : "chevron-right"));

  /* On a phone the grid has this one column. */
  cells.CbBoardCard = (props) => {
    const { data } = props;
    const [name, word] = cb.directionLook(data.direction);
    return h("div", { className: "board-card" },
      h("div", { className: "line" },
        h("span", { className: "lead-cell clip grow" }, h("a", { href: `/lead/${data.lead_id}?via=board`, className: "strong" }, data.lead), data.city ? h("span", { className: "hint small" }, data.city) : null, foundLate(data)),
        cells.CbAge(props)),
      h("div", { className: "line" },
        h("span", { className: "second clip grow" }, data.programme || "Programme not known yet"),
        isOpen(data) ? cells.CbDue(props) : cells.CbState(props)),
      h("div", { className: "line" },
        h("span", { className: "word is-quiet small" }, icon(name), h("span", null, word)),
        h("span", { className: "hint small clip grow" }, cb.holder(data) ? `${cb.words.first(cb.holder(data))} has it` : data.tries ? `${data.tries} ${data.tries === 1 ? "try" : "tries"}` : "Not tried yet"),
        cells.CbRung(props), props.api.getColumn("call") ? cells.CbCall(props) : null));
  };

  // ---- productivity
  cells.CbCounselor = ({ data }) => {
    if (data.total) return h("span", { className: "strong" }, data.name);
    const none = data.attempts === null;
    return h("span", { className: "person clip" },
      h("span", { className: "avatar is-24", "aria-hidden": true }, data.person_id ? data.initials : icon("dash")),
      h("span", { className: `clip ${none || data.nobody ? "second" : "strong"}` }, data.name),
      data.nobody ? h("span", { className: "hint small clip" }, "pools, unanswered campaign calls") : null,
      h("span", { className: "hint small clip" }, data.team));
  };
  /* A figure that opens its calls. A bar stands right of it; in a rate's bar a tick marks the team's value. */
  cells.CbFigure = ({ data, colDef, bar }) => {
    const metric = colDef.field;
    const value = data[metric];
    const text = data.text[metric];
    if (value === null || value === undefined) return h("span", { className: "hint" }, "–");
    const who = data.total ? "" : data.person_id;
    const figure = h("button", { type: "button", className: "drill", "data-drill": metric, "data-who": who, "aria-label": `${colDef.headerName} of ${data.name}: ${text}, the calls behind it` }, text);
    if (!bar) return figure;
    const filled = bar === "mark" ? value : data.part;
    const track = data.total || data.nobody ? h("span", { className: "cell-bar is-empty" })
      : h("span", { className: "cell-bar" }, h("span", { className: "cell-bar-fill", style: { width: `${100 * Math.min(1, filled)}%` } }),
        bar === "mark" && data.mark !== null ? h("span", { className: "cell-bar-mark", style: { left: `${100 * data.mark}%` } }) : null);
    return h("span", { className: "with-bar" }, figure, track);
  };
  functions.callboardIsNobody = (params) => Boolean(params.data?.nobody);
  functions.callboardNothingLast = (one, other, _nodeA, _nodeB, isDescending) => {
    const none = (value) => value === null || value === undefined;
    if (none(one) || none(other)) return none(one) === none(other) ? 0 : none(one) === Boolean(isDescending) ? -1 : 1;
    return one - other;
  };

  functions.callboardOldestLast = (one, other) => (one < other ? 1 : one > other ? -1 : 0);
  functions.callboardIsDetail = (params) => Boolean((params.rowNode?.data || params.data || params.node?.data || {}).detail);
  functions.callboardIsUnfolded = (params) => Boolean(params.data?.unfolded);
  /* A time with the entry's state behind it: a cell is drawn anew only when its value changes, and both show either. */
  functions.callboardRaised = ({ data }) => `${data?.raised_at} ${data?.state}`;
  functions.callboardDue = ({ data }) => `${data?.due_at} ${data?.state}`;
  /* Two classes take turns, so that a row lights up at every change and not only at the first. */
  functions.callboardToldOnce = (params) => params.data?.told === 1;
  functions.callboardToldAgain = (params) => params.data?.told === 2;
  functions.callboardIsLeaving = (params) => Boolean(params.data && !params.data.detail && params.data.state !== "open");
  functions.callboardRowHeight = (params) => (params.data?.detail ? params.data.height || 168 : cb.isPhone() ? 92 : 44);
  /* An unfolded row's detail stands right below it, however the grid is sorted. */
  functions.callboardDetailsFollow = ({ nodes }) => {
    const details = nodes.filter((node) => node.data?.detail);
    for (const detail of details) {
      nodes.splice(nodes.indexOf(detail), 1);
      const parent = nodes.findIndex((node) => node.data?.key === detail.data.of);
      nodes.splice(parent < 0 ? nodes.length : parent + 1, 0, detail);
    }
  };
})();
