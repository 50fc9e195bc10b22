// Runs inside the Playground's page (added before its own scripts) and tells messages, cards and fields apart.
//
// The Playground has few stable names. What its front-end 0.2.28 keeps stable, and all that this file leans on:
//   div[role=region][aria-label="Chat and Teams Channel"]   the list of conversations; the pane of messages is beside it
//   button[aria-label="Show more information"]              one in the header of every message
//   [role=img][aria-label=<bot's name>]                     the avatar on each of the bot's messages
//   .ac-adaptiveCard, [data-tid=hero-card]                  a card (a sign-in card is rendered as a hero card)
//   .fui-Card, .fui-CardFooter                              a channel post with its replies, and its reply box
(() => {
  const MORE = 'button[aria-label="Show more information"]';
  const CARD = '.ac-adaptiveCard, [data-tid=hero-card]';
  const seen = new WeakMap(); // a message's button -> its text at the last mark
  let tags = 0;

  const pane = () => document.querySelector('[role=region][aria-label="Chat and Teams Channel"]')?.parentElement.parentElement.nextElementSibling;
  const flat = (s) => (s ?? '').replace(/\s+/g, ' ').trim();
  const visible = (e) => e.checkVisibility?.() ?? true;

  // A message is the largest element around its button that holds no other message's button. A channel post that has
  // replies is the exception: it is its header and those parts of the post's frame that are neither replies nor reply box.
  function message(button, root) {
    let top = button;
    while (top.parentElement !== root && top.parentElement.querySelectorAll(MORE).length === 1) top = top.parentElement;
    const frame = top.parentElement;
    if (frame === root || !frame.matches('.fui-Card') || !(top.matches('.fui-CardHeader') || top.querySelector('.fui-CardHeader'))) return [top];
    return [...frame.children].filter((e) => e === top || !(e.matches('.fui-CardFooter') || e.querySelector(MORE)));
  }

  function messages() {
    const root = pane();
    if (!root) return [];
    const name = window.e2e.botName;
    return [...root.querySelectorAll(MORE)].map((button) => {
      const parts = message(button, root);
      const isBot = parts.some((p) => [...p.querySelectorAll('[role=img]')].some((i) => i.getAttribute('aria-label') === name));
      return { button, parts, isBot, text: flat(parts.map((p) => p.innerText).join(' ')), post: button.closest('.fui-Card') };
    });
  }

  // oldest first: a chat is in that order already, a channel shows its newest post on top
  function ordered() {
    const all = messages();
    const posts = [...new Set(all.map((m) => m.post))].reverse();
    return posts.flatMap((p) => all.filter((m) => m.post === p));
  }

  const isFresh = (m) => seen.get(m.button) !== m.text;

  // the bot's cards, newest first, those that came or changed since the last mark before all others
  function cards() {
    const bots = ordered().filter((m) => m.isBot).reverse();
    return [...bots.filter(isFresh), ...bots.filter((m) => !isFresh(m))].flatMap((m) =>
      m.parts.flatMap((p) => [...p.querySelectorAll(CARD)]).filter((c) => !c.parentElement.closest(CARD)).reverse(),
    );
  }

  const label = (e) => flat([...e.childNodes].filter((n) => n.ariaHidden !== 'true').map((n) => n.textContent).join(''));

  function field(card, name) {
    const forLabel = [...card.querySelectorAll('label')].find((l) => is(label(l), name) && l.htmlFor);
    if (forLabel) return document.getElementById(forLabel.htmlFor);
    return [...card.querySelectorAll('input, textarea, [role=combobox]')].find((e) => [e.ariaLabel, e.placeholder].some((text) => is(text, name)));
  }

  // a name that ends with an asterisk is the beginning of one
  function is(text, name) {
    return name.endsWith('*') ? (text ?? '').startsWith(name.slice(0, -1)) : text === name;
  }

  // the little buttons that belong to an input do not count: a list's arrow is called "Open"
  function button(card, title) {
    const own = (b) => visible(b) && !b.closest('.fui-Combobox, .fui-SpinButton, .fui-DatePicker');
    const all = [...card.querySelectorAll('button, a, [role=button], [role=link]')].filter(own);
    return all.find((b) => is(flat(b.ariaLabel), title) || is(flat(b.innerText), title));
  }

  const finders = { card: (card, text) => (!text || flat(card.innerText).includes(text)) && card, field, button };

  function tag(e) {
    if (!e.dataset.e2e) e.dataset.e2e = String(++tags);
    return e.dataset.e2e;
  }

  window.e2e = {
    botName: '',
    mark: () => messages().forEach((m) => seen.set(m.button, m.text)),
    // what the bot said or changed since the last mark
    fresh: () => ordered().filter((m) => m.isBot && isFresh(m)).map((m) => m.text),
    all: () => ordered().filter((m) => m.isBot).map((m) => m.text),
    // find(kind, wanted) looks in the newest card first and tags what it finds
    find(kind, wanted) {
      for (const card of cards()) {
        const e = finders[kind](card, wanted);
        if (e && visible(e)) return { card: tag(card), element: tag(e) };
      }
      return null;
    },
    titles: () => cards().map((c) => flat(c.innerText)),
  };
})();
