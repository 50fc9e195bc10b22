// A quarter from nothing to its end: objectives on two levels, weights, check-ins, why, history, status, close and clone.
// It needs no Azure DevOps but for the override, which is of the key result that the steps before have bound.

// reveal presses the button of a form that shows what stands behind it.
async function reveal(pg, title) {
  await pg.press(title);
}

async function keyResult(pg, title, { target, start, type, weight }) {
  await pg.say('new kr');
  await pg.choose('Objective', /Win the quarter/);
  await pg.fill('Title', title);
  if (start) await pg.fill('Start value', start);
  await pg.fill('Target value', target);
  if (type || weight) await reveal(pg, 'More');
  if (type) await pg.choose('Target type', type);
  if (weight) await pg.fill('Weight in percent', weight);
  await pg.press('Save');
  await pg.waitText(title);
}

export const quarter = [
  ['a quarter is set up from nothing', async (pg) => {
    await pg.load();
    await pg.say('new objective');
    await pg.fill('Title', 'Win the quarter');
    await reveal(pg, 'More');
    await pg.fill('Description', 'Customers notice that we are faster.');
    await pg.fill('Tags', 'growth, speed');
    await pg.fill('Team', 'Delivery');
    await pg.choose('Objective type', 'Committed');
    await pg.screenshot('objective-more', { card: true });
    await pg.press('Save');
    await pg.waitText('Win the quarter');
    await keyResult(pg, 'Ship twice as often', { target: '10', weight: '50' });
    await keyResult(pg, 'Nobody waits for a page', { type: 'Stay below a limit', target: '2' });
    await pg.say('okr win the quarter');
    await pg.waitText('Ship twice as often');
    await pg.waitText('Nobody waits for a page');
  }],

  ['check-ins say how it stands', async (pg) => {
    for (const value of ['2', '4']) {
      await pg.say('check-in ship twice');
      await pg.fill('Ship twice as often*', value);
      await pg.fill('What happened, and what\'s next', `We are at ${value} a week.`);
      await pg.screenshot('check-in-one', { card: true });
      await pg.press('Save');
      await pg.waitText(`We are at ${value} a week.`);
    }
    await pg.say('check-in nobody waits');
    await pg.fill('Nobody waits for a page*', 'fast');
    await pg.press('Save');
    await pg.waitText(/number/);
    await pg.fill('Nobody waits for a page*', '1.5');
    await pg.press('Save');
    await pg.waitText('On track');
  }],

  ['why and history explain the number', async (pg) => {
    await pg.load();
    await pg.say('why win the quarter');
    await pg.waitText('50%');
    await pg.screenshot('why', { card: true });
    await pg.say('history ship twice');
    await pg.waitText('We are at 2 a week.');
    await pg.screenshot('history', { card: true });
  }],

  ['a value by hand stands over the automatic one until resumed', async (pg) => {
    await pg.say('check-in KR1');
    await pg.fill('The shop is free of launch bugs*', '77');
    await pg.choose('Keep my value until', 'I resume automatic updates');
    await pg.press('Save');
    await pg.waitText('77%');
    await pg.say('okr KR1');
    await pg.waitText('Resume');
    await pg.screenshot('override', { card: true });
    await pg.press('Resume*');
    await pg.waitText('KR1');
  }],

  ['lists show one\'s own first, and filter', async (pg) => {
    await pg.say('okrs');
    await pg.waitText('Win the quarter');
    await pg.say('okrs all team:Delivery');
    await pg.waitText('Win the quarter');
    await pg.say('okrs all quarter');
    await pg.waitText('Win the quarter');
    await pg.say('status');
    await pg.screenshot('status', { card: true });
    await pg.say('settings');
    await pg.waitText('Time zone');
    await pg.screenshot('settings', { card: true });
  }],

  ['a quarter is closed, and goes on in the next one', async (pg) => {
    await pg.say('close win the quarter');
    await pg.waitText('How it ends');
    await pg.fill('Score from 0 to 1*', '0.7');
    await pg.fill('What we learned (optional)', 'Small steps ship.');
    await pg.screenshot('close', { card: true });
    await pg.press('Close it');
    await pg.waitText('Small steps ship.');
    await pg.say('edit win the quarter');
    await pg.waitText(/closed/);
    await pg.say('clone win the quarter');
    await pg.waitText('What to copy');
    await pg.press('Clone');
    await pg.waitText('Win the quarter');
    await pg.screenshot('cloned', { card: true });
  }],
];
