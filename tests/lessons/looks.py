"""What is looked at on a page: names of controls, doubled ids, and the contrast of everything that is read."""

import re
from typing import NamedTuple

from playwright.sync_api import Page

READABLE = 4.5
"""WCAG 2.2 AA: contrast of text and what is behind it."""
NAMELESS = """() => [...document.querySelectorAll(
    'button, a[href], input, select, summary, [tabindex="0"], [role=img]')]
  .filter((e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length
    || e.getAttribute('alt') || e.querySelector('img[alt]')))
  .map((e) => e.outerHTML.slice(0, 80))"""
DOUBLES = """() => [...document.querySelectorAll('[id]')].map((e) => e.id)
  .filter((id, k, all) => all.indexOf(id) !== k)"""
INKS = """() => {
  const bytes = (c) => (c.match(/[\\d.]+/g) ?? []).map(Number);
  const known = new Map();
  const behind = (e) => {
    if (!e) return 'rgb(255, 255, 255)';
    if (!known.has(e)) {
      const c = getComputedStyle(e).backgroundColor;
      known.set(e, bytes(c).length === 3 || bytes(c)[3] > 0.99 ? c : behind(e.parentElement));
    }
    return known.get(e);
  };
  const found = new Map();
  const add = (back, ink, e) => found.has(back + ink) || found.set(back + ink, [back, ink, e.outerHTML.slice(0, 90)]);
  for (const root of document.querySelectorAll('section[data-now], #top, #bottom')) {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (n) =>
      n.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      if (!e.checkVisibility() || e.closest('.spoken, script')) continue;
      const style = getComputedStyle(e);
      if (Number(style.opacity) !== 1) continue;
      if (!e.closest('svg')) add(behind(e), style.color, e);
      else if (e.matches('.axis')) add(behind(e.closest('svg')), style.fill, e);
      else if (e.matches('.cell:not(.dim, .padding) > *'))
        add(getComputedStyle(e.parentElement.querySelector('rect')).fill, style.fill, e);
    }
  }
  return [...found.values()];
}"""


LOOK = f"""async () => {{
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return [document.documentElement.dataset.theme, ({NAMELESS})(), document.documentElement.scrollWidth, ({INKS})()];
}}"""


class Look(NamedTuple):
    """What the eye finds on a page: css pixels across, and of each text what is behind it, its ink, and where it is."""

    theme: str
    nameless: list[str]
    width: int
    inks: list[tuple[str, str, str]]


def look(page: Page) -> Look:
    """The page, once all is drawn that was under way."""
    return Look(*page.evaluate(LOOK))


def faint(inks: list[tuple[str, str, str]]) -> list[str]:
    """Whatever is on the screen and too faint to be read: its colours, its contrast, where."""
    looked = [(contrast(behind, ink), behind, ink, what) for behind, ink, what in inks]
    assert len(looked) > 2, "Nothing was looked at."
    return [f"{c:.2f}: {ink} on {behind} in {what}" for c, behind, ink, what in looked if c < READABLE]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two css colours."""

    def light(colour: str) -> float:
        parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    a, b = sorted((light(one), light(other)))
    return (b + 0.05) / (a + 0.05)
