"""A page that has come to rest: what follows the layout (grids, charts) has been drawn."""

from playwright.sync_api import Page

QUIET = 300
"""Milliseconds without a change to the page, and without an animation that will end."""

_SETTLED = """async (quiet) => {
  let changed = performance.now();
  const watch = new MutationObserver(() => { changed = performance.now(); });
  watch.observe(document, {subtree: true, childList: true, attributes: true});
  const moving = () => document.getAnimations().some((each) => isFinite(each.effect.getComputedTiming().endTime));
  while (performance.now() - changed < quiet || moving()) await new Promise((then) => setTimeout(then, 50));
  watch.disconnect();
}"""


def settled(page: Page) -> None:
    """Return once nothing on the page has changed for ``QUIET`` milliseconds."""
    page.evaluate(_SETTLED, QUIET)
