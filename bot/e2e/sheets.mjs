// The contact sheet: every card of the gallery on one page, in every form of sheetForms, and the same as PNG sheets.
//
//   node sheets.mjs [--only PART-OF-A-NAME] [--out FOLDER] [FOLDER-OR-FILE...]
//
// The page is one file, index.html, that a browser opens without a server. Exits with 1 when a card does not parse, draws a
// warning or is larger than 25 KB. Cards with something wider than themselves are named, too.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserOptions } from './browser.mjs';
import { beside, inputs, scripts, tooLarge } from './gallery.mjs';
import { css, hostConfig } from './host.mjs';

const form = (name, theme, width, columns, opened = false) => ({ name, columns, opened, css: css(theme, width), host: hostConfig(theme), theme, width });

// Each form has columns that make its sheets about 2,100 pixels wide.
const sheetForms = [
  form('light', 'light', 500, 4), form('dark', 'dark', 500, 4), form('contrast', 'contrast', 500, 4),
  form('400px', 'light', 400, 5), form('320px', 'light', 320, 6), form('opened', 'light', 500, 4, true),
];

// pageOf puts everything into one file. A script in a page ends at the first "</script", so no text may have one.
function pageOf(cards) {
  const inline = (text) => text.replaceAll('</script', '<\\/script');
  const data = JSON.stringify({ cards, forms: sheetForms }).replaceAll('<', '\\u003c');
  const code = [...scripts, beside('sheet.js')].map((file) => `<script>${inline(fs.readFileSync(file, 'utf8'))}</script>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>okrbot: all cards</title>
<style>${fs.readFileSync(beside('sheet.css'), 'utf8')}</style><style id="theme"></style>
<header><select id="form" aria-label="Form"></select><input id="filter" type="search" placeholder="Part of a name" aria-label="Part of a name"><span id="count"></span></header>
<main></main><script>window.gallery = ${data};</script>${code.join('')}</html>`;
}

// shoot saves each sheet of a form, and gives what is wrong with its cards, one line a card.
async function shoot(page, { name }, out) {
  const notes = await page.evaluate((n) => window.showForm(n), name);
  for (let i = 0; i < notes.sheets; i++) {
    const { width, height } = await page.evaluate((n) => window.showSheet(n), i); // alone, so that it is laid out fast
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: path.join(out, `${name}-${String(i + 1).padStart(2, '0')}.png`) });
  }
  return notes;
}

async function main() {
  const options = { only: { type: 'string', default: '' }, out: { type: 'string', default: 'bin/cards' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const gallery = [...inputs(positionals.length ? positionals : [beside('../../cards/testdata/golden')])];
  const cards = gallery.filter((c) => c.name.includes(values.only));
  fs.rmSync(values.out, { recursive: true, force: true });
  fs.mkdirSync(values.out, { recursive: true });
  const index = path.resolve(values.out, 'index.html');
  fs.writeFileSync(index, pageOf(cards));

  const browser = await chromium.launch(browserOptions());
  const page = await browser.newPage({ viewport: { width: 2200, height: 1200 } });
  await page.route(/^https?:/, (r) => r.abort()); // pictures from elsewhere are not loaded
  await page.goto(pathToFileURL(index).href);
  await page.addStyleTag({ content: 'body { padding: 0 !important } header { display: none !important }' });
  const bad = new Set(cards.flatMap(({ name, card }) => tooLarge(card).map((w) => `${name}: ${w}`)));
  const wide = [];
  for (const f of sheetForms) {
    const notes = await shoot(page, f, values.out);
    for (const n of notes.warnings) bad.add(n);
    if (notes.wide.length) wide.push(`wider than their card in ${f.name}: ${notes.wide.join(', ')}`);
  }
  await browser.close();
  for (const line of [...bad, ...wide]) console.log(line);
  const sheets = fs.readdirSync(values.out).filter((f) => f.endsWith('.png')).length;
  console.log(`cards: ${cards.length} cards in ${sheetForms.length} forms. Open ${index}, or one of the ${sheets} sheets beside it (${sheetForms.map((f) => `${f.name}-01.png`).join(', ')}, …).`);
  return bad.size || !cards.length ? 1 : 0;
}

process.exit(await main());
