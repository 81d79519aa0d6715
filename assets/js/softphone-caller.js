/* What an INVITE says of who calls is never shown and never kept: names come from our own leads. But a number in it has
   reached this browser, where none may be; so which headers held one is told, and nothing of what stood in them. */
(() => {
  const cb = window.callboard;
  const HEADERS = ["From", "To", "Contact", "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info", "Subject"];
  const NUMBER = /\p{Nd}(?:[ \t\-()./+\u00a0\u2010-\u2015]{0,3}\p{Nd}){6,}/gu;
  const COMPARED = 10; // last digits: the same number is written with and without its country

  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

  /* A host and what follows the address are made of digits too: addresses, ports, tags. */
  const named = (raw) => raw.replace(/@[^>,\s]*/g, "").replace(/>[^,]*/g, ">");
  const end = (number) => number.replace(/\P{Nd}/gu, "").slice(-COMPARED);

  /** The names of this request's headers in which a telephone number stands that is none of `own`, the institution's. */
  cb.softphoneNumbers = (request, own) => {
    const ours = new Set(own.map(end));
    const foreign = (raw) => (decoded(named(raw)).match(NUMBER) ?? []).some((number) => !ours.has(end(number)));
    return HEADERS.filter((header) => request.getHeaders(header).some(foreign));
  };
})();
