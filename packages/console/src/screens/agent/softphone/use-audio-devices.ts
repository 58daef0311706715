import { useEffect, useState } from 'react';

export interface AudioDevices {
  microphones: readonly MediaDeviceInfo[];
  speakers: readonly MediaDeviceInfo[];
}

const NONE: AudioDevices = { microphones: [], speakers: [] };

/**
 * The microphones and loudspeakers of this machine as they come and go. Browsers name them once the page was allowed to
 * listen; those without a name cannot be chosen.
 * @param trigger asks again when it changes
 */
export function useAudioDevices(trigger: unknown): AudioDevices {
  const [devices, setDevices] = useState(NONE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a call may have brought the permission
  useEffect(() => {
    const { mediaDevices } = navigator;
    // Absent where the page is not secure.
    if (mediaDevices === undefined) return;
    let isShown = true;
    const list = () => {
      mediaDevices.enumerateDevices().then((all) => isShown && setDevices(sorted(all)), console.warn);
    };
    list();
    mediaDevices.addEventListener('devicechange', list);
    return () => {
      isShown = false;
      mediaDevices.removeEventListener('devicechange', list);
    };
  }, [trigger]);
  return devices;
}

function sorted(all: readonly MediaDeviceInfo[]): AudioDevices {
  const named = all.filter(({ deviceId, label }) => deviceId !== '' && label !== '');
  return {
    microphones: named.filter(({ kind }) => kind === 'audioinput'),
    speakers: named.filter(({ kind }) => kind === 'audiooutput'),
  };
}
