import { Button, Checkbox, Group, NativeSelect, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CALLBACK_STATES } from '../../api/callbacks.js';
import type { Service } from '../../api/services.js';
import { SearchIcon } from '../../icons.js';
import { DANGER } from '../../theme.js';
import { RANGES } from './time-range.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';
import type { Choice } from './use-filter.js';

interface FilterBarProps {
  choice: Choice;
  services: readonly Service[];
  problem: 'notBefore' | 'tooLong' | undefined;
  onChoose: (more: Partial<Choice>) => void;
}

/** Which callbacks: range of desired times, number, and behind a button states, services and queue. */
export function FilterBar({ choice, services, problem, onChoose }: FilterBarProps) {
  const say = useCallbacksTexts();
  const [typed, setTyped] = useState(choice.number);
  const restrictions = choice.states.length + choice.services.length + (choice.queue === '' ? 0 : 1);
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect
        size="xs"
        label={say('range')}
        value={choice.range}
        data={RANGES.map((value) => ({ value, label: say(value) }))}
        onChange={(event) => {
          const range = RANGES.find((name) => name === event.currentTarget.value);
          if (range !== undefined) onChoose({ range });
        }}
      />
      {choice.range === 'custom' && (
        <>
          <TextInput
            size="xs"
            type="date"
            label={say('from')}
            value={choice.first}
            onChange={(event) => onChoose({ first: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            type="date"
            label={say('to')}
            value={choice.last}
            onChange={(event) => onChoose({ last: event.currentTarget.value })}
          />
          {problem !== undefined && (
            <Text size="sm" c={DANGER} role="alert" pb={5}>
              {say(problem)}
            </Text>
          )}
        </>
      )}
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onChoose({ number: typed.trim() });
          }}
        >
          <TextInput
            size="xs"
            type="search"
            label={say('number')}
            leftSection={<SearchIcon />}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => typed.trim() !== choice.number && onChoose({ number: typed.trim() })}
          />
        </form>
      </search>
      <Popover position="bottom-start" withArrow shadow="md" trapFocus>
        <Popover.Target>
          <Button size="xs" variant={restrictions > 0 ? 'light' : 'default'}>
            {say('advanced')}
            {restrictions > 0 && ` (${restrictions})`}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={say('advanced')}>
          <Restrictions choice={choice} services={services} onChoose={onChoose} />
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}

function Restrictions({ choice, services, onChoose }: Omit<FilterBarProps, 'problem'>) {
  const say = useCallbacksTexts();
  const queues = new Set(services.flatMap(({ options }) => options._urs_virtual_queue || []));
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="xl">
        <Checkbox.Group
          label={say('states')}
          value={[...choice.states]}
          onChange={(values) => onChoose({ states: CALLBACK_STATES.filter((state) => values.includes(state)) })}
        >
          <Stack gap={6} mt={4}>
            {CALLBACK_STATES.map((state) => (
              <Checkbox key={state} size="xs" value={state} label={state} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Checkbox.Group
          label={say('services')}
          value={[...choice.services]}
          onChange={(values) => onChoose({ services: values })}
        >
          <Stack gap={6} mt={4} mah={260} style={{ overflowY: 'auto' }}>
            {services.map(({ name }) => (
              <Checkbox key={name} size="xs" value={name} label={name} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Group>
      <NativeSelect
        size="xs"
        label={say('queue')}
        value={choice.queue}
        data={[
          { value: '', label: say('anyQueue') },
          ...[...queues].sort().map((name) => ({ value: name, label: name })),
        ]}
        onChange={(event) => onChoose({ queue: event.currentTarget.value })}
      />
      <div>
        <Button size="compact-xs" variant="default" onClick={() => onChoose({ states: [], services: [], queue: '' })}>
          {say('uncheckAll')}
        </Button>
      </div>
    </Stack>
  );
}
