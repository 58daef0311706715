import { createRequire } from 'node:module';

/** Each engine: prepares a workload once, then makes sessions that take one event at a time. */
export const engines = {
  'ringback sandbox': (workload) => ringback(workload, 'sandbox'),
  'ringback trusted': (workload) => ringback(workload, 'trusted'),
  scion,
  xstate,
};

async function ringback(workload, datamodel) {
  const { ApplicationInstance, compileApplication } = await import('../../packages/scxml/dist/index.js');
  const main = 'file:///workload.scxml';
  const definition = { id: 'workload', main, documents: { [main]: workload.scxml() }, datamodel };
  const { compiled, diagnostics } = compileApplication(definition);
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics));
  const instance = await ApplicationInstance.open(compiled);
  let count = 0;
  return {
    create() {
      count += 1;
      const session = instance.start({ session: `s${count}`, now: 0 });
      return (event) => instance.deliver(session, { event, now: 0 });
    },
    outside: () => instance.memoryBytes,
  };
}

async function scion(workload) {
  const scxml = createRequire(import.meta.url)('@scion-scxml/scxml');
  const model = await new Promise((resolve, reject) => {
    scxml.documentStringToModel(
      'workload.scxml',
      workload.scxml(),
      (error, found) => (error ? reject(error) : resolve(found)),
      {
        deferCompilation: false,
      },
    );
  });
  const fnModel = await new Promise((resolve, reject) => {
    model.prepare((error, found) => (error ? reject(error) : resolve(found)));
  });
  return {
    create() {
      const interpreter = new scxml.core.Statechart(fnModel);
      interpreter.start();
      return (event) => interpreter.gen(event.data === undefined ? { name: event.name } : event);
    },
    outside: () => 0,
  };
}

async function xstate(workload) {
  const library = await import('xstate');
  const machine = workload.xstate(library);
  return {
    create() {
      const actor = library.createActor(machine);
      actor.start();
      return (event) => actor.send({ type: event.name, data: event.data });
    },
    outside: () => 0,
  };
}
