import { useLanguage } from '../i18n/use-texts.js';
import { formatMoment, formatUtc } from './format.js';
import { useNow } from './now.js';

/** An instant in the viewer's zone; the exact one in UTC shows on hover. */
export function Moment({ at, format }: { at: number; format?: (at: number) => string }) {
  const now = useNow();
  useLanguage();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {format === undefined ? formatMoment(at, now) : format(at)}
    </time>
  );
}
