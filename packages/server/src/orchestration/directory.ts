/** A device of the installation: an agent's phone, a routing point, a queue. */
export interface Device {
  dn: string;
  /** Whether calls wait there to be routed. */
  isRoutingPoint: boolean;
  /** The agent whose phone it is. */
  agent?: string;
  /** The flow that an interaction arriving there starts. */
  application?: string;
}

/** Which devices the installation has. */
export interface Directory {
  /** The device with a DN, or the phone of the agent with this id. */
  device(name: string): Device | undefined;
  /** Whether anything but agents is provisioned, so that an internal number that is not is known to be wrong. */
  isProvisioned(): boolean;
}

/** An installation of which nothing is known. */
export const EMPTY_DIRECTORY: Directory = { device: () => undefined, isProvisioned: () => false };

const OUTSIDE_NUMBER = /^\+?[\d\s().-]{7,25}$/;

/** Whether a number leads out of the installation: an address, or as many digits as telephone numbers have. */
export function isOutside(number: string): boolean {
  if (/^(tel|sips?):./i.test(number) || /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(number)) return true;
  return OUTSIDE_NUMBER.test(number) && number.replace(/\D/g, '').length >= 7;
}

/** A DN without the switch that it belongs to: `8999` of `8999@switch`. Addresses stay as they are. */
export function withoutSwitch(number: string): string {
  const trimmed = number.trim();
  if (/^(tel|sips?):/i.test(trimmed)) return trimmed;
  return trimmed.replace(/^([^@\s]+)@[^@\s.]*$/, '$1');
}
