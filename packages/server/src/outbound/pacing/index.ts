/** Pacing: how many calls to place now, and with what risk that a customer finds nobody. */
export {
  AbandonmentBudget,
  type AbandonmentCount,
  type BudgetMemory,
  type BudgetOptions,
} from './abandonment-budget.js';
export { type PacingMemory, PredictivePacer } from './predictive.js';
export { progressiveDials } from './progressive.js';
