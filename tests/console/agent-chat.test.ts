import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed({ prepare });

async function prepare(): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await bed.server.put(`/api/v1${path}`, body);
    expect([200, 201], answer.text).toContain(answer.status);
  };
  await put('/agent-groups/Chatters', { name: 'Chatters', dbid: 952 });
  await put('/agents/chat1', { id: 'chat1', dbid: 981, dn: '29610', groups: ['Chatters'], firstName: 'Carla' });
  // However busy the machine is, the agent is asked until the test answers.
  await put('/options/chat', { 'offer-timeout': '600' });
  const service = { _type: 'builtin', _service: 'request-chat', _chat_endpoint: 'Environment:default' };
  await put('/services/help-chat', { ...service, _target: 'Chatters@GA' });
}

/** The customer of a chat, as an app is one. */
class Customer {
  private constructor(readonly path: string) {}

  static async begin(name: string, subject: string): Promise<Customer> {
    const { json } = await bed.server.post('/genesys/1/service/help-chat');
    // The answer of the service says where the chat begins.
    const { '_chatIxnAPI-CREATE-URL': path } = json as { '_chatIxnAPI-CREATE-URL': string };
    const [firstName, lastName] = name.split(' ');
    const customer = new Customer(path);
    await customer.ask('', { firstName, lastName, subject, email: 'grace@example.org' });
    return customer;
  }

  async ask(action: string, body: object = {}): Promise<{ chatIxnState: string; transcriptToShow: string[][] }> {
    const answer = await bed.server.post(`${this.path}${action}`, body);
    expect(answer.status, answer.text).toBe(200);
    // An answer of the chat API.
    return answer.json as { chatIxnState: string; transcriptToShow: string[][] };
  }

  say(message: string) {
    return this.ask('/send', { message });
  }

  /** Everything so far: events and texts. */
  async transcript(): Promise<string[]> {
    const { transcriptToShow } = await this.ask('/refresh', { transcriptPosition: '0' });
    return transcriptToShow.map(([event, , text]) => `${event} ${text}`);
  }
}

/** The desktop of the agent, who is ready. */
async function desktop(): Promise<Page> {
  const page = await bed.visit('/agent?agent=chat1');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Ready', exact: true }).click();
  await page.getByRole('region', { name: 'State' }).getByRole('status').getByText('Ready', { exact: true }).waitFor();
  return page;
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('region', { name: 'State' }).getByText('Logged out').waitFor();
  await page.close();
}

describe('chats on the agent page', { timeout: 240_000 }, () => {
  it('are offered, accepted and held, and can be read when they are over', async () => {
    const page = await desktop();
    const customer = await Customer.begin('Grace Hopper', 'Where is my order?');
    const chat = page.getByRole('region', { name: 'Chat with Grace Hopper' });
    await chat.getByRole('alert').getByText('Grace Hopper would like to chat').waitFor();
    await chat.getByText('Where is my order? · grace@example.org').waitFor();
    await chat.getByRole('button', { name: 'Accept' }).click();
    const said = chat.getByRole('log', { name: 'What was said' });
    await said.getByText('Carla has joined').waitFor();
    await customer.ask('/startTyping');
    await chat.getByRole('status').getByText('Grace Hopper is typing').waitFor();
    await customer.say('It should have come on Monday.');
    await said.getByText('It should have come on Monday.').waitFor();
    await chat.getByLabel('Message').fill('I see it in Lyon;\nit comes tomorrow.');
    // The customer's own, and that of the agent.
    const begun = async () => (await customer.transcript()).filter((line) => line === 'Notice.TypingStarted ');
    await expect.poll(begun).toHaveLength(2);
    await chat.getByRole('button', { name: 'Send' }).click();
    await said.getByText('it comes tomorrow.').waitFor();
    expect(await chat.getByLabel('Message').inputValue()).toBe('');
    await customer.say('Thank you!');
    await said.getByText('Thank you!').waitFor();
    await bed.picture(page, 'console-agent-chat');
    expect(await obstacles(page)).toEqual([]);
    await chat.getByRole('button', { name: 'End the chat' }).click();
    await chat.getByText('The chat is over.').waitFor();
    expect(await customer.transcript()).toEqual([
      'Notice.Joined has joined the session',
      'Notice.Joined has joined the session',
      'Notice.TypingStarted ',
      'Message.Text It should have come on Monday.',
      'Notice.TypingStarted ',
      'Notice.TypingStopped ',
      'Message.Text I see it in Lyon;\nit comes tomorrow.',
      'Message.Text Thank you!',
      'Notice.Left has left the session',
    ]);
    await said.getByText('Thank you!').waitFor();
    await chat.getByRole('button', { name: 'Close' }).click();
    await chat.waitFor({ state: 'detached' });
    await logOut(page);
    expect(bed.browser.complaints).toEqual([]);
  });

  it('are held by keyboard alone, in the language of the agent', async () => {
    const page = await desktop();
    await page.getByLabel('Language').selectOption('Français');
    const customer = await Customer.begin('Ada Byron', 'Une question');
    const chat = page.getByRole('region', { name: 'Clavardage avec Ada Byron' });
    await chat.getByText('Ada Byron aimerait clavarder').waitFor();
    await page.keyboard.press('Alt+C');
    // The field to write in has the focus.
    await chat.getByLabel('Message').waitFor();
    await page.keyboard.type('Bonjour');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('Comment puis-je aider ?');
    await page.keyboard.press('Enter');
    await chat.getByRole('log').getByText('Comment puis-je aider ?').waitFor();
    expect(await customer.transcript()).toContain('Message.Text Bonjour\nComment puis-je aider ?');
    await customer.ask('/disconnect');
    await chat.getByText('Le clavardage est terminé.').waitFor();
    await chat.getByRole('button', { name: 'Fermer' }).press('Enter');
    await chat.waitFor({ state: 'detached' });
    await page.getByLabel('Langue').selectOption('English');
    await logOut(page);
  });

  it('go away when they are declined or the customer gives up, and are there again after a reload', async () => {
    const page = await desktop();
    const first = await Customer.begin('Mary Ward', 'First');
    const declined = page.getByRole('region', { name: 'Chat with Mary Ward' });
    await declined.getByRole('button', { name: 'Decline' }).click();
    await declined.waitFor({ state: 'detached' });
    expect((await first.ask('/disconnect')).chatIxnState).toBe('DISCONNECTED');
    const second = await Customer.begin('Rosa Lux', 'Second');
    const givenUp = page.getByRole('region', { name: 'Chat with Rosa Lux' });
    await givenUp.waitFor();
    await second.ask('/disconnect');
    await givenUp.waitFor({ state: 'detached' });
    const third = await Customer.begin('Emmy Noether', 'Third');
    const chat = page.getByRole('region', { name: 'Chat with Emmy Noether' });
    await chat.getByRole('button', { name: 'Accept' }).click();
    await chat.getByRole('log').getByText('Carla has joined').waitFor();
    await third.say('Are you there?');
    await page.reload();
    await chat.getByRole('log').getByText('Are you there?').waitFor();
    await chat.getByLabel('Message').fill('Yes.');
    await page.keyboard.press('Enter');
    await expect.poll(() => third.transcript()).toContain('Message.Text Yes.');
    await third.ask('/disconnect');
    await logOut(page);
  });
});
