// Renders Adaptive Cards to PNG, in light and dark, with Microsoft's renderer and a host configuration like that of Teams.
//
//   node cards.mjs FOLDER-OR-FILE... [--out FOLDER] [--width 500]
//
// A file holds a card, an attachment or an activity. One line a card: name, size, and whatever the parser warned about.
// Exits with 1 when a card does not parse, draws a warning or is larger than 25 KB (Teams refuses at 28 KB).
// Elements newer than schema 1.5 show their fallback, as in an old client.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserOptions } from './browser.mjs';
import { css, hostConfig } from './host.mjs';

const limit = 25 * 1024;
const script = (name) => fileURLToPath(new URL(`node_modules/${name}`, import.meta.url));

// renderCard runs in the page.
function renderCard({ card, host }) {
  const { AdaptiveCard, HostConfig, SerializationContext, Versions } = window.AdaptiveCards;
  // Teams renders this part of Markdown only: emphasis, lists, links
  const off = ['image', 'table', 'code', 'fence', 'blockquote', 'heading', 'lheading', 'hr', 'html_block', 'html_inline', 'backticks', 'strikethrough'];
  const markdown = window.markdownit({ html: false, breaks: true }).disable(off);
  AdaptiveCard.onProcessMarkdown = (text, result) => Object.assign(result, { outputHtml: markdown.render(text), didProcess: true });

  const target = document.getElementById('card');
  target.replaceChildren();
  const context = new SerializationContext(Versions.v1_5);
  const parsed = new AdaptiveCard();
  parsed.hostConfig = new HostConfig(host);
  parsed.parse(card, context);
  const warnings = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message);
  warnings.push(...parsed.validateProperties().validationEvents.map((e) => e.message));
  const element = parsed.render();
  if (element) target.append(element);
  else warnings.push('the renderer drew nothing');
  // Teams knows these newer elements, and older clients their fallback; the renderer of 1.5 knows neither of the two.
  // More than six actions stand in its overflow menu, as in Teams.
  const expected = /Fallback will be used|Maximum number of actions exceeded|"choices\.data" is supported in version 1\.6|must have at least one choice defined/;
  return [...new Set(warnings)].filter((w) => !expected.test(w));
}

function cardsOf(file) {
  const json = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (json.attachments) return json.attachments.map((a) => a.content);
  return [json.contentType ? json.content : json];
}

function* inputs(paths) {
  for (const p of paths) {
    const files = fs.statSync(p).isDirectory() ? fs.readdirSync(p).filter((f) => f.endsWith('.json')).sort().map((f) => path.join(p, f)) : [p];
    for (const file of files) {
      for (const [i, card] of cardsOf(file).entries()) yield { name: path.basename(file, '.json') + (i ? `-${i}` : ''), card };
    }
  }
}

async function openPage(browser, theme, width) {
  const page = await browser.newPage({ viewport: { width: width + 24, height: 800 } });
  await page.route(/^https?:/, (r) => r.abort()); // pictures from elsewhere are not loaded
  await page.setContent(`<style>${css(theme, width)}</style><div id="card"></div>`);
  await page.addScriptTag({ path: script('adaptivecards/dist/adaptivecards.min.js') });
  await page.addScriptTag({ path: script('markdown-it/dist/markdown-it.min.js') });
  return page;
}

async function draw(page, { name, card }, theme, out) {
  const warnings = await page.evaluate(renderCard, { card, host: hostConfig(theme) }).catch((e) => [e.message.split('\n')[0]]);
  const element = page.locator('#card');
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
    const size = Buffer.byteLength(JSON.stringify(input.card));
    const warnings = await draw(pages.light, input, 'light', values.out);
    await draw(pages.dark, input, 'dark', values.out);
    if (size > limit) warnings.push(`larger than ${limit} bytes`);
    total++;
    bad += warnings.length ? 1 : 0;
    console.log([input.name, `${size} B`, ...warnings].join('  '));
  }
  await browser.close();
  console.log(`cards: ${total - bad} passed, ${bad} failed`);
  return bad || !total ? 1 : 0;
}

process.exit(await main());
