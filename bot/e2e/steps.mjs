// What the acceptance run does, in this order; a step may build on those before it.
// Each step is a name and a function of the Playground (playground.mjs) that throws when it does not see what it should.
export const steps = [
  ['help lists the commands', async (pg) => {
    await pg.say('help');
    await pg.waitText('okrs');
    await pg.screenshot('help');
  }],
];
