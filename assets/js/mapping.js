/* The mapping page draws its choices anew after each one: whoever chose keeps the focus where it was. */
(() => {
  let chosen = null;

  function restore() {
    if (!chosen || document.activeElement !== document.body) return;
    const again = document.getElementById(chosen.id);
    if (again && again !== chosen.element) {
      chosen = null;
      again.focus({ preventScroll: true });
    }
  }

  document.addEventListener("change", (event) => {
    const element = event.target;
    if (element instanceof HTMLElement && element.classList.contains("mapping-choice")) {
      chosen = { id: element.id, element };
    }
  });
  document.addEventListener("pointerdown", () => (chosen = null));

  new MutationObserver(restore).observe(document.documentElement, { childList: true, subtree: true });
})();
