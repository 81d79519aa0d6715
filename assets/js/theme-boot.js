/* Runs in the head, before the first paint: the theme must not flash. Everything else about it is in theme.js. */
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("callboard-theme"); } catch { /* storage is off: follow the system */ }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
