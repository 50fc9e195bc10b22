// The page of the contact sheet: draws window.gallery's cards in columns, sheet after sheet.
(() => {
  const { cards, forms } = window.gallery;
  const sheetHeight = 2400; // pixels; a card that is taller has a column of its own
  const main = document.querySelector('main');
  const [select, filter] = ['form', 'filter'].map((id) => document.getElementById(id));

  function element(className, ...children) {
    const made = document.createElement('div');
    made.className = className;
    made.append(...children);
    return made;
  }

  // isWider reports whether anything in the card ends to the right of it.
  function isWider(card) {
    const right = card.getBoundingClientRect().right;
    return [...card.querySelectorAll('*')].some((e) => e.getClientRects().length && e.getBoundingClientRect().right > right + 1);
  }

  function draw({ name, card }, form, notes) {
    const target = element('card');
    const title = document.createElement('h2');
    title.textContent = name;
    const exhibit = element('exhibit', title, target);
    main.append(exhibit); // it is measured here
    for (const warning of window.drawCard(target, card, form.host, form)) notes.warnings.push(`${name}: ${warning}`);
    if (isWider(target)) notes.wide.push(name);
    return exhibit;
  }

  // lay fills one column after the other, so that the cards keep the order of their names.
  function lay(exhibits, { columns }) {
    const heights = exhibits.map((e) => e.offsetHeight + 20);
    let column = null;
    let sheet = null;
    let used = 0;
    for (const [i, exhibit] of exhibits.entries()) {
      if (!column || used + heights[i] > sheetHeight) {
        if (!sheet || sheet.children.length === columns) main.append(sheet = element('sheet'));
        sheet.append(column = element('column'));
        used = 0;
      }
      column.append(exhibit);
      used += heights[i];
    }
  }

  window.showForm = (name) => {
    const form = forms.find((f) => f.name === name);
    const shown = cards.filter((c) => c.name.includes(filter.value.trim()));
    const notes = { warnings: [], wide: [] };
    select.value = name;
    document.getElementById('theme').textContent = form.css;
    main.replaceChildren();
    lay(shown.map((c) => draw(c, form, notes)), form);
    document.getElementById('count').textContent = `${shown.length} cards`;
    return { ...notes, sheets: main.children.length };
  };

  // showSheet shows one sheet of the form alone and says how large it is.
  window.showSheet = (n) => {
    const sheets = [...main.children];
    for (const [i, sheet] of sheets.entries()) sheet.style.display = i === n ? '' : 'none';
    return { width: Math.ceil(sheets[n].offsetWidth), height: Math.ceil(sheets[n].offsetHeight) };
  };

  for (const { name, theme, width, opened } of forms) select.append(new Option(`${theme}, ${width} px${opened ? ', everything opened' : ''}`, name));
  for (const input of [select, filter]) input.addEventListener('input', () => window.showForm(select.value));
  window.showForm(forms[0].name);
})();
