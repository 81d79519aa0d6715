/* "Assign to" in the unfolded row of a board: the counselors of the call's team, and taking it back from who has it. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const h = (...given) => window.React.createElement(...given);

  /** Who has an open entry now, or null; a claim lapses by itself. */
  cb.holder = (entry) => (entry.state === "open" && entry.claimed_id && Date.parse(entry.claimed_until) > cb.now() ? entry.claimed_by : null);

  cb.Assign = ({ entry }) => {
    const { useEffect, useState } = window.React;
    const [people, setPeople] = useState([]);
    useEffect(() => {
      let here = true;
      cb.assignable(entry.id).then((found) => here && setPeople(found), () => {});
      return () => { here = false; };
    }, [entry.id]);
    const has = cb.holder(entry);
    if (entry.state !== "open" || !people.length) return null;
    const choose = ({ target }) => {
      if (target.value) cb.claim(target.value === "free" ? "release" : "assign", entry.id, Number(target.value) || undefined);
    };
    return h("select", { className: "form-select form-select-sm assign", value: "", onChange: choose, onClick: (event) => event.stopPropagation(), "aria-label": `Assign ${entry.lead}` },
      h("option", { value: "" }, has ? `${cb.words.first(has)} has it` : "Assign to…"),
      has ? h("option", { value: "free" }, "Nobody, free it") : null,
      people.map((who) => h("option", { key: who.id, value: who.id }, who.name)));
  };
})();
