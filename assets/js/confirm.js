/* A [data-confirm] button asks before it does what cannot be taken back. It asks before anybody hears of the click. */
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("[data-confirm]");
    if (!button || window.confirm(button.dataset.confirm)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
