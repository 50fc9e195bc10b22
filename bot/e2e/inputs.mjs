// How the Playground's card renderer (Fluent UI) shows the inputs that are more than a text box.

// pickDate chooses a day, as 2026-12-31, in the calendar; the box itself takes no text.
export async function pickDate(page, box, day) {
  const [year, month, date] = day.split('-').map(Number);
  await box.click();
  const calendar = page.getByRole('dialog', { name: 'Calendar' });
  const shown = async () => new Date(`1 ${await calendar.locator('.fui-CalendarDay__monthAndYear').getAttribute('aria-label')}`);
  for (let away; (away = await shown().then((d) => (year - d.getFullYear()) * 12 + month - 1 - d.getMonth())) !== 0; ) {
    await calendar.getByTitle(away > 0 ? /^Next month/ : /^Previous month/).click();
  }
  const name = new Date(year, month - 1).toLocaleString('en-US', { month: 'long' });
  await calendar.getByRole('button', { name: `${date}, ${name}, ${year}`, exact: true }).click();
  await calendar.waitFor({ state: 'detached' });
}

// pattern is that of a whole text, or the given one.
function pattern(name) {
  return name instanceof RegExp ? name : new RegExp(`^\\s*${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

// pickOptions chooses in an expanded choice set (radio buttons, boxes) or in a list that opens. A box is found by the
// label beside it: its accessible name begins with that of the whole set.
export async function pickOptions(page, field, options) {
  if ((await field.getAttribute('role')) !== 'combobox') {
    for (const name of options) await field.locator('label').filter({ hasText: pattern(name) }).check();
    return;
  }
  await field.click();
  for (const name of options) {
    const option = page.locator('.fui-Listbox').locator('[role=option], [role=menuitemcheckbox]'); // one choice, or several
    await option.filter({ hasText: pattern(name) }).click();
  }
  if ((await field.getAttribute('aria-expanded')) === 'true') await page.keyboard.press('Escape');
}
