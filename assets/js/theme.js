/* The switch between light and dark. Charts listen for `callboard:theme` (detail: {theme}). */
(() => {
  const KEY = "callboard-theme";

  function apply(theme) {
    if (document.documentElement.dataset.bsTheme === theme) return;
    document.documentElement.dataset.bsTheme = theme;
    window.dispatchEvent(new CustomEvent("callboard:theme", { detail: { theme } }));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem(KEY, theme); } catch { /* storage is off: this page only */ }
    apply(theme);
  });
  window.addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) apply(event.newValue);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    let chosen = null;
    try { chosen = localStorage.getItem(KEY); } catch { /* nothing chosen */ }
    if (!chosen) apply(event.matches ? "dark" : "light");
  });
})();
