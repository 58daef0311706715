import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { type Service, useCreateService, useDeleteService, useServices } from '../../api/services.js';
import { Failure } from '../../layout/failure.js';
import { DANGER } from '../../theme.js';
import { nameProblem } from './create-service.js';
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
  return (
    <Modal opened onClose={onClose} title={say('copyTitle', { name: service.name })} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== undefined) return;
          const copy = { name: name.trim(), options: service.options };
          create.mutate(copy, {
            onSuccess: () => {
              notifications.show({ color: 'teal', message: say('created', { name: copy.name }) });
              onClose();
              void navigate(`/services/${encodeURIComponent(copy.name)}`);
            },
          });
        }}
      >
        <Stack gap="md">
          <TextInput
            label={say('copyName')}
            data-autofocus
            value={name}
            error={problem !== undefined && say(problem)}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {create.isError && <Failure what={say('notCreated')} error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {say('cancel')}
            </Button>
            <Button type="submit" loading={isMade} disabled={problem !== undefined}>
              {say('copy')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
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
      <Modal opened={opened} onClose={close} title={say('deleteTitle', { name })} centered>
        <Stack gap="md">
          <Text size="sm">{say('deleteHelp')}</Text>
          {remove.isError && <Failure what={say('notDeleted')} error={remove.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              {say('keep')}
            </Button>
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(name, {
                  onSuccess: () => {
                    notifications.show({ color: 'gray', message: say('deleted', { name }) });
                    void navigate('/services');
                  },
                })
              }
            >
              {say('delete')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
