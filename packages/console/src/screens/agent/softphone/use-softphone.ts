import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { Softphone, type SoftphoneSnapshot } from './softphone.js';
import type { SoftphoneAccount } from './softphone-account.js';

/**
 * The telephone of an account for as long as its panel is shown.
 * @param answersNow whether a call that rings is taken at once: it is one that the server places to this telephone
 */
export function useSoftphone(
  account: SoftphoneAccount,
  answersNow: boolean,
): SoftphoneSnapshot & { softphone: Softphone } {
  const softphone = useMemo(() => new Softphone(account), [account]);
  useEffect(() => softphone.open(), [softphone]);
  const snapshot = useSyncExternalStore(softphone.subscribe, softphone.current);
  const isToBeAnswered = answersNow && snapshot.call === 'ringing';
  useEffect(() => {
    if (isToBeAnswered) void softphone.answer();
  }, [isToBeAnswered, softphone]);
  return { ...snapshot, softphone };
}
