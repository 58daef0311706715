import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Refusal } from '../api/refusal.js';
import { changesBetween, type Service, useChangeService } from '../api/services.js';
import { useSavingTexts } from './use-saving-texts.js';

/** What has been typed, by option; null for options that have been taken out. */
type Edits = Readonly<Record<string, string | null>>;

/**
 * One's own changes to the options of a service. They are kept beside what the server has, so that another person's
 * changes come in without taking away one's own; saving sends one's own alone.
 */
export function useServiceEdits(service: Service) {
  const say = useSavingTexts();
  const change = useChangeService();
  const [edits, setEdits] = useState<Edits>({});
  const values = edited(service.options, edits);
  const changes = changesBetween(service.options, values);
  return {
    /** The options with the changes. */
    values,
    changes,
    count: Object.keys(changes).length,
    /** What the server said about an option when it refused the changes. */
    refused: change.error instanceof Refusal ? change.error.byField : new Map<string, string>(),
    error: change.error,
    isSaving: change.isPending,
    /** Changes options; null takes one out. */
    set: (more: Edits) => setEdits((before) => ({ ...before, ...more })),
    revert: () => {
      setEdits({});
      change.reset();
    },
    save: () => {
      const saved = edits;
      change.mutate(
        { name: service.name, changes },
        {
          onSuccess: () => {
            // What was changed again meanwhile is still a change.
            setEdits((before) => Object.fromEntries(Object.entries(before).filter(([name, to]) => to !== saved[name])));
            notifications.show({ color: 'teal', message: say('saved', { name: service.name }) });
          },
        },
      );
    },
  };
}

export type ServiceEdits = ReturnType<typeof useServiceEdits>;

function edited(options: Service['options'], edits: Edits): Record<string, string> {
  const values = Object.entries({ ...options, ...edits });
  return Object.fromEntries(values.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
