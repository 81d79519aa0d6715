/* Productivity: the chart in the page's theme, and the drawer of calls behind a number, which stands in the address. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  const NAMES = ["metric", "who", "on"];
  const STORE = "productivity-drill";
  const theme = () => (document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light");

  function painted(value) {
    if (typeof value === "string" && value.startsWith("token:")) {
      return getComputedStyle(document.documentElement).getPropertyValue(`--${value.slice(6)}`).trim();
    }
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, painted(inner)]));
    return value;
  }

  window.addEventListener("callboard:theme", () => {
    if (document.querySelector("[data-productivity]")) cb.setProps("productivity-theme", { data: Date.now() });
  });

  /* A phone has room for a handful of words below the bars, and for none above many. */
  function thin(data, layout) {
    const { tickvals } = layout.xaxis;
    const step = Math.ceil(tickvals.length / 5);
    layout.xaxis = { ...layout.xaxis, tickvals: tickvals.filter((_, at) => at % step === Math.floor(step / 2)), tickangle: 0 };
    const figures = data.find((trace) => trace.mode === "text");
    if (figures && figures.x.length > 8) figures.text = figures.text.map(() => "");
  }

  (cb.mounts = cb.mounts || []).push(["[data-productivity]", async (root) => {
    const api = await window.dash_ag_grid.getApiAsync("productivity-grid");
    if (root.isConnected && cb.isPhone()) api.setColumnWidths([{ key: "name", newWidth: 156 }]);
  }]);

  // ---- the drawer
  function asked() {
    const query = new URLSearchParams(location.search);
    return query.get("metric") ? Object.fromEntries(NAMES.map((name) => [name, query.get(name)]).filter(([, value]) => value !== null)) : null;
  }

  function write(drill, step) {
    const query = new URLSearchParams(location.search);
    NAMES.forEach((name) => query.delete(name));
    Object.entries(drill || {}).forEach(([name, value]) => value !== "" && query.set(name, value));
    const text = query.toString().replaceAll("%2C", ",");
    history[step ? "pushState" : "replaceState"](history.state, "", location.pathname + (text ? `?${text}` : ""));
  }

  function open(drill) {
    write(drill, true);
    cb.setProps(STORE, { data: drill });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-drill]");
    if (!button) return;
    const { drill, who = "" } = button.dataset;
    open(who === "" ? { metric: drill } : { metric: drill, who });
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.key === "Enter" ? event.target.closest?.(".productivity-grid .ag-cell") : null;
    cell?.querySelector("[data-drill]")?.click();
  });
  window.addEventListener("popstate", () => {
    if (document.querySelector("[data-productivity]")) cb.setProps(STORE, { data: asked() });
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.callboard = Object.assign(window.dash_clientside.callboard || {}, {
    productivityChart(chart, _theme, templates) {
      if (!chart) return window.dash_clientside.no_update;
      const { data, layout } = painted(chart);
      if (cb.isPhone()) thin(data, layout);
      return { data, layout: { ...layout, template: templates[theme()] } };
    },
    productivityDrawer(drill) {
      return Boolean(drill?.metric);
    },
    productivityClosed(isOpen) {
      if (!isOpen && asked()) {
        write(null, false);
        cb.setProps(STORE, { data: null });
      }
      return window.dash_clientside.no_update;
    },
    productivityBar(click) {
      const bar = click?.points?.find((point) => point.data?.meta || point.customdata);
      const metric = ["outbound", "campaign", "inbound"][bar?.curveNumber];
      if (metric && bar.customdata?.[0]) open({ metric, on: bar.customdata[0] });
      return null;
    },
  });
})();
