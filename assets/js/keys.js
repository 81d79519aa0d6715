/* The keyboard. Letters act only while no field has the focus; Escape closes what is open. */
(() => {
  const cb = window.callboard;

  function typing(target) {
    return target.closest?.("input, textarea, select, [contenteditable=true], .ag-cell-inline-editing");
  }

  function move(step) {
    const items = [...document.querySelectorAll(".queue-list .queue-item, .leads-table tbody a.row-link")].filter((item) => item.offsetParent);
    if (!items.length) return false;
    const at = items.indexOf(document.activeElement.closest?.(".queue-item, a.row-link"));
    const from = at >= 0 ? at : items.findIndex((item) => item.getAttribute("aria-current") === "true");
    const next = items[Math.max(0, Math.min(items.length - 1, from < 0 ? (step > 0 ? 0 : items.length - 1) : from + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  cb.showKeys = () => {
    const dialog = document.getElementById("keys-dialog");
    if (!dialog) return;
    const shown = cb.el("dialog", "keys-dialog");
    shown.setAttribute("aria-labelledby", "keys-title");
    shown.append(...[...dialog.cloneNode(true).children]);
    shown.addEventListener("close", () => shown.remove());
    shown.addEventListener("click", (event) => {
      if (event.target === shown || event.target.closest("[data-close]")) shown.close();
    });
    document.body.append(shown);
    shown.showModal();
  };

  document.addEventListener("click", (event) => event.target.closest("[data-show-keys]") && cb.showKeys());

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      cb.focusSearch?.();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (cb.closeMenus?.(true)) return;
      if (typing(event.target)) event.target.blur();
      else if (!document.querySelector("dialog[open]")) cb.closeLead?.();
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const act = {
      "?": () => cb.showKeys(),
      "/": () => cb.focusSearch?.(),
      o: () => cb.openCard?.(),
      j: () => move(1),
      k: () => move(-1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
