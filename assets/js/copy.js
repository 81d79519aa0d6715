/* Copy what a [data-copy] button names. Outside a secure context there is no clipboard, so a hidden field has to do. */
(() => {
  const cb = window.callboard;

  cb.copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = cb.el("textarea", "visually-hidden", text);
    // inside a dialog, which keeps the focus to itself
    (document.activeElement?.closest("[role=dialog]") || document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await cb.copy(button.dataset.copy);
    const word = button.querySelector("span");
    const said = word.textContent;
    word.textContent = "Copied";
    setTimeout(() => { word.textContent = said; }, 1600);
  });
})();
