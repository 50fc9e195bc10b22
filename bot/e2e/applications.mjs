// The steps of an application that reads for everyone, of the simulated Microsoft Entra. What they make is deleted at their end.

const application = {
  tenant: '6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01',
  client: '5ec2e7a1-0000-4000-8000-0000000000a1',
  secret: 'rdr8Q~an-open-secret-of-the-demo-world', // of the simulation: nothing real takes it
};

// inHalfYear is the day on which the secret ends: far enough for no warning, near enough to be believed on a picture.
const inHalfYear = () => new Date(Date.now() + 182 * 24 * 3600 * 1000).toISOString().slice(0, 10);

export const applications = [
  ['an admin enters an application on the page behind a link', async (pg) => {
    await pg.say('connect application');
    await pg.waitText('secrets and certificates never go through this chat');
    await pg.screenshot('application-link', { card: true });
    const page = await pg.popup(() => pg.press('Open the page'));
    await page.getByLabel('Name', { exact: true }).fill('okr-reader');
    await page.getByLabel('Directory (tenant) ID').fill(application.tenant);
    await page.getByLabel('Application (client) ID').fill(application.client);
    await page.getByLabel('Client secret', { exact: true }).last().fill('not this one');
    if (await page.getByLabel('Or paste it as PEM').isVisible()) throw new Error('the page asks for a certificate, too');
    await page.getByRole('button', { name: 'Check and save' }).click();
    await page.getByRole('alert').getByText('not one of its client secrets').waitFor();
    if (await page.getByLabel('Name', { exact: true }).inputValue() !== 'okr-reader') throw new Error('what was typed is lost');
    if (await page.locator('#secret').inputValue() !== '') throw new Error('the secret came back to the browser');
    await page.locator('#secret').fill(application.secret);
    await page.locator('#ends').fill(inHalfYear());
    await pg.mark();
    await page.getByRole('button', { name: 'Check and save' }).click();
    await page.getByText('okr-reader is connected').waitFor();
    await page.close();
  }],

  ['the chat goes on with a connection, limited to folders', async (pg) => {
    await pg.waitText('Uses the application okr-reader');
    await pg.fill('Connection name', 'Contoso for everyone');
    await pg.fill('Azure DevOps organization', 'contoso');
    await pg.press('Next');
    await pg.waitText('Azure DevOps project');
    await pg.choose('Azure DevOps project', 'Fabrikam Fiber');
    await pg.press('Next');
    await pg.waitText('Folders for Contoso for everyone');
    const folders = await pg.lastCard('Folders for');
    await folders.getByText('Shared Queries/Launch', { exact: true }).click();
    await pg.screenshot('folders', { card: true });
    await pg.press('Allow these folders only');
    await pg.waitText('Sharing');
    await pg.screenshot('connection-application', { card: true });
    await pg.pressMore('Delete');
    await pg.waitText('Delete the connection');
    await pg.press('Delete');
    await pg.waitText('was deleted');
  }],

  ['an application is shown and removed', async (pg) => {
    await pg.say('applications');
    await pg.waitText('okr-reader');
    const list = await pg.lastCard('okr-reader');
    await pg.mark();
    await list.getByText('okr-reader').first().click();
    await pg.waitText('Added by');
    await pg.screenshot('application', { card: true });
    await pg.pressMore('Remove');
    await pg.waitText('Remove the application okr-reader?');
    await pg.press('Remove');
    await pg.waitText('Removed: okr-reader');
  }],
];
