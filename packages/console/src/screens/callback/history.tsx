import type { JournalEvent } from '../../api/journal.js';
import { CheckIcon, CrossIcon, DotIcon, GearIcon, PhoneIcon, RouteIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { formatOffset, formatTime } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { describe, type Kind } from './describe.js';
import classes from './history.module.css';
import { Particulars } from './particulars.js';
import { RoutingReasons } from './routing-reasons.js';

const BULLET: Readonly<Record<Kind, () => React.JSX.Element>> = {
  step: DotIcon,
  application: GearIcon,
  call: PhoneIcon,
  route: RouteIcon,
  good: CheckIcon,
  bad: CrossIcon,
};

/** Everything that happened, in order: each step with its time and its distance from the first one. */
export function History({ events }: { events: readonly JournalEvent[] }) {
  const start = events[0]?.at;
  if (start === undefined) {
    return <Empty title="No history">Its events have been removed, or none has been written yet.</Empty>;
  }
  return (
    <ol className={classes.steps}>
      {events.map((event) => (
        <Step key={event.id} event={event} start={start} />
      ))}
    </ol>
  );
}

function Step({ event, start }: { event: JournalEvent; start: number }) {
  const { kind, title, told } = describe(event);
  const Bullet = BULLET[kind];
  return (
    <li className={classes.step} data-kind={kind} data-type={event.type}>
      <span className={classes.when}>
        <Moment at={event.at} format={formatTime} />
        <span className={classes.offset}>{formatOffset(event.at - start)}</span>
      </span>
      <span className={classes.bullet}>
        <Bullet />
      </span>
      <div className={classes.what}>
        <div className={classes.title}>
          {title}
          <code className={classes.type}>{event.type}</code>
        </div>
        {event.type === 'route.decision' && <RoutingReasons why={event.data.why} />}
        <Particulars event={event} without={told} />
      </div>
    </li>
  );
}
