import { Fragment } from 'react';
import { useTexts } from '../../i18n/use-texts.js';
import * as texts from './routing.texts.js';
import { type Passed, routingDecision } from './routing-decision.js';
import classes from './routing-reasons.module.css';

/** Why a routing decision fell as it did: for the agent that was chosen, and against each of the others. */
export function RoutingReasons({ why }: { why: unknown }) {
  const say = useTexts('routing', texts);
  const { chosen, standing, others, unnamed, targets, before } = routingDecision(why, say);
  return (
    <dl className={classes.reasons}>
      {chosen !== undefined && (
        <>
          <dt>{say('whyThis')}</dt>
          <dd>{chosen}</dd>
        </>
      )}
      {(others.length > 0 || unnamed > 0) && (
        <>
          <dt>{say('whyNot')}</dt>
          <dd>
            <PassedList passed={others} />
            {unnamed > 0 && <span className={classes.unnamed}>{say('unnamed', { number: unnamed })}</span>}
          </dd>
        </>
      )}
      {standing.length > 0 && (
        <>
          <dt>{say('request')}</dt>
          <dd>{standing.join(' · ')}</dd>
        </>
      )}
      {targets.length > 0 && (
        <>
          <dt>{say('targets')}</dt>
          <dd>
            {targets.map((target) => (
              <div key={target}>{target}</div>
            ))}
          </dd>
        </>
      )}
      {before.length > 0 && (
        <>
          <dt>{say('before')}</dt>
          <dd>
            <PassedList passed={before} />
          </dd>
        </>
      )}
    </dl>
  );
}

function PassedList({ passed }: { passed: readonly Passed[] }) {
  return (
    <div className={classes.passed}>
      {passed.map(({ name, reason }) => (
        <Fragment key={name}>
          <span className={classes.name}>{name}</span>
          <span>{reason}</span>
        </Fragment>
      ))}
    </div>
  );
}
