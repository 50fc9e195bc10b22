// files lets okrbot save an export and sends it back. The Playground has no files: the demo has a page for them, on the
// port of the simulated Teams, three after the Playground's.
export async function files(pg) {
  await pg.load();
  await pg.switchTo('Personal');
  await pg.say('export');
  await pg.waitText('Export OKRs');
  await pg.choose('File', 'ZIP: everything, with check-ins and comments');
  await pg.screenshot('export', { card: true });
  await pg.press('Export');
  await pg.waitText('May it be saved in your OneDrive?');
  await pg.press('Allow');
  await pg.waitText('Saved in your OneDrive');
  await pg.screenshot('export-saved', { card: 'Saved in your OneDrive' });

  const home = new URL(pg.url);
  home.port = String(Number(home.port) + 3);
  const page = await pg.context.newPage();
  await page.goto(new URL('/playground/files', home).href);
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^okrbot-.*\.zip$/ }).click()]);
  await page.getByLabel('Files').setInputFiles(await saved.path());
  await pg.mark();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('okrbot answers in the chat').waitFor();
  await pg.waitText('Organization export (ZIP)');
  await pg.mark();
  await page.getByRole('button', { name: 'Send the sample contoso.csv' }).click();
  await pg.waitText('contoso.csv');
  await pg.screenshot('import-files', { card: 'contoso.csv' });
  await page.close();
  await pg.press('Cancel import');
  await pg.waitText('Nothing was imported');
}

// moveIn brings the demo's sample of an organization in, says who somebody is, opens a project's checklist, and takes all
// of it back.
export async function moveIn(pg) {
  await pg.switchTo('Personal');
  await pg.say('import');
  await pg.waitText('Import your OKRs');
  await pg.screenshot('import', { card: true });
  const home = new URL(pg.url);
  home.port = String(Number(home.port) + 3);
  const page = await pg.context.newPage();
  await page.goto(new URL('/playground/files', home).href);
  for (const name of ['contoso.zip', 'contoso.csv']) {
    await pg.mark();
    await page.getByRole('button', { name: `Send the sample ${name}` }).click();
    await page.getByText('okrbot answers in the chat').waitFor();
    await pg.waitText(name);
  }
  await page.close();
  await pg.press('Preview');
  await pg.waitText('Preview of import');
  await pg.screenshot('import-preview', { card: 'Preview of import' });
  await pg.press('Match people');
  await pg.waitText('Match people');
  await pg.fill('Diego Siciliani', 'me');
  await pg.fill('Nestor Wilke', 'nobody');
  await pg.screenshot('import-people', { card: 'Match people' });
  await pg.press('Save');
  await pg.waitText('Preview of import');
  await pg.press('Compare progress');
  await pg.waitText('Compare progress');
  await pg.screenshot('import-progress', { card: 'Compare progress' });
  await pg.press('Back');
  await pg.press('Import');
  await pg.waitText('is done', { timeout: 120_000 });
  await pg.screenshot('import-done', { card: 'is done' });
  await pg.say('okr Open warehouse 8');
  await pg.waitText('tasks done');
  await pg.screenshot('checklist', { card: 'tasks done' });
  await pg.say('import undo');
  await pg.waitText('Undo import');
  await pg.screenshot('import-undo', { card: true });
  await pg.press('Undo import');
  await pg.waitText('is undone', { timeout: 120_000 });
}
