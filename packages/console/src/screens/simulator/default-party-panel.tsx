import { Button, Checkbox, Group, NumberInput, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { explain } from '../../api/request.js';
import { OUTCOMES, type Outcome, type Party, useSetDefaultParty } from '../../api/simulator.js';

const OUTCOME_LABEL: Readonly<Record<Outcome, string>> = {
  answer: 'Answers',
  busy: 'Is busy',
  'no-answer': 'Does not answer',
  'answering-machine': 'An answering machine answers',
  fax: 'A fax machine answers',
  'sit-invalid': 'The number does not exist',
  reject: 'Rejects the call',
};

/** How everybody behaves who has no behaviour of their own. */
export function DefaultPartyPanel({ party }: { party: Party }) {
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
          Whoever is called
        </Title>
        <Select
          label="Outcome"
          allowDeselect={false}
          data={OUTCOMES.map((value) => ({ value, label: OUTCOME_LABEL[value] }))}
          value={draft.outcome}
          onChange={(outcome) => outcome !== null && change({ outcome })}
        />
        <NumberInput
          label="Rings for (seconds)"
          min={0}
          step={1}
          value={draft.ringSeconds}
          onChange={(seconds) => change({ ringSeconds: Number(seconds) })}
        />
        <NumberInput
          label="Talks for (seconds)"
          min={0}
          step={1}
          disabled={draft.talkSeconds === null}
          value={draft.talkSeconds ?? ''}
          onChange={(seconds) => draft.talkSeconds !== null && change({ talkSeconds: Number(seconds) })}
        />
        <Checkbox
          label="Never hangs up"
          checked={draft.talkSeconds === null}
          onChange={(event) => change({ talkSeconds: event.currentTarget.checked ? null : 5 })}
        />
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" role="status" c={set.isError ? 'red' : 'dimmed'}>
            {set.isError ? explain(set.error) : set.isSuccess ? 'In effect for every further call.' : ''}
          </Text>
          <Button type="submit" loading={set.isPending}>
            Apply
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
