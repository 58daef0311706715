import { ActionIcon, Autocomplete, Badge, Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CatalogueOption } from '../../api/catalogue.js';
import { CrossIcon } from '../../icons.js';
import classes from './options.module.css';
import { useServicesTexts } from './use-services-texts.js';

/** Longer texts get a field of several lines. */
const LONG = 60;

export interface OptionFieldProps {
  /** The catalogue's row; absent for parameters that the catalogue does not know. */
  option?: CatalogueOption;
  name: string;
  value: string;
  /** Values that exist elsewhere, such as names of services of the right kind. */
  suggestions?: readonly string[] | undefined;
  error?: string | undefined;
  changed: boolean;
  onChange: (value: string) => void;
  /** For options of which there may be several, and parameters of one's own. */
  onRemove?: () => void;
}

/** One option: its field by its type, what it does, what holds without it, and what the server said about it. */
export function OptionField(props: OptionFieldProps) {
  const say = useServicesTexts();
  const { option, name, changed, onRemove } = props;
  return (
    <div className={classes.option} data-option={name} data-changed={changed || undefined}>
      <Field
        {...props}
        label={
          <>
            <code>{name}</code>
            {option?.inert !== undefined && (
              <Badge ml="xs" size="xs" variant="light" color="gray" tt="none" title={option.inert}>
                {say('inert')}
              </Badge>
            )}
          </>
        }
        description={option && <Help option={option} />}
      />
      {onRemove !== undefined && (
        <ActionIcon
          variant="subtle"
          color="gray"
          mt={4}
          aria-label={say('remove', { name })}
          title={say('remove', { name })}
          onClick={onRemove}
        >
          <CrossIcon />
        </ActionIcon>
      )}
    </div>
  );
}

function Help({ option }: { option: CatalogueOption }) {
  const say = useServicesTexts();
  const { form } = option;
  const bounds =
    form.max !== undefined
      ? say('between', { min: form.min ?? 0, max: form.max })
      : form.min !== undefined && form.min > 0 && say('atLeast', { min: form.min });
  const notes = [
    option.absent !== undefined && say('default', { value: option.absent }),
    option.preset !== undefined && option.preset !== '' && say('preset', { value: option.preset }),
    form.form !== undefined && say('right', { form: form.form }),
    bounds,
    option.since !== undefined && say('since', { version: option.since }),
    option.inert,
  ].filter((note) => typeof note === 'string');
  return (
    <>
      <span lang="en">{option.effect.replaceAll('`', '')}</span>
      {notes.length > 0 && <span className={classes.notes}>{notes.join(' · ')}</span>}
    </>
  );
}

function Field(props: OptionFieldProps & { label: ReactNode; description: ReactNode }) {
  const say = useServicesTexts();
  const { option, value, error, label, description, onChange, suggestions } = props;
  const shared = { size: 'xs', label, description, error, value, className: classes.field ?? '' } as const;
  const placeholder = option?.absent ?? say('unset');
  const values = option?.form.kind === 'flag' ? ['true', 'false'] : option?.form.values;
  if (values !== undefined && option?.form.kind !== 'list') {
    // What stands there is kept, also when it is not among the values, until somebody chooses another one.
    const known = value === '' || values.includes(value) ? values : [value, ...values];
    const data = [{ value: '', label: say('unset') }, ...known.map((each) => ({ value: each, label: each }))];
    return <NativeSelect {...shared} data={data} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  if (suggestions !== undefined) {
    return (
      <Autocomplete {...shared} placeholder={placeholder} data={[...suggestions]} limit={50} onChange={onChange} />
    );
  }
  if (option?.form.kind === 'json' || value.length > LONG) {
    return (
      <Textarea
        {...shared}
        autosize
        maxRows={8}
        placeholder={placeholder}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const numeric = option?.form.kind === 'integer' || option?.form.kind === 'seconds';
  return (
    <TextInput
      {...shared}
      placeholder={placeholder}
      type={option?.secret === true ? 'password' : 'text'}
      autoComplete="off"
      {...(numeric && { inputMode: 'decimal' as const })}
      rightSection={option?.form.unit !== undefined && <Group fz="xs">{option.form.unit}</Group>}
      rightSectionWidth={option?.form.unit === undefined ? 0 : 12 + option.form.unit.length * 7}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
