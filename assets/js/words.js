/* Durations, ages and times in words: the browser's twin of dashapp/components/words.py. */
(() => {
  const cb = window.callboard;
  let skew = 0;

  /** Now by the server's clock, in ms: a counselor's clock may be minutes off, an age must not be. */
  cb.now = () => Date.now() + skew;
  cb.mounts.push(["#live-cursor[data-now]", (element) => {
    const off = Date.parse(element.dataset.now) - Date.now();
    skew = Math.abs(off) > 5000 ? off : 0;
  }]);

  const two = (n) => String(n).padStart(2, "0");

  const words = (cb.words = {
    timer(ms) {
      const s = Math.max(0, Math.floor(ms / 1000));
      return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    },
    age(ms) {
      const minutes = Math.max(0, Math.floor(ms / 60000));
      if (minutes < 1) return "just now";
      if (minutes < 60) return `${minutes} min`;
      if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
      return `${Math.floor(minutes / 1440)} days`;
    },
    duration(seconds) {
      if (seconds === null || seconds === undefined) return "–";
      if (seconds < 60) return `${seconds} s`;
      const minutes = Math.floor(seconds / 60);
      return minutes < 60 ? `${minutes}m ${two(seconds % 60)}s` : `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
    },
    /** Time left to call back: {tone, icon, text, late}. */
    due(raised, due, now) {
      const left = due - now;
      if (left <= 0) return { tone: "missed", icon: "exclamation-triangle-fill", text: `${words.span(-left)} late`, late: true };
      const text = `${Math.floor(left / 60000) + 1} min left`;
      return now < raised + (due - raised) / 2
        ? { tone: "plain", icon: "clock", text, late: false }
        : { tone: "pending", icon: "hourglass-split", text, late: false };
    },
    span(ms) {
      const minutes = Math.floor(ms / 60000);
      if (minutes < 60) return `${minutes} min`;
      return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
    },
    initials(name) {
      const parts = (name || "").split(/\s+/).filter((part) => /^\p{L}/u.test(part));
      if (!parts.length || /^(unknown|withheld)/i.test(name)) return "?";
      return (parts[0][0] + (parts.length > 1 ? parts[parts.length - 1][0] : "")).toUpperCase();
    },
    first(name) { return (name || "").split(/\s+/)[0]; },
    join(names) {
      if (names.length > 3) return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
      return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
    },
    day(iso) {
      const zone = document.getElementById("live-cursor")?.dataset.zone || undefined;
      return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: zone }).format(new Date(iso));
    },
    moment(iso) {
      const day = words.day(iso);
      if (day === words.day(cb.now())) return `today ${words.clock(iso)}`;
      if (day === words.day(cb.now() - 86400000)) return `yesterday ${words.clock(iso)}`;
      return day;
    },
    clock(iso) {
      const zone = document.getElementById("live-cursor")?.dataset.zone || undefined;
      return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(iso));
    },
  });
})();
