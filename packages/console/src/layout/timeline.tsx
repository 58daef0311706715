import type { ReactNode } from 'react';
import classes from './timeline.module.css';

/** How an entry looks: an ordinary one, an application's step, a call, a decision, a good or a bad end. */
export type TimelineKind = 'step' | 'application' | 'call' | 'route' | 'good' | 'bad';

/** Things that happened, one below the other along a line. */
export function Timeline({ children }: { children: ReactNode }) {
  return <ol className={classes.steps}>{children}</ol>;
}

/** One of them: when, a bullet with a picture, and what. */
export function TimelineEntry({
  kind,
  type,
  when,
  icon: Icon,
  children,
}: {
  kind: TimelineKind;
  /** The type of the event, where the entry is one. */
  type?: string;
  when: ReactNode;
  icon: () => React.JSX.Element;
  children: ReactNode;
}) {
  return (
    <li className={classes.step} data-kind={kind} data-type={type}>
      <span className={classes.when}>{when}</span>
      <span className={classes.bullet}>
        <Icon />
      </span>
      <div className={classes.what}>{children}</div>
    </li>
  );
}
