import { Badge, Button, Code, Group, Table, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type PatternGroup, useStoreObject } from '../../api/configured.js';
import { ConfirmDelete } from '../../layout/confirm-delete.js';
import { Failure } from '../../layout/failure.js';
import { DANGER } from '../../theme.js';
import { compiled } from './expression.js';
import classes from './patterns.module.css';
import { usePatternsTexts } from './use-patterns-texts.js';

/** The patterns of a group: each can be changed, deleted, and another one added. */
export function PatternTable({ group, matching }: { group: PatternGroup; matching: ReadonlySet<string> }) {
  const say = usePatternsTexts();
  const store = useStoreObject('patterns');
  const removal = useStoreObject('patterns');
  const [editing, setEditing] = useState<string>();
  const [deleting, setDeleting] = useState<string>();
  const patterns = Object.entries(group.patterns);
  const isLast = patterns.length === 1;

  const write = (changed: Readonly<Record<string, string>>, then: () => void) =>
    store.mutate(
      { name: group.name, value: changed },
      {
        onSuccess: () => {
          notifications.show({ color: 'teal', message: say('success') });
          then();
        },
      },
    );

  const remove = (name: string) => {
    const rest = Object.fromEntries(patterns.filter(([other]) => other !== name));
    // A group without patterns is none.
    removal.mutate(
      { name: group.name, value: isLast ? undefined : rest },
      {
        onSuccess: () => {
          setDeleting(undefined);
          notifications.show({ color: 'gray', message: say('deleted') });
        },
      },
    );
  };

  return (
    <>
      {store.isError && <Failure what={say('notStored')} error={store.error} />}
      <Table aria-labelledby="group-title">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('name')}</Table.Th>
            <Table.Th>{say('expression')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {patterns.map(([name, expression]) =>
            editing === name ? (
              <PatternFields
                key={name}
                name={name}
                expression={expression}
                isSaving={store.isPending}
                onCancel={() => setEditing(undefined)}
                onSave={(_, changed) => write({ ...group.patterns, [name]: changed }, () => setEditing(undefined))}
              />
            ) : (
              <Table.Tr key={name} className={classes.row ?? ''} data-matches={matching.has(name)}>
                <Table.Td>
                  {name}
                  {matching.has(name) && (
                    <Badge ml="xs" size="sm" variant="light" color="gray" tt="none">
                      {say('matching')}
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td>
                  <Code>{expression}</Code>
                </Table.Td>
                <Table.Td>
                  <Group gap={4} justify="flex-end">
                    <Button size="compact-xs" variant="default" onClick={() => setEditing(name)}>
                      {say('edit', { name })}
                    </Button>
                    <Button size="compact-xs" variant="default" c={DANGER} onClick={() => setDeleting(name)}>
                      {say('delete', { name })}
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ),
          )}
          <PatternFields
            key={`new ${patterns.length}`}
            taken={group.patterns}
            isSaving={store.isPending}
            onSave={(name, expression) => write({ ...group.patterns, [name]: expression }, () => undefined)}
          />
        </Table.Tbody>
      </Table>
      {deleting !== undefined && (
        <ConfirmDelete
          title={say('deleteTitle', { name: deleting })}
          help={isLast ? say('lastPattern') : ''}
          keep={say('keep')}
          confirm={say('confirmDelete')}
          failed={say('notStored')}
          removal={removal}
          onClose={() => setDeleting(undefined)}
          onConfirm={() => remove(deleting)}
        />
      )}
    </>
  );
}

interface PatternFieldsProps {
  /** The pattern that is changed; absent for a new one. */
  name?: string;
  expression?: string;
  taken?: Readonly<Record<string, string>>;
  isSaving: boolean;
  onSave: (name: string, expression: string) => void;
  onCancel?: () => void;
}

/** A row of fields: for a new pattern, or for the one that is changed. */
function PatternFields({ name, expression = '', taken = {}, isSaving, onSave, onCancel }: PatternFieldsProps) {
  const say = usePatternsTexts();
  const [typedName, setTypedName] = useState(name ?? '');
  const [typed, setTyped] = useState(expression);
  const [tried, setTried] = useState(false);
  const nameProblem = typedName.trim() === '' ? say('nameNeeded') : taken[typedName] !== undefined && say('nameTaken');
  const problem = typed === '' || compiled(typed) === undefined ? say('badExpression') : false;
  const save = () => {
    setTried(true);
    if (nameProblem === false && problem === false) onSave(typedName, typed);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') save();
    if (event.key === 'Escape') onCancel?.();
  };
  return (
    <Table.Tr>
      <Table.Td>
        {name ?? (
          <TextInput
            size="xs"
            aria-label={say('name')}
            placeholder={say('name')}
            value={typedName}
            error={(tried || typedName !== '') && nameProblem}
            onChange={(event) => setTypedName(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        )}
      </Table.Td>
      <Table.Td>
        <TextInput
          size="xs"
          ff="monospace"
          aria-label={name === undefined ? say('expression') : `${say('expression')}: ${name}`}
          placeholder={say('expression')}
          value={typed}
          error={(tried || typed !== '') && problem}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end">
          {onCancel && (
            <Button size="compact-xs" variant="default" onClick={onCancel}>
              {say('cancel')}
            </Button>
          )}
          <Button size="compact-xs" loading={isSaving} onClick={save}>
            {say(name === undefined ? 'addNew' : 'save')}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
