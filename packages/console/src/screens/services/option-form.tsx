import { Button, Group, Paper, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { familyOf, type OptionFamily } from '../../api/catalogue.js';
import type { Service } from '../../api/services.js';
import { PlusIcon, SearchIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { nextName } from '../../services/option-name.js';
import { SaveBar } from '../../services/save-bar.js';
import { useServiceEdits } from '../../services/service-edits.js';
import { AddParameter } from './add-parameter.js';
import { OptionField } from './option-field.js';
import { type OptionRow, type RowGroup, rowGroups } from './option-rows.js';
import classes from './options.module.css';
import { useSuggestions } from './suggestions.js';
import { useServicesTexts } from './use-services-texts.js';

/** All options of a service as a form. */
export function OptionForm({ service, families }: { service: Service; families: readonly OptionFamily[] }) {
  const say = useServicesTexts();
  const suggest = useSuggestions(families);
  const edits = useServiceEdits(service);
  const [all, setAll] = useState(false);
  const [text, setText] = useState('');
  const { values, changes, refused } = edits;
  const groups = rowGroups(familyOf(families, values), values, { all: all || text.trim() !== '', text });

  const field = ({ name, option, repeated }: OptionRow) => (
    <OptionField
      key={name}
      name={name}
      value={values[name] ?? ''}
      changed={changes[name] !== undefined}
      error={refused.get(name)}
      suggestions={suggest(name, option)}
      onChange={(value) => edits.set({ [name]: value })}
      {...(option && { option })}
      {...((repeated || option === undefined) && { onRemove: () => edits.set({ [name]: null }) })}
    />
  );

  return (
    <form
      aria-label={say('options')}
      onSubmit={(event) => {
        event.preventDefault();
        if (edits.count > 0) edits.save();
      }}
    >
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <TextInput
            size="xs"
            w={240}
            aria-label={say('find')}
            placeholder={say('find')}
            leftSection={<SearchIcon />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Switch
            size="xs"
            label={say('advanced')}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        </Group>
        {groups.every(({ rows }) => rows.length === 0) && (
          <Paper>
            <Empty title={say('noOptions')}>{say('noOptionsHelp')}</Empty>
          </Paper>
        )}
        {groups.map((group) => (
          <Section
            key={group.own ? 'own' : group.title}
            group={group}
            field={field}
            onAdd={(row) => edits.set({ [nextName(row.slice(0, -1), values)]: '' })}
          />
        ))}
        <AddParameter taken={values} onAdd={(name) => edits.set({ [name]: '' })} />
        <SaveBar edits={edits} marksFields />
      </Stack>
    </form>
  );
}

interface SectionProps {
  group: RowGroup;
  field: (row: OptionRow) => React.JSX.Element;
  onAdd: (row: string) => void;
}

function Section({ group, field, onAdd }: SectionProps) {
  const say = useServicesTexts();
  const id = useId();
  const { rows, repeatable, own } = group;
  if (rows.length === 0 && repeatable.length === 0) return null;
  // The catalogue is in English.
  const isOfCatalogue = !own && group.title !== '';
  return (
    <Paper component="section" p="sm" aria-labelledby={id}>
      <Title order={2} mb={4} id={id} {...(isOfCatalogue && { lang: 'en' })}>
        {isOfCatalogue ? group.title : say(own ? 'own' : 'options')}
      </Title>
      {own && (
        <Text size="xs" c="dimmed">
          {say('ownHelp')}
        </Text>
      )}
      <div className={classes.fields}>{rows.map(field)}</div>
      {repeatable.length > 0 && (
        <Group gap={6} mt="xs">
          {repeatable.map(({ name }) => (
            <Button
              key={name}
              size="compact-xs"
              variant="default"
              leftSection={<PlusIcon />}
              onClick={() => onAdd(name)}
            >
              {say('addAnother', { name })}
            </Button>
          ))}
        </Group>
      )}
    </Paper>
  );
}
