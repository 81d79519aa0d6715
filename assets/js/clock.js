/* Everything that counts time: [data-since] (age, or data-as="timer") and [data-due] with [data-raised]. */
(() => {
  const cb = window.callboard;

  function set(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function since(element) {
    const gone = cb.now() - Date.parse(element.dataset.since);
    set(element, element.dataset.as === "timer" ? cb.words.timer(gone) : cb.words.age(gone));
  }

  function due(element) {
    const { tone, icon, text } = cb.words.due(Date.parse(element.dataset.raised), Date.parse(element.dataset.due), cb.now());
    const [mark, word] = element.children;
    if (!word) return;
    if (!element.classList.contains(`is-${tone}`)) {
      element.className = `chip is-${tone}`;
      mark.className = `bi bi-${icon}`;
    }
    set(word, text);
  }

  cb.tick = () => {
    document.querySelectorAll("[data-since]").forEach(since);
    document.querySelectorAll("[data-due][data-raised]").forEach(due);
  };
  setInterval(() => document.hidden || cb.tick(), 1000);
  document.addEventListener("visibilitychange", () => document.hidden || cb.tick());
  cb.mounts.push(["[data-since]", since], ["[data-due][data-raised]", due]);
})();
