import { Button, Checkbox, Group, NumberInput, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { explain } from '../../api/request.js';
import { OUTCOMES, type Party, useSetDefaultParty } from '../../api/simulator.js';
import { useSimulatorTexts } from './use-simulator-texts.js';

/** How everybody behaves who has no behaviour of their own. */
export function DefaultPartyPanel({ party }: { party: Party }) {
  const say = useSimulatorTexts();
  const [draft, setDraft] = useState(party);
  const set = useSetDefaultParty();
  const change = (part: Partial<Party>) => {
    set.reset();
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(draft);
  };

  return (
    <Paper p="md" component="form" onSubmit={submit} aria-labelledby="party-title">
      <Stack gap="sm">
        <Title order={2} id="party-title">
          {say('party')}
        </Title>
        <Select
          label={say('outcome')}
          allowDeselect={false}
          data={OUTCOMES.map((value) => ({ value, label: say(`does-${value}`) }))}
          value={draft.outcome}
          onChange={(outcome) => outcome !== null && change({ outcome })}
        />
        <NumberInput
          label={say('rings')}
          min={0}
          step={1}
          value={draft.ringSeconds}
          onChange={(seconds) => change({ ringSeconds: Number(seconds) })}
        />
        <NumberInput
          label={say('talks')}
          min={0}
          step={1}
          disabled={draft.talkSeconds === null}
          value={draft.talkSeconds ?? ''}
          onChange={(seconds) => draft.talkSeconds !== null && change({ talkSeconds: Number(seconds) })}
        />
        <Checkbox
          label={say('neverHangsUp')}
          checked={draft.talkSeconds === null}
          onChange={(event) => change({ talkSeconds: event.currentTarget.checked ? null : 5 })}
        />
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" role="status" c={set.isError ? 'red' : 'dimmed'}>
            {set.isError ? explain(set.error) : set.isSuccess ? say('inEffect') : ''}
          </Text>
          <Button type="submit" loading={set.isPending}>
            {say('apply')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
