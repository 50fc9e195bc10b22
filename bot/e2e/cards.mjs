// Renders Adaptive Cards to PNG, in light and dark, with Microsoft's renderer and a host configuration like that of Teams.
//
//   node cards.mjs FOLDER-OR-FILE... [--out FOLDER] [--width 500]
//
// One line a card: name, size, and whatever the parser warned about.
// Exits with 1 when a card does not parse, draws a warning or is larger than 25 KB (Teams refuses at 28 KB).
// Elements newer than schema 1.5 show their fallback, as in an old client. `make cards` draws the whole gallery (sheets.mjs).
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserOptions } from './browser.mjs';
import { inputs, scripts, tooLarge } from './gallery.mjs';
import { css, hostConfig } from './host.mjs';

async function openPage(browser, theme, width) {
  const page = await browser.newPage({ viewport: { width: width + 24, height: 800 } });
  await page.route(/^https?:/, (r) => r.abort()); // pictures from elsewhere are not loaded
  await page.setContent(`<style>${css(theme, width)}</style><div class="card"></div>`);
  for (const file of scripts) await page.addScriptTag({ path: file });
  return page;
}

async function draw(page, { name, card }, theme, out) {
  const drawn = ([c, host]) => window.drawCard(document.querySelector('.card'), c, host);
  const warnings = await page.evaluate(drawn, [card, hostConfig(theme)]).catch((e) => [e.message.split('\n')[0]]);
  const element = page.locator('.card');
  const { height } = await element.boundingBox();
  await page.setViewportSize({ width: page.viewportSize().width, height: Math.ceil(height) + 24 });
  await element.screenshot({ path: path.join(out, `${name}-${theme}.png`) });
  return warnings;
}

async function main() {
  const options = { out: { type: 'string', default: 'cards-png' }, width: { type: 'string', default: '500' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  fs.mkdirSync(values.out, { recursive: true });
  const browser = await chromium.launch(browserOptions());
  const pages = { light: await openPage(browser, 'light', Number(values.width)), dark: await openPage(browser, 'dark', Number(values.width)) };
  let total = 0;
  let bad = 0;
  for (const input of inputs(positionals)) {
    const warnings = [...await draw(pages.light, input, 'light', values.out), ...tooLarge(input.card)];
    await draw(pages.dark, input, 'dark', values.out);
    total++;
    bad += warnings.length ? 1 : 0;
    console.log([input.name, `${Buffer.byteLength(JSON.stringify(input.card))} B`, ...warnings].join('  '));
  }
  await browser.close();
  console.log(`cards: ${total - bad} passed, ${bad} failed`);
  return bad || !total ? 1 : 0;
}

process.exit(await main());
