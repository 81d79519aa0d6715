/* Administrators: how many connections are silent, in the navigation, and a word when that changes. */
(() => {
  const cb = window.callboard;
  const shown = () => document.querySelector("[data-silence]");

  cb.on("silence", ({ silent }) => {
    const mark = shown();
    if (!mark) return;
    const before = Number(mark.dataset.count);
    mark.textContent = silent.length;
    mark.dataset.count = silent.length;
    mark.title = silent.length ? `Silent: ${silent.join(", ")}` : "";
    if (silent.length > before) cb.toast({ text: `Not heard although it should be: ${silent.join(", ")}. See Providers.`, icon: "volume-mute-fill" });
    else if (silent.length < before) cb.toast({ text: silent.length ? `Still silent: ${silent.join(", ")}.` : "Every connection is heard again.", icon: "check-circle" });
  });
})();
