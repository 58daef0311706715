import { expect, test } from 'vitest';
import { withoutStraySlashes } from './stray-slashes.js';

test.each([
  ['/genesys/1/service/hello', '/genesys/1/service/hello'],
  ['/genesys//1/service/hello', '/genesys/1/service/hello'],
  ['//genesys/1/service//hello///', '/genesys/1/service/hello'],
  ['/genesys/1/service/hello/?a=b//c/', '/genesys/1/service/hello?a=b//c/'],
  ['/genesys/1/storage/a%2F%2Fb/', '/genesys/1/storage/a%2F%2Fb'],
  ['/scxml//session/start/', '/scxml/session/start'],
  ['/ocs//records/5/?req=RecordCancel', '/ocs/records/5?req=RecordCancel'],
  ['/genesys/', '/genesys/'],
  ['/genesys//', '/genesys/'],
  ['/genesys/admin/', '/genesys/admin/'],
  ['/genesysx//a/', '/genesysx//a/'],
  ['/api/v1//services/', '/api/v1//services/'],
  ['/console/', '/console/'],
])('%s is %s', (url, plain) => {
  expect(withoutStraySlashes(url)).toBe(plain);
});
