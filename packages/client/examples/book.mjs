// Books a callback for a free time and follows it to its end:
//   node examples/book.mjs http://127.0.0.1:8080 BasicCallback +15551230001
import { Ringback, RingbackFailure } from '@ringback/client';

const [baseUrl, service, number] = process.argv.slice(2);
const ringback = new Ringback({ baseUrl });

const [slot] = await ringback.callbacks.availability(service, { days: 1, most: 1 });
try {
  const { id } = await ringback.callbacks.book(service, { number, ...(slot && { desiredTime: slot.time }) });
  console.log(`booked ${id} for ${slot?.time.toISOString() ?? 'now'}`);
  for await (const event of ringback.events.subscribe({ types: ['callback.*'] })) {
    if (event.callback !== id) continue;
    console.log(event.at, event.type, event.state ?? '');
    if (event.type === 'callback.completed') break;
  }
} catch (error) {
  if (!(error instanceof RingbackFailure)) throw error;
  console.error(error.message, error.proposals ?? '');
  process.exitCode = 1;
}
