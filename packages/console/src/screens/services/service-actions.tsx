import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { type Service, useCreateService, useDeleteService, useServices } from '../../api/services.js';
import { ConfirmDelete } from '../../layout/confirm-delete.js';
import { FormDialog } from '../../layout/form-dialog.js';
import { DANGER } from '../../theme.js';
import { nameProblem } from './service-name.js';
import { useServicesTexts } from './use-services-texts.js';

/** Copies a service under another name. */
export function CopyAction({ service }: { service: Service }) {
  const say = useServicesTexts();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {say('copy')}
      </Button>
      {opened && <CopyDialog service={service} onClose={close} />}
    </>
  );
}

function CopyDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const say = useServicesTexts();
  const services = useServices();
  const create = useCreateService();
  const navigate = useNavigate();
  const [name, setName] = useState(`${service.name}-2`);
  // Once it is sent, the name is taken by the copy itself.
  const isMade = create.isPending || create.isSuccess;
  const problem = isMade ? undefined : nameProblem(name, services.data ?? []);
  const submit = () => {
    if (problem !== undefined) return;
    const copy = { name: name.trim(), options: service.options };
    create.mutate(copy, {
      onSuccess: () => {
        notifications.show({ color: 'teal', message: say('created', { name: copy.name }) });
        onClose();
        void navigate(`/services/${encodeURIComponent(copy.name)}`);
      },
    });
  };
  return (
    <FormDialog
      title={say('copyTitle', { name: service.name })}
      {...{ submit: say('copy'), cancel: say('cancel'), failed: say('notCreated') }}
      {...{ request: create, isBusy: isMade, isDisabled: problem !== undefined, onClose, onSubmit: submit }}
    >
      <TextInput
        label={say('copyName')}
        data-autofocus
        value={name}
        error={problem !== undefined && say(problem)}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** Deletes a service after asking once. */
export function DeleteAction({ name }: { name: string }) {
  const say = useServicesTexts();
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useDeleteService();
  const navigate = useNavigate();
  return (
    <>
      <Button size="xs" variant="default" c={DANGER} onClick={open}>
        {say('delete')}
      </Button>
      {opened && (
        <ConfirmDelete
          {...{ title: say('deleteTitle', { name }), help: say('deleteHelp'), keep: say('keep') }}
          {...{ confirm: say('delete'), failed: say('notDeleted'), removal: remove, onClose: close }}
          onConfirm={() =>
            remove.mutate(name, {
              onSuccess: () => {
                notifications.show({ color: 'gray', message: say('deleted', { name }) });
                void navigate('/services');
              },
            })
          }
        />
      )}
    </>
  );
}
