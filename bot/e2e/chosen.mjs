// The steps of binding to chosen work items. What they make is deleted at their end.

export const chosen = [
  ['work items are chosen by number, address and search', async (pg) => {
    await pg.load();
    await pg.say('new project');
    await pg.fill('Title', 'Open the portal to everyone');
    await pg.press('Save');
    await pg.waitText('P3');
    await pg.say('bind P3');
    await pg.waitText('Bind P3');
    await pg.press('Choose work items');
    await pg.waitText('None yet. You can choose up to 500.');
    await pg.fill('Numbers or addresses of work items', '34, 99999');
    await pg.press('Add');
    await pg.waitText("I can't find 99999");
    await pg.fill('Numbers or addresses of work items', '');
    await pg.fill('Or search by words in the title', 'invoices');
    await pg.choose('Type', 'User Story');
    await pg.press('Search');
    await pg.waitText('Found');
    await pg.choose('Found', /See the last twelve invoices/);
    await pg.screenshot('choose-items', { card: true });
    await pg.press('Add selected');
    await pg.waitText('1 work item added.');
    await pg.waitText('Chosen: 2 work items', { anywhere: true });
    await pg.press('Next');
    await pg.waitText('2 chosen work items');
    await pg.waitText('Preview of P3');
    await pg.press('Save');
    await pg.waitText('See the last twelve invoices');
  }],

  ['a choice of work items is edited', async (pg) => {
    await pg.say('bind P3');
    await pg.waitText('Choose work items for P3');
    await pg.press('Remove');
    await pg.waitText('Chosen: 1 work item');
    await pg.press('Next');
    await pg.waitText('Preview of P3');
    await pg.press('Save');
    await pg.waitText('Work item');
    await pg.say('delete P3');
    await pg.waitText('Delete');
    await pg.press('Delete');
    await pg.waitText('is deleted');
  }],
];
