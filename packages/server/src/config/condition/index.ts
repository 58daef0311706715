export {
  type ComparisonOperator,
  type Condition,
  type Literal,
  type Operand,
  type OrderTerm,
  parseCondition,
  parseOrder,
} from './condition.js';
export { ConditionError } from './tokens.js';
