import { Anchor, Badge, Group, Paper, Skeleton, Stack, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { familyOf, useCatalogue } from '../../api/catalogue.js';
import { useServices } from '../../api/services.js';
import { ArrowLeftIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { OptionForm } from './option-form.js';
import classes from './options.module.css';
import { CopyAction, DeleteAction } from './service-actions.js';
import { TryIt } from './try-it.js';
import { useServicesTexts } from './use-services-texts.js';

/** One service: its options with help for each, and a request to try it with. */
export function ServiceScreen() {
  const { name = '' } = useParams();
  const say = useServicesTexts();
  const services = useServices();
  const catalogue = useCatalogue();
  const service = services.data?.find((each) => each.name === name);
  const family = service && familyOf(catalogue.data ?? [], service.options);
  const week = family?.id === 'office-hours' ? 'hours' : family?.id === 'capacity' ? 'capacity' : undefined;
  const failed = [services, catalogue].find((query) => query.isError);
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/services" size="sm" style={{ alignSelf: 'flex-start' }}>
        <ArrowLeftIcon /> {say('all')}
      </Anchor>
      {failed && <Failure what={say('notShown')} error={failed.error} retry={failed.refetch} />}
      {(services.isPending || catalogue.isPending) && <Skeleton h={260} aria-label={say('loading')} />}
      {services.data !== undefined && service === undefined && (
        <Paper>
          <Empty title={say('absent')}>{say('absentHelp', { name })}</Empty>
        </Paper>
      )}
      {service !== undefined && catalogue.data !== undefined && (
        <>
          <Group justify="space-between" gap="sm">
            <Group gap="sm">
              <Title order={1}>{service.name}</Title>
              <Badge variant="light" color="gray" tt="none">
                {family?.title}
              </Badge>
              {week !== undefined && (
                <Anchor component={Link} to={`/${week}/${encodeURIComponent(name)}`} size="sm">
                  {say('calendar')}
                </Anchor>
              )}
            </Group>
            <Group gap="xs">
              <CopyAction key={`copy ${name}`} service={service} />
              <DeleteAction key={`delete ${name}`} name={name} />
            </Group>
          </Group>
          <div className={classes.columns}>
            <OptionForm key={name} service={service} families={catalogue.data} />
            <TryIt key={`try ${name}`} service={name} callback={family?.id === 'callback'} />
          </div>
        </>
      )}
    </Stack>
  );
}
