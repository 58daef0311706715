import { Button, Checkbox, Group, Paper, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { Failure } from '../../../layout/failure.js';
import type { Softphone, SoftphoneSnapshot } from './softphone.js';
import { type SoftphoneAccount, useSoftphoneAccount } from './softphone-account.js';
import { useAudioDevices } from './use-audio-devices.js';
import { useSoftphone } from './use-softphone.js';
import { useSoftphoneTexts } from './use-softphone-texts.js';

interface SoftphonePanelProps {
  agent: string | undefined;
  /** Whether the server is calling the agent's telephone at this moment. */
  isCalled: boolean;
}

/** The telephone in the browser, where the configuration makes the browser the agent's telephone; otherwise nothing. */
export function SoftphonePanel({ agent, isCalled }: SoftphonePanelProps) {
  const say = useSoftphoneTexts();
  const account = useSoftphoneAccount(agent);
  if (account.isError) return <Failure what={say('accountNotRead')} error={account.error} retry={account.refetch} />;
  return account.data ? <Telephone account={account.data} isCalled={isCalled} /> : null;
}

function Telephone({ account, isCalled }: { account: SoftphoneAccount; isCalled: boolean }) {
  const say = useSoftphoneTexts();
  const [answersItself, setAnswersItself] = useLocalStorage({ key: 'softphone-answers-itself', defaultValue: true });
  const { softphone, ...phone } = useSoftphone(account, isCalled && answersItself);
  return (
    <Paper component="section" p="md" aria-labelledby="softphone-title">
      <Title order={2} id="softphone-title" mb="xs">
        {say('telephone')}
      </Title>
      <Stack gap="sm">
        <Text size="sm" role="status">
          {phone.line === 'registered' ? say(`call-${phone.call}`) : say(`line-${phone.line}`)}
          {phone.line === 'registered' && phone.call === 'none' && `. ${say('line-registered')}.`}
        </Text>
        {phone.problem !== undefined && (
          <Text size="sm" c="red" role="alert">
            {say('problem', { problem: phone.problem })}
          </Text>
        )}
        {phone.call !== 'none' && <CallButtons softphone={softphone} phone={phone} />}
        {phone.call === 'talking' && <Keys softphone={softphone} />}
        <Checkbox
          size="xs"
          label={say('answersItself')}
          checked={answersItself}
          onChange={(event) => setAnswersItself(event.currentTarget.checked)}
        />
        <Devices softphone={softphone} call={phone.call} />
      </Stack>
    </Paper>
  );
}

function CallButtons({ softphone, phone }: { softphone: Softphone; phone: SoftphoneSnapshot }) {
  const say = useSoftphoneTexts();
  const isRinging = phone.call === 'ringing';
  const isHeld = phone.call === 'held';
  return (
    <Group gap="xs">
      {isRinging ? (
        <Button color="teal" onClick={() => void softphone.answer()}>
          {say('answer')}
        </Button>
      ) : (
        <>
          <Button variant="default" aria-pressed={phone.isMuted} onClick={() => void softphone.mute(!phone.isMuted)}>
            {say(phone.isMuted ? 'unmute' : 'mute')}
          </Button>
          <Button variant="default" aria-pressed={isHeld} onClick={() => void softphone.hold(!isHeld)}>
            {say(isHeld ? 'resume' : 'hold')}
          </Button>
        </>
      )}
      <Button variant="light" color="red" onClick={() => void softphone.hangUp()}>
        {say(isRinging ? 'refuse' : 'hangUp')}
      </Button>
    </Group>
  );
}

const KEYS = [...'123456789*0#'];

function Keys({ softphone }: { softphone: Softphone }) {
  const say = useSoftphoneTexts();
  return (
    <details>
      <Text component="summary" size="sm">
        {say('keys')}
      </Text>
      <SimpleGrid cols={3} spacing={4} maw={180} mt="xs">
        {KEYS.map((key) => (
          <Button
            key={key}
            size="compact-sm"
            variant="default"
            aria-label={say('key', { key })}
            onClick={() => void softphone.press(key)}
          >
            {key}
          </Button>
        ))}
      </SimpleGrid>
    </details>
  );
}

const USUAL = '';

function Devices({ softphone, call }: { softphone: Softphone; call: SoftphoneSnapshot['call'] }) {
  const say = useSoftphoneTexts();
  const { microphones, speakers } = useAudioDevices(call);
  const choices = (devices: readonly MediaDeviceInfo[]) => [
    { value: USUAL, label: say('usual') },
    ...devices.map(({ deviceId, label }) => ({ value: deviceId, label })),
  ];
  return (
    <details>
      <Text component="summary" size="sm">
        {say('devices')}
      </Text>
      <Stack gap="xs" mt="xs">
        <Select
          size="xs"
          label={say('microphone')}
          data={choices(microphones)}
          defaultValue={USUAL}
          allowDeselect={false}
          onChange={(id) => softphone.listenWith(id || undefined)}
        />
        <Select
          size="xs"
          label={say('speaker')}
          data={choices(speakers)}
          defaultValue={USUAL}
          allowDeselect={false}
          onChange={(id) => void softphone.playOn(id ?? USUAL)}
        />
      </Stack>
    </details>
  );
}
