import { expect, it } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { openListeners } from '../http.js';
import { Client, campaignBed } from '../outbound/testing.js';

it('a CommDN is reached on a port of its own too, and clients hear that the server closes', async () => {
  const bed = await campaignBed();
  const settings = [{ name: 'commdn', api: 'commdn', port: 0, prefix: '/' }];
  const listeners = await openListeners(bed.app, settings, { host: '127.0.0.1', log: silentLogger });
  const address = listeners.addresses.get('commdn')?.replace('http', 'ws');
  const client = await Client.open(`${address}/CommDN_1`, 'desk', 's3cret');
  const status = {
    GSW_CM_MessageType: 12,
    GSW_CM_AttrOriginAppID: 300,
    GSW_CM_AttrTargetAppID: 150,
    GSW_CM_AttrCampaignID: 101,
    GSW_CM_AttrGroupID: 732,
  };
  expect(await client.ask(status)).toMatchObject({ GSW_CM_MessageType: 24 });
  await expect(Client.open(`${address}/CommDN_1`, 'desk', 'wrong')).rejects.toThrow('401');
  const closed = client.closed();
  await bed.close();
  expect(await closed).toBe(1001);
  await listeners.close();
});
