// The jobs of the guide that no other step plays, each with its picture. They begin with what they need, so that they can be
// run alone: node run.mjs jobs

// quarter names the one of a day, such as Q4 2026.
function quarter(day) {
  return `Q${Math.floor(day.getMonth() / 3) + 1} ${day.getFullYear()}`;
}

export const jobs = [
  ['jobs: an objective with three key results in one go', async (pg) => {
    await pg.load();
    await pg.say('new objective Delight our customers');
    await pg.fill('Key results, one per line*', 'Close 30 bugs: 0 -> 30 bugs\nCut churn: 5 % -> 3 %\nAnswer in a day: 40 % -> 90 %');
    await pg.press('Save');
    await pg.waitText('3 key results');
    await pg.screenshot('key-results', { card: true });
    await pg.press('Create 3 key results');
    await pg.waitText('3 key results created');
  }],

  ['jobs: all that is due is checked in on one card', async (pg) => {
    await pg.say('reminders');
    await pg.fill('Skip if checked in within (days)', '0');
    await pg.press('Save');
    await pg.waitText('Saved');
    await pg.say('check-in');
    await pg.waitText('Time to check in');
    await pg.screenshot('check-in', { card: true });
    await pg.press('Skip');
    await pg.waitText(/2 of \d+ OKRs/);
    await pg.pressMore('Finish later');
    await pg.waitText('still due');
  }],

  ['jobs: a colleague becomes a co-owner, and a goal is handed over', async (pg) => {
    await pg.say('okr delight');
    await pg.waitText('Delight our customers');
    await pg.pressMore('Add co-owner');
    await pg.waitText('Add a co-owner');
    await pg.screenshot('co-owner', { card: true });
    await pg.press('Cancel');
    await pg.waitText('Delight our customers');
    await pg.pressMore('Hand over');
    await pg.waitText('Hand over');
    await pg.screenshot('hand-over', { card: true });
    await pg.press('Cancel');
    await pg.waitText('Delight our customers');
  }],

  ['jobs: a quarter is closed on one card', async (pg) => {
    await pg.say(`close ${quarter(new Date())}`);
    await pg.waitText('Delight our customers');
    await pg.screenshot('close-quarter', { card: true });
    await pg.press('Cancel');
  }],
];
