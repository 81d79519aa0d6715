/* Providers: refreshed while somebody looks, and a drawer that stands in the address. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const { h, icon, chip } = {
    h: (...given) => window.React.createElement(...given),
    icon: (name) => cb.react.icon(name),
    chip: (...given) => cb.react.chip(...given),
  };
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const EVERY = 5000;
  const APART = 2000; // two refreshes, however many calls come
  const VERDICT = {
    recorded: ["connected", "check-circle-fill", "Recorded"],
    "nothing new": ["outline", "arrow-repeat", "Nothing new"],
    "no event": ["unknown", "dash-circle", "No event"],
    "for review": ["missed", "exclamation-triangle-fill", "For review"],
    refused: ["missed", "shield-x", "Refused"],
    "test event": ["accent", "send-check", "Test event"],
  };

  cells.CbReceived = ({ data }) => h("span", { className: "num", title: data.full }, data.clock);
  cells.CbVerdict = ({ data }) => {
    const [tone, name, text] = VERDICT[data.verdict] || ["unknown", "question-circle", data.verdict];
    return h("span", { className: "state" }, chip(tone, name, text), data.replayed ? h("span", { title: "replayed", className: "hint" }, icon("arrow-counterclockwise")) : null);
  };
  cells.CbReason = ({ value }) => h("span", { className: "second clip", title: value }, value || "");
  cells.CbQuietOrDash = ({ value }) => h("span", { className: value ? "second clip" : "hint", title: value }, value || "–");

  const here = () => document.querySelector("[data-providers-live]");
  let asked = 0;
  let waiting = null;

  // Somebody who is choosing, typing or on the way with the keyboard must not have it drawn anew under the hand.
  const busy = () =>
    document.activeElement?.matches("#main select, #main input, #main textarea") || document.querySelector("[data-live-part] :focus-visible");

  function refresh() {
    if (document.hidden || !here() || busy() || waiting) return;
    waiting = setTimeout(() => {
      waiting = null;
      asked = Date.now();
      cb.setProps("providers-tick", { data: asked });
    }, Math.max(0, asked + APART - Date.now()));
  }
  window.addEventListener("callboard:call", refresh);
  setInterval(refresh, EVERY);

  // ---- the drawer
  let shown = false;
  function write(delivery, step) {
    const query = new URLSearchParams(location.search);
    if (delivery) query.set("delivery", delivery);
    else query.delete("delivery");
    const text = query.toString();
    history[step ? "pushState" : "replaceState"](history.state, "", location.pathname + (text ? `?${text}` : ""));
  }
  const inAddress = () => Number(new URLSearchParams(location.search).get("delivery")) || null;

  (cb.mounts = cb.mounts || []).push(["[data-providers]", async (root) => {
    const api = await window.dash_ag_grid.getApiAsync("providers-grid");
    const open = ({ data }) => {
      write(data.key, true);
      cb.setProps("providers-open", { data: { delivery: Number(data.key), at: Date.now() } });
    };
    api.addEventListener("rowClicked", open);
    api.addEventListener("cellKeyDown", (event) => event.event.key === "Enter" && open(event));
    const count = () => { root.dataset.rows = api.getDisplayedRowCount(); };
    api.addEventListener("modelUpdated", count);
    count();
  }]);

  document.addEventListener("click", (event) => {
    const deliveries = event.target.closest("[data-provider-deliveries]");
    if (deliveries) {
      cb.filters.set("providers-query", { connection: deliveries.dataset.providerDeliveries });
      here().scrollIntoView({ behavior: "smooth", block: "nearest" });
    }
  });
  window.addEventListener("popstate", () => {
    if (document.querySelector("[data-providers]")) cb.setProps("providers-open", { data: inAddress() ? { delivery: inAddress() } : null });
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.callboard = Object.assign(window.dash_clientside.callboard || {}, {
    /** The server replayed a few: ask for the next ones. */
    providersReplayOn(following) {
      if (following) cb.setProps("providers-replaying", { data: following });
    },
    providersDrawer(opened) {
      shown = Boolean(opened?.delivery);
      return shown;
    },
    providersClosed(isOpen) {
      if (!isOpen && shown) {
        shown = false;
        if (inAddress()) write(null, false);
        cb.setProps("providers-open", { data: null });
      }
      return window.dash_clientside.no_update;
    },
  });
})();
