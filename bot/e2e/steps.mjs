// What the acceptance run does, in this order; a step may build on those before it.
// Each step is a name and a function of the Playground (playground.mjs) that throws when it does not see what it should.

// A demo measures each minute; what comes by itself is waited for twice that long and a half.
const byItself = { timeout: 150_000 };

// signIn goes through the simulated sign-in page that the card's button opens, and closes it.
async function signIn(pg, name) {
  const page = await pg.popup(() => pg.press('Sign in'));
  await pg.mark();
  await page.getByRole('button', { name }).click();
  await page.getByText("You're signed in").waitFor();
  await page.close();
}

// open presses a row of a list.
async function open(pg, text) {
  const card = await pg.lastCard(text);
  await pg.mark();
  await card.getByText(text).first().click();
}

import { applications } from './applications.mjs';
import { chosen } from './chosen.mjs';
import { files, moveIn } from './files.mjs';
import { jobs } from './jobs.mjs';
import { quarter } from './quarter.mjs';

export const steps = [
  ['the greeting says what to do first', async (pg) => {
    for (const what of ['Enable Azure DevOps', 'Create the first objective', 'Get help']) await pg.waitText(what, { anywhere: true });
    await pg.screenshot('greeting', { card: true });
  }],

  ['help lists the commands', async (pg) => {
    await pg.say('help');
    await pg.waitText('okrs');
    await pg.screenshot('help', { card: true });
  }],

  ['a text that is no command gets the nearest ones', async (pg) => {
    await pg.say('conect');
    await pg.waitText('connect');
  }],

  ['before enabling, connecting says what to do', async (pg) => {
    await pg.say('connect');
    await pg.waitText("isn't enabled");
  }],

  ['an admin enables the integration', async (pg) => {
    await pg.say('enable');
    await pg.waitText('Enable');
    await pg.screenshot('enable', { card: true });
    await pg.press('Enable');
    await pg.waitText('Change');
    await pg.screenshot('manage', { card: true });
  }],

  ['objectives, key results and projects are made by forms', async (pg) => {
    await pg.say('new objective');
    await pg.fill('Title', 'Launch the new shop');
    await pg.screenshot('new-objective', { card: true });
    await pg.press('Save');
    await pg.waitText('Launch the new shop');
    await pg.say('new kr');
    await pg.fill('Title', 'The shop is free of launch bugs');
    await pg.fill('Unit (optional)', '%');
    await pg.fill('Target value', '100');
    await pg.screenshot('new-key-result', { card: true });
    await pg.press('Save');
    await pg.waitText('KR1');
    await pg.say('new project');
    await pg.fill('Title', 'Build the launch scope');
    await pg.press('Save');
    await pg.waitText('P1');
    await pg.say('okrs');
    await pg.waitText('Launch the new shop');
  }],

  ['an address opens in the chat, unfolds in a message, and in a browser says only what it is', async (pg) => {
    await pg.say('okr KR1');
    await pg.waitText('Key result · KR1');
    const card = await pg.lastCard('Key result · KR1');
    await card.getByRole('button', { name: 'Copy link' }).click();
    const link = card.getByRole('link', { name: /\/o\/[a-z2-7]{26}$/ });
    const address = await link.innerText();
    const page = await pg.popup(() => link.click());
    await page.getByRole('link', { name: 'Open in Teams' }).waitFor();
    if ((await page.content()).includes('launch bugs')) throw new Error('the page says what is behind the address');
    await page.close();
    await pg.say(`why ${address}`);
    await pg.waitText('Why KR1');
    await pg.page.getByRole('button', { name: 'Trigger Message Extension App' }).click();
    await pg.page.getByRole('menuitem', { name: 'Link Unfurling' }).click();
    const dialog = pg.page.getByRole('dialog');
    await dialog.getByRole('textbox').first().fill(address);
    await dialog.getByText('Key result · KR1').waitFor();
    await dialog.getByRole('button', { name: 'Send to Conversation' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }],

  ['a form with a wrong value comes back with what is wrong', async (pg) => {
    await pg.say('new kr');
    await pg.fill('Title', 'Nothing lost');
    await pg.fill('Start value', '7');
    await pg.fill('Target value', '7');
    await pg.press('Save');
    await pg.waitText('Start and target are both 7');
    await pg.press('Cancel');
  }],

  ['an objective cannot be bound and says why', async (pg) => {
    await pg.say('bind O1');
    await pg.waitText('only key results and projects can be bound');
  }],

  ['binding without a connection signs in, connects and comes back', async (pg) => {
    await pg.load();
    await pg.say('bind KR1');
    await pg.waitText('Sign in with the work account');
    await pg.screenshot('sign-in', { card: true });
    await signIn(pg, /Alex Wilber/);
    await pg.waitText('New connection');
    await pg.choose('Azure DevOps project', 'contoso / Fabrikam Fiber');
    await pg.fill('Shared query', 'launch');
    await pg.screenshot('connection-form', { card: true });
    await pg.press('Next');
    await pg.waitText('Bind KR1');
  }],

  ['a key result is bound to a query after a preview', async (pg) => {
    await pg.waitText('Launch bugs', { anywhere: true }); // what was typed beside the project is found
    await pg.screenshot('bind-search', { card: true });
    await pg.fill('Or enter part of the name*', 'Launch bugs');
    await pg.press('Next');
    await pg.waitText('Preview of KR1');
    await pg.press('Change measure');
    await pg.waitText(/3\d work items/);
    await pg.screenshot('bind-options', { card: true });
    await pg.press('Preview');
    await pg.waitText('Preview of KR1');
    await pg.waitText(/New value\s*\d+%/);
    await pg.screenshot('bind-preview', { card: true });
    await pg.press('Save');
    await pg.waitText('Launch bugs');
    await pg.screenshot('key-result', { card: true });
  }],

  ['a project is bound and shows its tree', async (pg) => {
    await pg.say('bind P1');
    await pg.waitText('Bind P1');
    await pg.fill('Or enter part of the name*', 'Launch scope');
    await pg.press('Next');
    await pg.waitText('Preview of P1');
    await pg.waitText('deeper');
    await pg.press('Save');
    await pg.waitText('deeper');
    await pg.screenshot('project', { card: true });
    await pg.say('okrs');
    await pg.waitText('KR1');
    await pg.screenshot('okrs', { card: true });
  }],

  ['a large project is opened branch by branch', async (pg) => {
    await pg.load();
    await pg.say('new project');
    await pg.fill('Title', 'Open the shop everywhere');
    await pg.press('Save');
    await pg.waitText('P2');
    await pg.say('bind P2');
    await pg.fill('Or enter part of the name*', 'roadmap');
    await pg.press('Next');
    await pg.waitText('15 of 18 at the top level');
    await pg.press('Save');
    await pg.waitText(/Show \d+ more work items/);
    await pg.press('Show *');
    await pg.waitText('Work items of P2');
    await pg.waitText(/\d+ to 18 of 18/);
    await open(pg, '▸ Open the shop in Spain');
    await pg.waitText('Delivery and returns in Spain');
    await pg.screenshot('project-branch', { card: true });
    await open(pg, '▴ All work items of P2');
    await pg.waitText(/\d+ to 18 of 18/);
    await pg.say('delete P2');
    await pg.waitText('Delete');
    await pg.press('Delete');
    await pg.waitText('is deleted');
  }],

  ['the address of a query finds what it could measure', async (pg) => {
    await pg.say('queries roadmap');
    await pg.waitText('Shared queries from 1 connection');
    const card = await pg.lastCard('Market roadmap');
    const address = await card.getByRole('link', { name: 'Market roadmap' }).getAttribute('href');
    await pg.say(address);
    await pg.waitText('Bind this query?');
    await pg.screenshot('query-offer', { card: true });
  }],

  ...chosen,

  ...quarter,

  ...jobs,

  ['a channel subscribes to a digest', async (pg) => {
    await pg.load(); // not after it: its digest would be lost
    await pg.switchTo('Delivery');
    await pg.waitText('Set up a digest', { anywhere: true });
    await pg.say('digest');
    await pg.waitText('Objectives');
    await pg.screenshot('digest-form', { card: true });
    await pg.press('Subscribe');
    await pg.waitText('Digest on');
  }],

  ['sync measures now and says what changed', async (pg) => {
    await pg.switchTo('Personal');
    await pg.say('sync');
    await pg.waitText('Sync done');
    await pg.screenshot('sync', { card: true });
    await pg.say('sync KR1');
    await pg.waitText('Launch bugs');
  }],

  ['connections are listed, edited, shared and signed in again', async (pg) => {
    await pg.say('connections');
    await pg.waitText('contoso / Fabrikam Fiber');
    await pg.screenshot('connections', { card: true });
    await open(pg, 'contoso / Fabrikam Fiber');
    await pg.waitText('alex');
    await pg.pressMore('Share');
    await pg.waitText("Everyone, with the owner's access");
    await pg.screenshot('connection', { card: true });
    await pg.pressMore('Stop sharing');
    await pg.waitText('Only you');
    await pg.say('edit C1');
    await pg.waitText('Connection name');
    await pg.fill('Connection name', 'Contoso launch');
    await pg.press('Next');
    await pg.waitText('Azure DevOps project');
    await pg.press('Save');
    await pg.waitText('Contoso launch');
    await pg.pressMore('Sign in again');
    await pg.waitText('Sign in with the work account');
    await signIn(pg, /Alex Wilber/);
    await pg.waitText('Contoso launch');
  }],

  ['two connections of the same name are refused, and one is deleted after asking', async (pg) => {
    await pg.say('connect');
    await pg.waitText('Connection name');
    await pg.fill('Connection name', 'contoso LAUNCH');
    await pg.choose('Azure DevOps organization', 'contoso');
    await pg.press('Next');
    await pg.waitText('Azure DevOps project');
    await pg.choose('Azure DevOps project', 'Payments');
    await pg.press('Save');
    await pg.waitText('already a connection named');
    await pg.fill('Connection name', 'Contoso payments');
    await pg.press('Save');
    await pg.waitText('Contoso payments');
    await pg.pressMore('Delete');
    await pg.waitText('Delete');
    await pg.screenshot('connection-delete', { card: true });
    await pg.press('Delete');
    await pg.waitText('was deleted');
  }],

  ...applications,

  ['one goal is found by a part of its title, edited, and an ambiguous text asks', async (pg) => {
    await pg.say('okr free of launch');
    await pg.waitText('KR1');
    await pg.press('Edit');
    await pg.waitText('Edit key result KR1');
    await pg.fill('Title', 'The shop has no launch bugs');
    await pg.press('Save');
    await pg.waitText('The shop has no launch bugs');
    await pg.say('okr launch');
    await pg.waitText('Which one');
    await pg.say('queries q3');
    await pg.waitText('Archive/2025');
  }],

  ['the same commands work in a group chat', async (pg) => {
    await pg.switchTo('Group chat');
    await pg.say('okrs');
    await pg.waitText('Launch the new shop');
    await pg.say('connect');
    await pg.waitText('New connection');
  }],

  ['a slash command is answered for one person, who shares it', async (pg) => {
    await pg.say('/why KR1');
    await pg.waitText('Share with everyone');
    await pg.screenshot('only-you', { card: true });
    await pg.press('Share with everyone');
    await pg.waitText('Shared by Alex Wilber');
    await pg.screenshot('shared', { card: true });
  }],

  ['the channel gets its digest by itself', async (pg) => {
    await pg.switchTo('Delivery');
    await pg.waitText('What changed', { ...byItself, anywhere: true });
    await pg.screenshot('digest', { card: true });
    await pg.screenshot('channel');
  }],

  ['what okrbot exports is saved, and goes in again', files],

  ['an export of Viva Goals is moved in', moveIn],

  ['unbind keeps the value', async (pg) => {
    await pg.switchTo('Personal');
    await pg.say('unbind KR1');
    await pg.waitText('Unbind');
    await pg.press('Unbind');
    await pg.waitText('KR1');
  }],

  ['sign out forgets the sign-in and says what stops', async (pg) => {
    await pg.say('sign out');
    await pg.waitText('alex');
    await pg.screenshot('sign-out', { card: true });
    await pg.press('Sign out');
    await pg.waitText('Contoso launch');
    await pg.say('connections');
    await pg.waitText('Contoso launch');
    await pg.screenshot('connection-broken', { card: true });
  }],

  ['disable stops everything and keeps every value', async (pg) => {
    await pg.say('manage');
    await pg.waitText('Change');
    await pg.press('Change');
    await pg.press('Disable');
    await pg.waitText('stop');
    await pg.screenshot('disable', { card: true });
    await pg.press('Disable');
    await pg.waitText('are kept');
    await pg.say('okrs');
    await pg.waitText('Launch the new shop');
  }],

  ['goals are deleted after asking', async (pg) => {
    await pg.say('delete O1');
    await pg.waitText('Delete');
    await pg.press('Delete');
    await pg.waitText('is deleted');
    await pg.say('okr O1');
    await pg.waitText("I can't find O1");
  }],
];
