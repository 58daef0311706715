import { NativeSelect, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { type Service, useCreateService } from '../../api/services.js';
import { useTemplates } from '../../api/templates.js';
import { Failure } from '../../layout/failure.js';
import { FormDialog } from '../../layout/form-dialog.js';
import { nameProblem } from './service-name.js';
import { useServicesTexts } from './use-services-texts.js';

/** Makes a service from a template: its options are filled in, and can be changed on the page that opens. */
export function CreateService({ taken, onClose }: { taken: readonly Service[]; onClose: () => void }) {
  const say = useServicesTexts();
  const templates = useTemplates();
  const navigate = useNavigate();
  const create = useCreateService();
  const [chosen, setChosen] = useState<string>();
  const [name, setName] = useState('');
  const [filled, setFilled] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState(false);
  const all = templates.data ?? [];
  const template = all.find((each) => each.name === chosen) ?? all[0];
  const problem = nameProblem(name, taken);
  // From here on the name is taken by the service itself.
  const isMade = create.isPending || create.isSuccess;

  const submit = () => {
    setTried(true);
    if (problem !== undefined || template === undefined) return;
    const given = template.mandatory.flatMap((option) => (filled[option] ? [[option, filled[option]]] : []));
    const service = { name: name.trim(), options: { ...template.options, ...Object.fromEntries(given) } };
    create.mutate(service, {
      onSuccess: () => {
        notifications.show({ color: 'teal', message: say('created', { name: service.name }) });
        onClose();
        void navigate(`/services/${encodeURIComponent(service.name)}`);
      },
    });
  };

  return (
    <FormDialog
      {...{ title: say('createTitle'), submit: say('add'), cancel: say('cancel'), failed: say('notCreated') }}
      {...{ request: create, isBusy: isMade, isDisabled: template === undefined, onClose, onSubmit: submit }}
    >
      {templates.isError && <Failure what={say('notShown')} error={templates.error} retry={templates.refetch} />}
      <NativeSelect
        label={say('template')}
        value={template?.name ?? ''}
        data={all.map((each) => ({ value: each.name, label: each.title }))}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed" lang="en">
        {template?.description}
      </Text>
      <TextInput
        label={say('name')}
        description={say('nameHelp')}
        data-autofocus
        required
        value={name}
        error={tried && !isMade && problem !== undefined && say(problem)}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {template?.mandatory.map((option) => (
        <TextInput
          key={option}
          label={<code>{option}</code>}
          placeholder={template.options[option] ?? ''}
          value={filled[option] ?? ''}
          onChange={(event) => setFilled({ ...filled, [option]: event.currentTarget.value })}
        />
      ))}
      {template !== undefined && template.requires.length > 0 && (
        <Text size="xs" c="dimmed">
          {say('requires', { names: template.requires.join(', ') })}
        </Text>
      )}
    </FormDialog>
  );
}
