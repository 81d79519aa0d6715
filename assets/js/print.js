/* [data-print] prints the page; assets/css says what of it goes on paper. Paper is white, whatever the screen is. */
(() => {
  const root = document.documentElement;
  let screen = null;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  window.addEventListener("beforeprint", () => {
    screen = root.dataset.bsTheme;
    root.dataset.bsTheme = "light";
  });
  window.addEventListener("afterprint", () => {
    if (screen) root.dataset.bsTheme = screen;
  });
})();
