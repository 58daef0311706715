import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type ResourceGroup, useStoreObject } from '../../api/configured.js';
import { FormDialog } from '../../layout/form-dialog.js';
import { useResourcesTexts } from './use-resources-texts.js';

const STRATEGIES = ['RANDOM', 'LOCAL', 'CLUSTER'] as const;

/** Makes a group of access numbers, or changes one. */
export function GroupForm({
  group,
  taken,
  onClose,
}: {
  /** Absent: a new one. */
  group?: ResourceGroup;
  taken: readonly ResourceGroup[];
  onClose: () => void;
}) {
  const say = useResourcesTexts();
  const store = useStoreObject('resources');
  const [name, setName] = useState(group?.name ?? '');
  const [strategy, setStrategy] = useState(group?.strategy ?? '');
  const [lines, setLines] = useState(group?.members.join('\n') ?? '');
  const [tried, setTried] = useState(false);
  const members = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const twice = members.find((member, place) => members.indexOf(member) !== place);
  const isTaken = group === undefined && taken.some((other) => other.name === name.trim());
  const nameProblem = name.trim() === '' ? say('nameNeeded') : isTaken && say('notUnique');
  const membersProblem =
    members.length === 0 ? say('memberNeeded') : twice !== undefined && say('memberTwice', { member: twice });
  const submit = () => {
    setTried(true);
    if (nameProblem !== false || membersProblem !== false) return;
    const value = strategy === '' ? members : { strategy, members };
    store.mutate(
      { name: name.trim(), value },
      {
        onSuccess: () => {
          notifications.show({ color: 'teal', message: say('saved', { name: name.trim() }) });
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={group === undefined ? say('addGroup') : say('editTitle', { name: group.name })}
      {...{ submit: say('save'), cancel: say('cancel'), failed: say('notStored') }}
      {...{ request: store, onClose, onSubmit: submit }}
    >
      {group === undefined && (
        <TextInput
          label={say('groupName')}
          data-autofocus
          value={name}
          error={(tried || isTaken) && nameProblem}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        label={say('strategy')}
        value={strategy}
        data={[
          { value: '', label: say('strategyDefault') },
          ...STRATEGIES.map((value) => ({ value, label: say(`strategy${value}`) })),
        ]}
        onChange={(event) => setStrategy(event.currentTarget.value)}
      />
      <Textarea
        label={say('members')}
        description={say('membersHelp')}
        autosize
        minRows={4}
        maxRows={14}
        value={lines}
        error={tried && membersProblem}
        onChange={(event) => setLines(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
