import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually } from '../server/server-process.js';
import { consoleBed } from './bed.js';

/** Welcomes a customer, offers a menu, and meanwhile counts minutes. */
const FLOW = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" initial="welcome">
  <datamodel><data id="customer" expr="{name: 'Mary Ward', segment: 'gold'}"/><data id="choices" expr="[]"/><data id="minutes" expr="0"/></datamodel>
  <state id="welcome"><onentry><log label="welcome" expr="customer.name"/></onentry><transition event="begin" target="talking"/></state>
  <parallel id="talking">
    <state id="dialog" initial="menu">
      <state id="menu">
        <onentry><send event="menu.timeout" id="patience" delay="3600s"/></onentry>
        <onexit><cancel sendid="patience"/></onexit>
        <transition event="choose" cond="_event.data.key == 1" target="billing"><assign location="choices" expr="choices.concat([1])"/></transition>
        <transition event="choose" target="agent"><assign location="choices" expr="choices.concat([_event.data.key])"/></transition>
      </state>
      <state id="billing"><transition event="back" target="menu"/></state>
      <state id="agent"><transition event="back" target="menu"/></state>
    </state>
    <state id="clock"><state id="counting"><transition event="minute"><assign location="minutes" expr="minutes + 1"/></transition></state></state>
    <transition event="bye" target="over"/>
  </parallel>
  <final id="over"/>
</scxml>`;

let running = '';
let ended = '';

const bed = consoleBed({ prepare });

async function prepare(): Promise<void> {
  const stored = await bed.server.request('PUT', '/api/v1/flows/welcome', FLOW, {
    'content-type': 'application/scxml+xml',
  });
  expect(stored.status, stored.text).toBeLessThan(300);
  running = await session('begin', ['choose', { key: 1 }], 'minute', 'back', ['choose', { key: 2 }]);
  ended = await session('begin', ['choose', { key: 2 }], 'minute', 'bye');
  await eventually(
    () => bed.server.get(`/api/v1/sessions/${ended}`),
    ({ json }) => (json as { state: string }).state === 'done', // interface.md
    60_000,
  );
}

/** Starts a session of the flow and sends it events. */
async function session(...events: (string | [name: string, data: object])[]): Promise<string> {
  const started = await bed.server.post('/scxml/session/start', { src: 'welcome' });
  expect(started.status, started.text).toBe(200);
  for (const event of events) {
    const [name, data] = typeof event === 'string' ? [event, {}] : event;
    await send(started.text, name, data);
  }
  return started.text;
}

async function send(id: string, name: string, data: object): Promise<void> {
  const sent = await bed.server.post(`/scxml/session/${id}/event/${name}`, data);
  expect(sent.status, sent.text).toBe(200);
}

/** Waits until exactly these states of the chart are lit. */
async function isLit(page: Page, ...states: string[]): Promise<void> {
  // In one look: a state that goes out between two questions would be waited for.
  const lit = async () => {
    const shown = page.locator('[data-state][data-active]');
    const names = await shown.evaluateAll((states) => states.map((state) => state.getAttribute('data-state')));
    return names.sort();
  };
  await expect.poll(lit, { timeout: 60_000 }).toEqual([...states].sort());
}

describe('the pages of sessions', { timeout: 240_000 }, () => {
  it('list what runs and what has ended, by state, application and age', async () => {
    const page = await bed.visit('/');
    await page.getByRole('link', { name: 'Sessions' }).click();
    const rows = page.getByRole('table', { name: 'Sessions' }).locator('[data-session]');
    await rows.nth(1).waitFor();
    await bed.picture(page, 'console-sessions');
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'done' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().getAttribute('data-session')).toBe(ended);
    await page.getByRole('combobox', { name: 'Application' }).click();
    await page.getByRole('option', { name: 'hello', exact: true }).click();
    await page.getByText('No session matches').waitFor();
    expect(page.url()).toContain('state=done&application=hello');
    await page.goto(`${bed.server.url}/console/sessions?application=welcome&age=older-day`);
    await page.getByText('No session matches').waitFor();
    await page.goto(`${bed.server.url}/console/sessions?application=welcome&age=last-hour`);
    await expect.poll(() => rows.count()).toBe(2);
    await rows.filter({ hasText: 'running' }).getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'welcome' }).waitFor();
    await page.close();
  });

  it('show where a session stands in its chart, what it knows and waits for, and follow it', async () => {
    const page = await bed.visit(`/sessions/${running}`);
    await isLit(page, 'talking', 'dialog', 'agent', 'clock', 'counting');
    const data = page.getByRole('region', { name: 'Data' });
    await data.getByText('Mary Ward').waitFor();
    const history = page.getByRole('region', { name: 'History' });
    await history.getByRole('button', { name: 'Show step 6, choose' }).waitFor();
    await history.getByText('cancels the delayed event patience').first().waitFor();
    await bed.picture(page, 'console-session');
    await send(running, 'back', {});
    await isLit(page, 'talking', 'dialog', 'menu', 'clock', 'counting');
    await page.getByRole('region', { name: 'Waiting' }).getByText('menu.timeout').waitFor();
    await page.close();
  });

  it('step back through a session that has ended, by pointer and by keyboard', async () => {
    const page = await bed.visit(`/sessions/${ended}`);
    await isLit(page, 'over');
    const data = page.getByRole('region', { name: 'Data' });
    await data.getByText('"minutes": 1').waitFor();
    await page.getByRole('button', { name: 'Show step 2, begin' }).click();
    await isLit(page, 'talking', 'dialog', 'menu', 'clock', 'counting');
    await data.getByText('"minutes": 0').waitFor();
    await page.getByRole('slider', { name: 'Step of the session' }).focus();
    await page.keyboard.press('ArrowRight');
    await isLit(page, 'talking', 'dialog', 'agent', 'clock', 'counting');
    await data.getByRole('list', { name: 'Changed by this step' }).getByText('choices').first().waitFor();
    await bed.picture(page, 'console-session-step');
    await page.keyboard.press('End');
    await isLit(page, 'over');
    await page.getByRole('button', { name: 'Step back' }).click();
    await isLit(page, 'talking', 'dialog', 'agent', 'clock', 'counting');
    await page.close();
  });

  it('are readable in dark colours and on a phone', async () => {
    const page = await bed.visit(`/sessions/${running}`);
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.locator('[data-state][data-active]').first().waitFor();
    await bed.picture(page, 'session-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/console/sessions', `/console/sessions/${running}`]) {
      await page.goto(`${bed.server.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const sign = path.includes(running) ? page.locator('[data-state]') : page.getByRole('link', { name: 'welcome' });
      await sign.first().waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(390);
      await bed.picture(page, `phone-${path.includes(running) ? 'session' : 'sessions'}`);
    }
    await page.close();
  });

  it('speak French and Japanese', async () => {
    const page = await bed.visit(`/sessions/${ended}`);
    await page.getByLabel('Language').selectOption('Français');
    await page.getByRole('region', { name: 'Historique' }).getByText("annule l'événement différé patience").waitFor();
    await page.getByText('Maintenant (étape').waitFor();
    await page.getByLabel('Langue').selectOption('日本語');
    await page.getByRole('region', { name: 'データ' }).getByText('Mary Ward').waitFor();
    await page.goto(`${bed.server.url}/console/sessions?state=done`);
    await page.getByRole('table', { name: 'セッション' }).getByText('完了').waitFor();
    await page.goto(`${bed.server.url}/console/simulator`);
    await page.getByRole('combobox', { name: '動作' }).waitFor();
    await page.getByLabel('言語').selectOption('English');
    await page.getByRole('heading', { level: 1, name: 'Simulator' }).waitFor();
    await page.close();
  });

  it('say that a session is not there', async () => {
    const page = await bed.visit('/sessions/nobody');
    await page.getByText('There is no such session').waitFor();
    await page.close();
  });

  it('asked nobody else for anything, and no script failed', () => {
    expect(bed.browser.complaints).toEqual([]);
  });
});
