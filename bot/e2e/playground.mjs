// Playground drives the page of the Microsoft 365 Agents Playground, as a person would, in headless Chromium.
// It never waits for a time, only for a condition with a limit.
import fs from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { browserOptions } from './browser.mjs';
import { pickDate, pickOptions } from './inputs.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);

export class Playground {
  // url: the Playground's address; images: the folder that screenshots go to; timeout: the limit of each wait in ms.
  constructor({ url, images, timeout = 30_000, viewport = { width: 1280, height: 900 } }) {
    Object.assign(this, { url, images, timeout, viewport, errors: [], greeted: new Set() });
  }

  // open starts the browser and loads the page.
  async open() {
    this.browser = await chromium.launch(browserOptions());
    this.context = await this.browser.newContext({ viewport: this.viewport, locale: 'en-US' });
    this.context.setDefaultTimeout(this.timeout);
    await this.context.route((u) => !/^(localhost|127\.0\.0\.1)$/.test(u.hostname) && u.protocol.startsWith('http'), (r) => r.abort());
    this.page = await this.context.newPage();
    this.page.on('pageerror', (e) => this.errors.push(e.message));
    await this.page.addInitScript({ path: path.join(here, 'page.js') });
    await this.load();
  }

  // load loads the page, the personal chat in front. Loaded again, it has lost what was said everywhere: the Playground
  // keeps none of it. That makes a long run short, because the page draws all of its cards anew at each message.
  async load() {
    await this.page.goto(this.url);
    const personal = this.page.getByRole('treeitem', { name: 'Personal Chat' });
    await personal.waitFor();
    this.botName = await personal.getByRole('img').first().getAttribute('aria-label');
    await this.page.evaluate((name) => { window.e2e.botName = name; }, this.botName);
    this.place = 'Personal';
    await this.page.getByTitle('Hide log panel').click();
    await this.greeting();
  }

  // greeting waits, the first time that a conversation is opened, for the bot's greeting. The Playground installs the
  // bot only then, and the page can lose a message that is sent while the greeting arrives.
  async greeting() {
    if (this.greeted.has(this.place)) return;
    await this.until(`the bot to greet in ${this.place}`, () => window.e2e.all().length > 0);
    this.greeted.add(this.place);
  }

  async close() {
    await this.browser?.close();
  }

  // switchTo opens 'Personal', 'Group chat' or a channel by its name. All that is there counts as new to waitText.
  async switchTo(place) {
    const names = { Personal: /^Personal Chat$/, 'Group chat': /^(Group Chat|OKR leads)$/ };
    await this.page.getByRole('treeitem', { name: names[place] ?? new RegExp(` - ${place}$`) }).click();
    this.place = place;
    this.isChannel = !names[place];
    await this.page.getByText(this.isChannel ? 'Start a new post' : 'Type a message...').first().waitFor();
    await this.greeting();
  }

  // say sends a message: with a mention of the bot in a group chat or channel, because the Playground delivers no
  // other there; in a channel as a new post, or with {reply: true} as a reply to the newest post.
  async say(text, { reply = false } = {}) {
    const index = this.isChannel && reply ? 1 : 0;
    await this.page.locator('[data-lexical-editor=true]').nth(index).click();
    if (this.place !== 'Personal') await this.mention();
    await this.page.keyboard.insertText(text);
    await this.mark();
    await this.page.keyboard.press('Enter');
    const isEmpty = (i) => [...document.querySelectorAll('[data-lexical-editor=true]')].at(i)?.innerText.trim() === '';
    await this.until(`"${text}" to be sent`, isEmpty, index);
  }

  async mention() {
    await this.page.keyboard.insertText('@' + this.botName.slice(0, 4));
    await this.page.getByRole('menuitem', { name: this.botName }).click();
    await this.page.keyboard.insertText(' ');
  }

  // waitText waits until the bot has said or changed something that contains text (a string or RegExp) since the last
  // say, press or mark; with {anywhere: true}, or ever in this conversation. It returns the text of that message.
  async waitText(text, { timeout = this.timeout, anywhere = false } = {}) {
    const wanted = text instanceof RegExp ? { source: text.source, flags: text.flags } : { plain: text.replace(/\s+/g, ' ') };
    const found = await this.until(`the bot to say ${text}`, ({ wanted, anywhere }) => {
      const all = anywhere ? window.e2e.all() : window.e2e.fresh();
      const is = (t) => (wanted.plain === undefined ? new RegExp(wanted.source, wanted.flags).test(t) : t.includes(wanted.plain));
      return all.findLast(is);
    }, { wanted, anywhere }, timeout);
    return found.jsonValue();
  }

  // mark makes all that is shown now old.
  async mark() {
    await this.page.evaluate(() => window.e2e.mark());
  }

  // lastCard returns a locator of the newest card, or of the newest one that contains text.
  async lastCard(text = '') {
    return (await this.find('card', text)).card;
  }

  // press presses the button of that title in the newest card that has it.
  async press(title) {
    const { element } = await this.find('button', title);
    await this.mark();
    await element.click();
  }

  // pressMore presses the button of that title in the overflow menu of the newest card that has one.
  async pressMore(title) {
    await this.press('...');
    await this.page.getByRole('menuitem', { name: title, exact: true }).click();
  }

  // fill writes into the input of that label in the newest card that has it: text, a number, a date as
  // 2026-12-31, true or false for a toggle.
  async fill(label, value) {
    const { element } = await this.find('field', label);
    if ((await element.getAttribute('type')) === 'checkbox') return element.setChecked(Boolean(value));
    if (await element.evaluate((e) => Boolean(e.closest('.fui-DatePicker')))) return pickDate(this.page, element, value);
    await element.fill(String(value));
    await element.blur(); // a number is taken when its box is left
  }

  // choose picks an option (or several, as an array) of the choice set of that label: compact, filtered or expanded.
  async choose(label, option) {
    const { element } = await this.find('field', label);
    await pickOptions(this.page, element, [option].flat());
  }

  // popup returns the page of the window that the action opens: `await pg.popup(() => pg.press('Sign in'))`.
  async popup(action) {
    const [page] = await Promise.all([this.context.waitForEvent('page'), action()]);
    await page.waitForLoadState();
    return page;
  }

  // screenshot writes <images>/<name>.png of the whole page; with {card: true} or {card: 'text'} of that card alone.
  // The Playground has one theme only, a light one; cards.mjs renders cards in the dark.
  async screenshot(name, { card = false } = {}) {
    await fs.mkdir(this.images, { recursive: true });
    const file = path.join(this.images, `${name}.png`);
    await this.page.mouse.move(0, 0);
    if (!card) return this.page.screenshot({ path: file, animations: 'disabled' });
    const element = await this.lastCard(card === true ? '' : card);
    const { height } = await element.boundingBox();
    await this.page.setViewportSize({ ...this.viewport, height: Math.max(this.viewport.height, Math.ceil(height) + 400) });
    await element.screenshot({ path: file, animations: 'disabled' });
    await this.page.setViewportSize(this.viewport);
  }

  async find(kind, wanted) {
    const handle = await this.until(`a card with the ${kind} "${wanted}"`, ({ kind, wanted }) => window.e2e.find(kind, wanted), { kind, wanted });
    const tags = await handle.jsonValue();
    return { card: this.page.locator(`[data-e2e="${tags.card}"]`), element: this.page.locator(`[data-e2e="${tags.element}"]`) };
  }

  // until waits for the condition in the page, and on time-out says what the bot did show.
  async until(what, condition, argument, timeout = this.timeout) {
    try {
      return await this.page.waitForFunction(condition, argument, { timeout, polling: 100 }); // reading all text is slow: not at each frame
    } catch (cause) {
      const fresh = await this.page.evaluate(() => window.e2e.fresh()).catch(() => []);
      throw new Error(`waited ${timeout} ms for ${what}; since then the bot showed: ${JSON.stringify(fresh)}`, { cause });
    }
  }
}
