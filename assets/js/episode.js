/* The unfolded row of the boards: what happened, why nobody answered, who it waits for. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  const icon = (name) => h("i", { className: `bi bi-${name}`, "aria-hidden": true });
  const many = (n, one) => `${n} ${n === 1 ? one : `${one}s`}`;

  const WHY = {
    free: ["missed", "person-x", "Free, did not pick up"],
    rejected: ["missed", "x-circle", "Declined the call"],
    busy: ["quiet", "slash-circle", "On another call"],
    away: ["quiet", "moon", "Away"],
    taken: ["quiet", "check2", "Taken by a colleague"],
    caller_left: ["quiet", "telephone-x", "Caller hung up first"],
  };
  const ENDED = {
    cancelled: "caller hung up", no_answer: "nobody picked up", busy: "line busy", rejected: "declined",
    agent_missed: "the counselor's own phone was not picked up", agent_cancelled: "the counselor hung up",
    abandoned: "answered, no agent free", voicemail: "left to voicemail", failed: "the call failed",
    unknown: "ended, how is not told", connected: "talked",
  };
  const ENDED_INBOUND = { agent_missed: "nobody picked up", no_answer: "nobody picked up" };
  const STATE = { call: ["ringing", "On a call"], in: ["connected", "Checked in"], break: ["pending", "On a break"], out: ["unknown", "Checked out"] };
  const AFTER = { connected: ["connected", "telephone-fill", "talked"] };

  function axisOf(calls) {
    const longest = Math.max(20, ...calls.flatMap((call) => [call.seconds || 0, ...call.rings.map((ring) => (ring.offset || 0) + (ring.seconds || 0))]));
    const step = [20, 30, 40, 60, 90, 120, 180, 240, 300, 600].find((each) => each >= longest) || Math.ceil(longest / 600) * 600;
    return step;
  }
  function seconds(iso) {
    const zone = document.getElementById("live-cursor")?.dataset.zone;
    return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: zone }).format(new Date(iso));
  }
  const tick = (seconds) => (seconds < 120 ? `${seconds} s` : `${seconds / 60} min`);

  function ended(call) {
    const word = (call.direction === "inbound" && ENDED_INBOUND[call.outcome]) || ENDED[call.outcome] || "ended";
    if (call.outcome === "connected") return `${call.person ? `${call.person} ` : ""}talked ${cb.words.duration(call.talk_seconds)}`;
    return call.seconds ? `${word} after ${cb.words.duration(call.seconds)}` : word;
  }

  /* On a call we placed, the counselor's own ring has no reason when it was the lead who did not answer. */
  const UNTOLD = { inbound: ["quiet", "question-circle", "Reason not told"], outbound: ["quiet", "telephone-outbound", "Called the lead"], campaign: ["quiet", "megaphone", "Was on the line"] };

  function ring(each, key, axis, direction) {
    const [tone, name, text] = each.answered ? ["connected", "telephone-fill", "Picked up"] : WHY[each.reason] || UNTOLD[direction] || UNTOLD.inbound;
    const bar = each.seconds
      ? h("span", { className: `ring-bar is-${tone}`, style: { left: `${(100 * (each.offset || 0)) / axis}%`, width: `${Math.max(1, (100 * each.seconds) / axis)}%` } })
      : null;
    return [
      h("span", { key: `${key}w`, className: "ring-who clip" }, h("span", { className: "avatar is-24", "aria-hidden": true }, each.initials),
        h("span", { className: "clip" }, each.name), each.mapped ? null : h("span", { className: "hint small" }, "nobody's seat")),
      h("span", { key: `${key}a`, className: "second num" }, each.at ? seconds(each.at) : "–"),
      h("span", { key: `${key}s`, className: "num end" }, each.seconds === null ? "–" : `${each.seconds} s`),
      h("span", { key: `${key}b`, className: "ring-track" }, bar),
      h("span", { key: `${key}y`, className: `word is-${tone} small` }, icon(name), h("span", null, text)),
    ];
  }

  function call(each, place, many_, axis) {
    const nth = many_ ? `${place + 1}${["st", "nd", "rd"][place] || "th"} call ` : "Call ";
    const head = h("div", { key: `${each.id}h`, className: "ring-call" }, h("b", null, nth, cb.words.clock(each.at)), " ", ended(each));
    if (!each.rings.length) return [head, h("div", { key: `${each.id}n`, className: "ring-none hint" }, each.outcome === "abandoned" ? "No counselor was free, so nobody was rung." : "No counselor was rung.")];
    const marks = h("span", { key: `${each.id}x`, className: "ring-axis hint small num" },
      [0, 0.5, 1].map((share) => h("span", { key: share }, tick(axis * share))));
    return [head, marks, ...each.rings.flatMap((one, at) => ring(one, `${each.id}-${at}`, axis, each.direction))];
  }

  function what(found) {
    const { entry, calls } = found;
    const rings = calls.reduce((sum, each) => sum + each.rings.length, 0);
    const axis = axisOf(calls);
    const title = entry.kind === "pending" ? "Talked, profile not opened"
      : `One episode, ${many(calls.length, "call")}, ${many(rings, "ring")}`;
    return h("div", { className: "episode-what" },
      h("div", { className: "episode-head" }, h("h3", null, title),
        h("span", { className: "hint clip" }, [entry.did, entry.campaign, entry.connection].filter(Boolean).join(", "))),
      h("div", { className: "rings" }, calls.flatMap((each, place) => call(each, place, calls.length > 1, axis))));
  }

  function waiting(found) {
    const { entry, people, since } = found;
    const list = people.map((who) => {
      const [tone, word] = STATE[who.state] || STATE.out;
      const why = who.state === "break" && who.reason ? `${word}, ${who.reason}` : word;
      return h("div", { key: who.id, className: "waiting-one" },
        h("span", { className: "avatar is-32", "aria-hidden": true }, who.initials),
        h("span", { className: "grow clip" }, h("div", { className: "clip" }, who.name, who.name === entry.owner ? h("span", { className: "hint small" }, " owns the lead") : null),
          h("div", { className: "small second clip" }, h("span", { className: `dot is-${tone}` }), " ", why,
            who.since ? [" since ", h("span", { key: "s", className: "num" }, cb.words.clock(who.since))] : null)));
    });
    const pool = entry.teams.map((team) => team.name).join(", ");
    const nobody = h("p", { className: "second" }, entry.everyone ? "Nobody in particular: every counselor sees it." : `The whole pool of ${pool} sees it.`);
    const later = since.map((each) => {
      const [tone, name] = AFTER[each.outcome] || ["quiet", cb.directionLook(each.direction)[0]];
      const said = each.outcome === "connected" ? `talked ${cb.words.duration(each.seconds)}` : ENDED[each.outcome] || "under way";
      return h("div", { key: each.at, className: `word is-${tone} small clip` }, icon(name), h("span", { className: "num" }, cb.words.clock(each.at)), h("span", { className: "clip" }, `${each.person ? `${each.person}, ` : ""}${said}`));
    });
    const owner = entry.owner && !people.some((who) => who.name === entry.owner) ? h("div", { className: "small second" }, `Lead's counselor: ${entry.owner}`) : null;
    return h("div", { className: "episode-who" },
      h("h3", null, "Waits for"), people.length ? list : nobody, owner,
      later.length ? [h("h3", { key: "t" }, "Since then"), ...later] : null,
      h("div", { className: "episode-do" }, h("a", { className: "btn btn-primary", href: `/lead/${entry.lead_id}?via=board` }, "Open lead"),
        h(cb.Assign, { entry }), entry.mask ? h("span", { className: "hint num" }, entry.mask) : null));
  }

  function Episode(props) {
    const { useEffect, useLayoutEffect, useRef, useState } = window.React;
    const root = useRef(null);
    const [found, setFound] = useState(props.data.episode);
    useEffect(() => {
      const hear = ({ detail }) => String(detail.id) === props.data.of && setFound(detail);
      window.addEventListener("callboard:episode", hear);
      return () => window.removeEventListener("callboard:episode", hear);
    }, []);
    /* The row is as high as its words need, which only the drawn words know. */
    useLayoutEffect(() => {
      const fit = () => requestAnimationFrame(() => {
        if (!root.current || !props.api.getRowNode(props.data.key)) return; // folded meanwhile
        const high = Math.ceil(root.current?.scrollHeight ?? 0) + 1;
        if (!high || props.data.height === high) return;
        props.data.height = high;
        props.node.setRowHeight(high);
        props.api.onRowHeightChanged();
      });
      fit();
      const watch = new ResizeObserver(fit);
      if (root.current) watch.observe(root.current);
      return () => watch.disconnect();
    }, [found]);
    if (!found) return h("div", { className: "episode", ref: root }, h("div", { className: "skeletons grow" }, [70, 90, 55].map((wide) => h("span", { key: wide, className: "skeleton", style: { width: `${wide}%` } }))));
    if (found.gone) return h("div", { className: "episode", ref: root }, h("p", { className: "hint" }, "This entry is not here any more."));
    return h("div", { className: "episode", ref: root }, what(found), waiting(found));
  }
  cells.CbEpisode = (props) => h(Episode, props);
})();
