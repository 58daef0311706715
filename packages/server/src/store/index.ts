export { BackgroundJobs, type BackgroundJobsOptions } from './background-jobs.js';
export { Database, type DatabaseOptions, type TransactionOptions } from './database.js';
export { DueWork, type DueWorkOptions } from './due-work.js';
export { type EmbeddedDatabase, type EmbeddedOptions, startEmbedded } from './embedded/embedded.js';
export { isConnectionFailure, isLockTimeout, isUniqueViolation } from './failure.js';
export { type MigrateOptions, type Migration, migrate, readMigrations } from './migrate.js';
export { type Bindable, type Sql, type Statement, statement, type Transaction } from './sql.js';
export { Together, type TogetherOptions } from './together.js';
