import type { FastifyInstance } from 'fastify';
import { describePhone, type JsonObject, type Logger, type PhoneDescription } from '../../kernel/index.js';
import { type CredentialSource, refuseStranger } from './authentication.js';
import { refuseOtherMethods } from './dialect.js';
import { phoneNumberError } from './errors.js';
import { gmsFailure, JSON_TYPE } from './failure.js';
import { queryOf } from './request-parameters.js';

const DEFAULT_COUNTRY = 'US';
const DEFAULT_LANGUAGE = 'en';

/**
 * Phone Number Validation API: `GET /1/phonenumber?number=&country=&geocodingLocale=` as a Fastify plugin; register it
 * with the prefix of the web application, `/genesys`.
 */
export async function gmsPhoneNumberApi(
  app: FastifyInstance,
  { credentials, log }: { credentials: CredentialSource; log: Logger },
): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    if (refuseStranger(credentials, request, reply)) return reply;
  });
  app.setErrorHandler(gmsFailure(log));

  app.get('/1/phonenumber', async (request, reply) => {
    const query = queryOf(request);
    const country = (query.country || DEFAULT_COUNTRY).toUpperCase();
    const language = (query.geocodingLocale || DEFAULT_LANGUAGE).toLowerCase();
    // A plus sign that was not escaped in an address arrives as a blank.
    const number = (query.number ?? '').replace(/^ /, '+');
    const found = await describePhone(number, country, language);
    reply.type(JSON_TYPE);
    if (found) return reply.send(JSON.stringify(answer(found, country, language)));
    const { status, body } = phoneNumberError(number, country);
    return reply.code(status).send(body);
  });
  refuseOtherMethods(app, '/1/phonenumber', ['GET']);
}

function answer(found: PhoneDescription, country: string, language: string): JsonObject {
  return {
    carrier: found.carrier,
    'country-code': found.callingCode,
    'country-code-source': found.callingCodeSource,
    'country-default': country,
    extension: found.extension,
    'is-possible-number': found.possible,
    'is-premium': found.type === 'PREMIUM_RATE',
    'is-valid-number': found.valid,
    'is-valid-number-for-region': found.validForRegion,
    'italian-leading-zero': found.leadingZero,
    'language-specified': language,
    location: found.location,
    'number-E164': found.e164,
    'number-international': found.international,
    'number-national': found.national,
    'number-national-short': found.nationalDigits,
    'number-original': found.original,
    'number-specified': found.specified,
    'number-type': found.type,
    'region-code': found.region,
    'time-zone': found.timeZones.join(','),
  };
}
