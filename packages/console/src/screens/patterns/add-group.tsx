import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type PatternGroup, useStoreObject } from '../../api/configured.js';
import { FormDialog } from '../../layout/form-dialog.js';
import { compiled, isGroupName } from './expression.js';
import { usePatternsTexts } from './use-patterns-texts.js';

/** Makes a group with its first pattern: a group without any is none. */
export function AddGroup({
  taken,
  onClose,
  onAdded,
}: {
  taken: readonly PatternGroup[];
  onClose: () => void;
  onAdded: (name: string) => void;
}) {
  const say = usePatternsTexts();
  const store = useStoreObject('patterns');
  const [name, setName] = useState('');
  const [first, setFirst] = useState('');
  const [expression, setExpression] = useState('');
  const [tried, setTried] = useState(false);
  const unique = taken.every((group) => group.name !== name);
  const nameProblem = !isGroupName(name) ? say('illegal') : !unique && say('notUnique');
  const firstProblem = first.trim() === '' && say('patternNeeded');
  const problem = expression === '' || compiled(expression) === undefined ? say('badExpression') : false;
  const submit = () => {
    setTried(true);
    if (nameProblem !== false || firstProblem !== false || problem !== false) return;
    store.mutate(
      { name, value: { [first]: expression } },
      {
        onSuccess: () => {
          notifications.show({ color: 'teal', message: say('created') });
          onAdded(name);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      {...{ title: say('addGroup'), submit: say('addGroup'), cancel: say('cancel'), failed: say('notStored') }}
      {...{ request: store, onClose, onSubmit: submit }}
    >
      <TextInput
        label={say('groupName')}
        data-autofocus
        value={name}
        error={(tried || name !== '') && nameProblem}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={say('firstName')}
        value={first}
        error={tried && firstProblem}
        onChange={(event) => setFirst(event.currentTarget.value)}
      />
      <TextInput
        label={say('firstExpression')}
        ff="monospace"
        value={expression}
        error={tried && problem}
        onChange={(event) => setExpression(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
