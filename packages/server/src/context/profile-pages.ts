import type { Sql } from '../store/index.js';
import type { ProfileData } from './profile.js';
import { pageOfProfiles } from './profile-statements.js';

/** Some profiles, in order of their ids. */
export type ProfilePage = (ProfileData & { customer_id: string })[];

const PAGE_SIZE = 1000;

/** Goes through all profiles of a tenant, a page at a time, so that memory does not grow with their number. */
export async function* profilePages(sql: Sql, tenant: number): AsyncGenerator<ProfilePage> {
  for (let last: string | undefined = ''; last !== undefined; ) {
    const page: ProfilePage = await sql.query<ProfilePage[number]>(pageOfProfiles, [tenant, last, PAGE_SIZE]);
    if (page.length > 0) yield page;
    last = page.length === PAGE_SIZE ? page.at(-1)?.customer_id : undefined;
  }
}
