import { JURISDICTION_OPTION } from '../compliance/jurisdiction-option.js';
import type { ComplianceGate } from './compliance-gate.js';

/** Unless `predictive_max_overdial_rate` says another one. */
const DEFAULT_PERCENT = 3;

/**
 * The share of answered calls that may find no agent: `predictive_max_overdial_rate`, and less where a jurisdiction that
 * the campaign group is under allows less.
 * @param option options of the campaign group
 */
export function mostAbandoned(
  option: (name: string) => string | undefined,
  compliance: Pick<ComplianceGate, 'abandonmentLimits'>,
): number {
  const configured = Number(option('predictive_max_overdial_rate') ?? DEFAULT_PERCENT);
  const percent = Number.isFinite(configured) && configured >= 0 ? configured : DEFAULT_PERCENT;
  const limits = compliance.abandonmentLimits([option(JURISDICTION_OPTION)]);
  return Math.min(percent / 100, ...limits.map(({ share }) => share));
}
