// The cards that files hold, and what a page needs to draw them.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const limit = 25 * 1024; // bytes; Teams refuses a card at 28 KB

// scripts are the files that a page loads, in this order, before it can call drawCard.
export const scripts = ['node_modules/adaptivecards/dist/adaptivecards.min.js', 'node_modules/markdown-it/dist/markdown-it.min.js', 'card.js'].map(beside);

// beside gives the path of a file of this folder.
export function beside(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

function cardsOf(file) {
  const json = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (json.attachments) return json.attachments.map((a) => a.content);
  return [json.contentType ? json.content : json];
}

function filesOf(place) {
  if (!fs.statSync(place).isDirectory()) return [place];
  return fs.readdirSync(place).filter((f) => f.endsWith('.json')).sort().map((f) => path.join(place, f));
}

// inputs gives each card of the files and folders with its name. A file holds a card, an attachment or an activity.
export function* inputs(places) {
  for (const file of places.flatMap(filesOf)) {
    for (const [i, card] of cardsOf(file).entries()) yield { name: path.basename(file, '.json') + (i ? `-${i}` : ''), card };
  }
}

// tooLarge says what is wrong with the size of a card, if anything.
export function tooLarge(card) {
  return Buffer.byteLength(JSON.stringify(card)) > limit ? [`larger than ${limit} bytes`] : [];
}
