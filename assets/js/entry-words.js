/* What an entry says of itself on one line: why it was missed, and how often it was tried. */
(() => {
  const cb = window.callboard;

  const OUTBOUND = {
    no_answer: "You called, no answer",
    busy: "You called, the line was busy",
    rejected: "You called, the call was declined",
    failed: "The call could not be made",
    agent_missed: "Your own phone was not picked up",
    voicemail: "Voicemail answered",
  };
  const MINE = {
    busy: "Rang you during another call",
    away: "Rang you while you were away",
    rejected: "Rang you, you declined",
    caller_left: "Rang you, the caller hung up",
  };

  function inbound(entry, me) {
    const rung = entry.counselors;
    if (!rung.length) return entry.reason === "voicemail" ? "Left to voicemail, team pool" : "Nobody was rung, team pool";
    const mine = rung.find((one) => one.id === me);
    if (rung.length === 1) {
      if (mine) return MINE[mine.reason] || "Rang you, not picked up";
      return `Rang ${cb.words.first(rung[0].name)}, not picked up`;
    }
    if (rung.length > 3) return `Rang ${rung.length} of you, nobody picked up`;
    const names = rung.filter((one) => one !== mine).map((one) => cb.words.first(one.name));
    const all = cb.words.join(mine ? ["you", ...names] : names);
    return `Rang ${all}${entry.reason === "caller_left" ? ", caller hung up" : ""}`;
  }

  function pending(entry, me) {
    const who = entry.counselors[0];
    return `${!who || who.id === me ? "You" : cb.words.first(who.name)} talked, profile not opened yet`;
  }

  cb.entryWords = {
    why(entry, me) {
      if (entry.kind === "pending") return pending(entry, me);
      if (entry.direction === "outbound") return OUTBOUND[entry.reason] || "You called, not reached";
      if (entry.direction === "campaign") return entry.reason === "abandoned" ? "Answered, nobody was free" : "No answer";
      return inbound(entry, me);
    },
    what(entry) {
      return entry.programme || entry.did || entry.connection || "Programme not known yet";
    },
    often(entry, rings) {
      if (entry.talked_since) return "Talked since";
      if (entry.kind === "pending") return "";
      // A missed outbound or campaign call was a try itself.
      const tries = entry.tries + (entry.direction === "inbound" ? 0 : 1);
      return tries ? `${tries} ${tries === 1 ? "try" : "tries"}` : `Rang ${rings}×`;
    },
  };
})();
