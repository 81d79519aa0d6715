/* What a connection's card need not ask Dash for: a bar for each hour of [data-hours], and the (i) of [data-info]. */
(() => {
  const cb = window.callboard;
  const HOUR = 3600000;

  function bars(element) {
    const counts = JSON.parse(element.dataset.hours);
    const most = Math.max(...counts, 1);
    element.replaceChildren(...counts.map((count) => {
      const bar = cb.el("span");
      bar.style.height = `${Math.round(Math.max((count / most) * 100, count ? 4 : 0))}%`;
      return cb.el("span", "hour-bar", bar);
    }));
  }

  // Which hour a bar stands for moves on while the page is open, so it is said when somebody points at it.
  document.addEventListener("mouseover", (event) => {
    const bar = event.target.closest?.(".hour-bar");
    if (!bar) return;
    const counts = JSON.parse(bar.parentElement.dataset.hours);
    const place = [...bar.parentElement.children].indexOf(bar);
    const until = cb.now() - (counts.length - 1 - place) * HOUR;
    const many = `${counts[place].toLocaleString("en-IN")} ${counts[place] === 1 ? "delivery" : "deliveries"}`;
    bar.title = `${cb.words.clock(until - HOUR)} to ${cb.words.clock(until)}: ${many}`;
  });

  function info(element) {
    const button = cb.el("button", "info", cb.icon("info-circle"));
    button.type = "button";
    button.dataset.tip = element.dataset.info;
    button.setAttribute("aria-label", `Meaning: ${element.dataset.info}`);
    element.append(" ", button);
  }

  cb.mounts.push(
    ["[data-hours]", (element) => {
      bars(element);
      new MutationObserver(() => bars(element)).observe(element, { attributeFilter: ["data-hours"] });
    }],
    ["[data-info]", info],
  );
})();
