import { expect } from 'vitest';
import { TestApi } from './testing.js';

/** Before the name of an exception. */
export const PACKAGE = 'com.genesyslab.gsg.services.contextservices.exceptions.';

let customers = 0;

/** The API with users whose name is their role (`root`: administrator) and whose password is `secret`. */
export function acceptanceApi(): Promise<TestApi> {
  return TestApi.create({
    people: {
      verify: async (name, password) =>
        password === 'secret' ? { name, roles: name === 'root' ? ['administrator'] : [name] } : undefined,
    },
  });
}

/** Puts the configuration and the mode back. @returns the id of a customer whom no test has used */
export async function freshCustomer(api: TestApi): Promise<string> {
  api.configuration.sections = {};
  api.configuration.lists = {};
  await api.context.mode.change('production');
  customers += 1;
  return `c${customers}`;
}

export function expectError({ status, body }: { status: number; body: unknown }, expected: number): void {
  expect({ status, body }).toMatchObject({
    status: expected,
    body: { message: expect.any(String), exception: expect.stringContaining(PACKAGE) },
  });
}
